// Always in the market on the side of the faster average. The plainest trend follower, and the one peers are compared on.
import { atr, choice, ema, hold, int, long, number, short, strategy } from 'quadrant'

export default strategy({
  name: 'ema-cross',
  bar: '1m',
  params: {
    fast: int(10, { min: 1, max: 500 }),
    slow: int(20, { min: 2, max: 1000 }),
    seed: choice('mean', ['mean', 'first']),
    stops: choice('atr', ['atr', 'none']),
    stopAtrs: number(3, { min: 0.5, max: 20 }),
  },
  check: p => (p.fast < p.slow ? [] : ['fast must be smaller than slow']),
  features: p => ({ fast: ema(p.fast, { seed: p.seed }), slow: ema(p.slow, { seed: p.seed }), atr: atr(14) }),
  decide({ bar, f, p, position }) {
    const side = f.fast.now >= f.slow.now ? 'long' : 'short'
    if (position?.side === side) return hold(side === 'long' ? 'already long with the trend' : 'already short with the trend')
    const distance = p.stopAtrs * f.atr.now
    if (side === 'long')
      return long({ stop: p.stops === 'none' ? 'none' : bar.close - distance, why: 'fast average at or above the slow one' })
    return short({ stop: p.stops === 'none' ? 'none' : bar.close + distance, why: 'fast average below the slow one' })
  },
})
