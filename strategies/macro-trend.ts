// Follows a slow trend only where the economy, as it was known then, does not speak against it. For energy and yields.
import { atr, ema, exit, hold, int, long, number, short, strategy, why } from 'quadrant'

export default strategy({
  name: 'macro-trend',
  bar: '1d',
  params: {
    fast: int(20, { min: 5, max: 100 }),
    slow: int(100, { min: 20, max: 400 }),
    stopAtrs: number(4, { min: 1, max: 20 }),
    against: number(0.15, { min: 0, max: 1 }),
  },
  check: p => (p.fast < p.slow ? [] : ['fast must be smaller than slow']),
  features: p => ({ fast: ema(p.fast), slow: ema(p.slow), atr: atr(20), why: why() }),
  decide({ bar, f, p, position }) {
    const trend = f.fast.now > f.slow.now ? 1 : -1
    if (position?.side === 'long') return trend < 0 ? exit('the trend turned down') : hold('the up-trend holds')
    if (position?.side === 'short') return trend > 0 ? exit('the trend turned up') : hold('the down-trend holds')
    if (!f.why.speaks) return hold(f.why.reason)
    if (f.why.lean * trend < -p.against) return hold('the economy speaks against the trend')
    const distance = p.stopAtrs * f.atr.now
    if (!(distance > 0)) return hold('no movement to measure a stop by')
    if (trend > 0) return long({ stop: bar.close - distance, why: 'up-trend, and the economy does not object' })
    return short({ stop: bar.close + distance, why: 'down-trend, and the economy does not object' })
  },
})
