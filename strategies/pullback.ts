// Waits for a dip to the fast average inside an up-trend. Stands aside around announcements.
import { atr, ema, exit, hold, int, long, percent, strategy, when } from 'quadrant'

export default strategy({
  name: 'pullback',
  bar: '15m',
  params: {
    fast: int(20, { min: 8, max: 60 }),
    slow: int(100, { min: 60, max: 300 }),
    risk: percent(0.5, { min: 0.05, max: 1 }),
  },
  check: p => (p.fast < p.slow ? [] : ['fast must be smaller than slow']),
  features: p => ({ fast: ema(p.fast), slow: ema(p.slow), atr: atr(14), when: when() }),
  decide({ bar, f, p, position }) {
    if (position) return f.fast.now < f.slow.now ? exit('trend lost') : hold('the trend holds')
    if (f.when.standAside) return hold(f.when.reason)
    if (f.fast.now < f.slow.now) return hold('no up-trend')
    if (bar.low > f.fast.now) return hold('no pull-back yet')
    return long({ stop: bar.close - 2 * f.atr.now, target: '2R', risk: p.risk, why: 'pull-back in an up-trend' })
  },
})
