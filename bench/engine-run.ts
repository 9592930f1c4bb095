// One configuration through the engine several times in this process, timed with and without reading the lake.
// Child of bench/quotes.ts: `node engine-run.ts '{"config": "gold-ema", …}'` prints one JSON line.
import { join, resolve } from 'node:path'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { readRunConfig } from '../src/apps/config.ts'
import { lakeFolder, stateHome } from '../src/apps/home.ts'
import type { FeedEvent } from '../src/domain/event.ts'
import { formatMoney, type Micros, SECOND } from '../src/domain/numbers.ts'
import type { Feed } from '../src/engine/ports.ts'
import { RunRecorder } from '../src/research/recorder.ts'
import { rssPeakMb } from './figure.ts'

export interface EngineJob {
  /** A file of config/ without its ending. */
  readonly config: string
  readonly set?: readonly string[]
  /** Deliver the facts to an engine in which nobody listens. */
  readonly silent?: boolean
  /** Go round the facts, moved on in time, until there are so many. */
  readonly repeat?: number
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
  /** Of each warm run, after each batch: orders sent so far and seconds spent in the engine. */
  readonly marks: readonly (readonly (readonly [orders: number, seconds: number])[])[]
  readonly rssPeakMb: number
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2]!) as EngineJob))}\n`)

async function measure({ config: name, set = [], silent = false, repeat, runs }: EngineJob): Promise<EngineTimes> {
  const read = readRunConfig(join(resolve(import.meta.dirname, '../config'), `${name}.yaml`), set)
  const config = silent ? { ...read, strategies: [], senses: [] } : read
  const engine: number[] = []
  const total: number[] = []
  const marks: [number, number][][] = []
  let last: Omit<EngineTimes, 'engine' | 'total' | 'marks' | 'rssPeakMb'> | undefined

  for (let i = 0; i < runs; i++) {
    const started = performance.now()
    const lake = new Lake(lakeFolder(stateHome()))
    const opened = await openFeed(lake, config)
    const strategies = await loadStrategies(config)
    const session = compose(config, strategies, {
      instruments: opened.instruments,
      observers: [
        {
          observe: step => {
            recorder.observe(step)
            orders += step.commands.length
          },
        },
      ],
    })
    const recorder = new RunRecorder({
      startEquity: config.account.equity,
      instruments: opened.instruments,
      convert: (amount, currency) => session.engine.account.portfolio.rates.convert(amount, currency, config.account.currency),
    })
    let inside = 0
    let orders = 0
    const passed: [number, number][] = []
    for (const event of opened.known) session.learn(event)
    const batches = repeat === undefined ? opened.feed.batches() : goRound(opened.feed, repeat)
    for await (const batch of batches) {
      const before = performance.now()
      for (let at = 0; at < batch.length; at++) session.step(batch[at]!)
      inside += performance.now() - before
      passed.push([orders, inside / 1000])
    }
    engine.push(inside / 1000)
    if (i > 0) marks.push(passed)
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
  return { ...last!, engine, total, marks, rssPeakMb: rssPeakMb() }
}

/** The same facts again and again, each round after the one before, as the peers' scripts do with a million bars. */
async function* goRound(feed: Feed, count: number): AsyncGenerator<readonly FeedEvent[]> {
  const facts: FeedEvent[] = []
  for await (const batch of feed.batches()) facts.push(...batch)
  const span = facts.at(-1)!.receivedTime - facts[0]!.receivedTime + SECOND
  for (let done = 0, round = 0; done < count; round++) {
    const shift = round * span
    for (let at = 0; at < facts.length && done < count; at += 2048) {
      const batch = facts.slice(at, Math.min(at + 2048, at + count - done))
      yield batch.map(fact => moved(fact, shift))
      done += batch.length
    }
  }
}

function moved(fact: FeedEvent, shift: number): FeedEvent {
  const times = { eventTime: (fact.eventTime + shift) as Micros, receivedTime: (fact.receivedTime + shift) as Micros }
  return fact.kind === 'bar' ? { ...fact, ...times, openTime: (fact.openTime + shift) as Micros } : { ...fact, ...times }
}
