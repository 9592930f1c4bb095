// Buys and sells in turn, every so many bars. No idea of the market: it measures what an order costs to process.
import { count, exit, hold, int, long, strategy } from 'quadrant'

export default strategy({
  name: 'alternate',
  bar: 'quote',
  params: { every: int(20, { min: 1, max: 1_000_000 }), orders: int(50_000, { min: 1, max: 10_000_000 }) },
  features: () => ({ seen: count() }),
  decide({ f, p, position }) {
    const seen = f.seen.now
    if (seen % p.every !== 0) return hold('not its turn')
    if (seen / p.every > p.orders) return hold('all orders were sent')
    return position ? exit('sell in turn') : long({ stop: 'none', why: 'buy in turn' })
  },
})
