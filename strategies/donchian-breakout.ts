// Buys what makes a new high and sells what makes a new low; leaves on the shorter channel's other side.
import { atr, donchian, exit, hold, int, long, number, short, strategy } from 'quadrant'

export default strategy({
  name: 'donchian-breakout',
  bar: '1h',
  params: {
    entry: int(20, { min: 5, max: 200 }),
    leave: int(10, { min: 2, max: 100 }),
    stopAtrs: number(2, { min: 0.5, max: 10 }),
  },
  check: p => (p.leave < p.entry ? [] : ['leave must be smaller than entry']),
  features: p => ({ channel: donchian(p.entry), out: donchian(p.leave), atr: atr(14) }),
  decide({ bar, f, p, position }) {
    if (position?.side === 'long')
      return bar.close < f.out.lower.now ? exit('below the exit channel') : hold('above the exit channel')
    if (position?.side === 'short')
      return bar.close > f.out.upper.now ? exit('above the exit channel') : hold('below the exit channel')
    const distance = p.stopAtrs * f.atr.now
    if (bar.close > f.channel.upper.now) return long({ stop: bar.close - distance, why: 'close above the entry channel' })
    if (bar.close < f.channel.lower.now) return short({ stop: bar.close + distance, why: 'close below the entry channel' })
    return hold('inside the entry channel')
  },
})
