// One configuration through the engine several times in this process, timed with and without reading the lake.
// Child of bench/quotes.ts: `node engine-run.ts '{"config": "gold-ema", …}'` prints one JSON line.
import { join, resolve } from 'node:path'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { readRunConfig } from '../src/apps/config.ts'
import { lakeFolder, stateHome } from '../src/apps/home.ts'
import { formatMoney } from '../src/domain/numbers.ts'
import { RunRecorder } from '../src/research/recorder.ts'
import { rssPeakMb } from './figure.ts'

export interface EngineJob {
  /** A file of config/ without its ending. */
  readonly config: string
  readonly set?: readonly string[]
  /** Deliver the facts to an engine in which nobody listens. */
  readonly silent?: boolean
  readonly runs: number
}

export interface EngineTimes {
  readonly events: number
  readonly orders: number
  readonly bars: number
  readonly equity: string
  readonly stateHash: string
  readonly dataHash: string
  /** Seconds of each run, the first one cold: inside the engine (gate, journal-less session, venue, recorder) and in all. */
  readonly engine: readonly number[]
  readonly total: readonly number[]
  readonly rssPeakMb: number
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2]!) as EngineJob))}\n`)

async function measure({ config: name, set = [], silent = false, runs }: EngineJob): Promise<EngineTimes> {
  const read = readRunConfig(join(resolve(import.meta.dirname, '../config'), `${name}.yaml`), set)
  const config = silent ? { ...read, strategies: [], senses: [] } : read
  const engine: number[] = []
  const total: number[] = []
  let last: Omit<EngineTimes, 'engine' | 'total' | 'rssPeakMb'> | undefined

  for (let i = 0; i < runs; i++) {
    const started = performance.now()
    const lake = new Lake(lakeFolder(stateHome()))
    const opened = await openFeed(lake, config)
    const strategies = await loadStrategies(config)
    const session = compose(config, strategies, {
      instruments: opened.instruments,
      observers: [{ observe: step => recorder.observe(step) }],
    })
    const recorder = new RunRecorder({
      startEquity: config.account.equity,
      instruments: opened.instruments,
      convert: (amount, currency) => session.engine.account.portfolio.rates.convert(amount, currency, config.account.currency),
    })
    let inside = 0
    for (const event of opened.known) session.learn(event)
    for await (const batch of opened.feed.batches()) {
      const before = performance.now()
      for (let at = 0; at < batch.length; at++) session.step(batch[at]!)
      inside += performance.now() - before
    }
    engine.push(inside / 1000)
    total.push((performance.now() - started) / 1000)
    lake.close()
    const record = recorder.finish()
    last = {
      events: session.accepted,
      orders: record.orders,
      bars: record.bars,
      equity: formatMoney(session.engine.equity()!),
      stateHash: session.engine.stateHash(),
      dataHash: opened.dataHash,
    }
  }
  return { ...last!, engine, total, rssPeakMb: rssPeakMb() }
}
