// Quotes and bars a second through the whole river: gate, senses, fusion, risk, venue, ledger, recorder.
import { benchLake, inTurn, type JobResult, median } from './engine-child.ts'
import { percentiles, writeFigure } from './figure.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)

if (await benchLake()) {
  const results = inTurn(
    {
      delivered: { config: 'parity-gold-minutes', silent: true, runs: 4 },
      river: { config: 'gold-ema', runs: 4 },
      minutes: { config: 'parity-gold-minutes', runs: 4 },
      ticks: { config: 'parity-gold-ticks', runs: 3 },
      bars: { config: 'parity-euro-seconds', runs: 6 },
      millionBars: { config: 'parity-euro-seconds', repeat: 1_000_000, runs: 3 },
    },
    ROUNDS,
  )
  agree(results.minutes, 436, '985906')
  agree(results.ticks, 93_511, '-3531783.1')
  agree(results.bars, 9205, '999997.84')
  agree(results.millionBars, 44_171, '1000045.69')

  rate('gold minutes through the full river, engine', results.river, 'engine', 2_000_000)
  rate('gold minutes through the full river, lake included', results.river, 'total', 1_000_000)
  rate('quotes delivered, no strategy, engine', results.delivered, 'engine', 3_000_000)
  rate('gold minutes, EMA cross only, engine', results.minutes, 'engine')
  rate('gold ticks, 93,511 orders, engine', results.ticks, 'engine', 1_000_000)
  rate('euro seconds, 208,472 bars, engine', results.bars, 'engine', 1_000_000)
  rate('1,000,000 bars, engine', results.millionBars, 'engine', 1_000_000)

  // One run a process, as a user starts it: the peak of the runs above holds several of them.
  const single = inTurn({ river: { config: 'gold-ema', runs: 1 }, ticks: { config: 'parity-gold-ticks', runs: 1 } }, 1)
  memory('gold minutes through the full river', single.river)
  memory('gold ticks, 93,511 orders', single.ticks)
}

function rate(metric: string, result: JobResult, part: 'engine' | 'total', atLeast?: number): void {
  const samples = part === 'engine' ? result.engineRates : result.totalRates
  writeFigure({
    bench: 'quotes',
    metric,
    value: Math.round(median(samples)),
    unit: metric.includes('bars') ? 'bars/s' : 'quotes/s',
    ...(atLeast === undefined ? {} : { target: { atLeast } }),
    correctnessHash: result.stateHash,
    dataHash: result.dataHash,
    p50: Math.round(median(samples)),
    // The slow end: 99 of 100 runs were faster than this.
    p99: Math.round(-percentiles(samples.map(sample => -sample)).p99),
    rssPeakMb: result.rssPeakMb,
    note: `${samples.length} warm runs in ${ROUNDS} processes; cold in all ${Math.round(median(result.coldTotalRates))}/s; ${result.orders} orders, equity ${result.equity}`,
  })
}

function memory(metric: string, result: JobResult): void {
  writeFigure({
    bench: 'quotes',
    metric: `peak memory, ${metric}`,
    value: result.rssPeakMb,
    unit: 'MB',
    target: { atMost: 300 },
    correctnessHash: result.stateHash,
    dataHash: result.dataHash,
    rssPeakMb: result.rssPeakMb,
  })
}

/** A speed is worth nothing when the answer is wrong. */
function agree(result: JobResult, orders: number, equity: string): void {
  if (result.orders !== orders || result.equity !== equity) {
    throw new Error(`expected ${orders} orders and equity ${equity}, got ${result.orders} and ${result.equity}`)
  }
}
