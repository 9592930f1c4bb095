// A run's folder: written under a temporary name and moved into place when it is whole.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BufferedWriter } from '../adapters/files/buffered-writer.ts'
import { makeFolder } from '../adapters/lake/durable.ts'
import type { OperatorCommand } from '../domain/event.ts'
import type { Instrument, InstrumentSpec } from '../domain/instrument.ts'
import type { DecisionSink } from '../research/decision-recorder.ts'
import type { RecordSink } from '../research/recorder.ts'
import { type FillLine, fillLine, type OrderLine, orderLine, type TradeLine, tradeLine } from '../research/records.ts'
import type { RunSeries } from '../research/run-series.ts'
import type { RunSummary } from '../research/summary.ts'
import { Failure } from './failure.ts'
import { runsFolder } from './home.ts'

/** What is needed to run it again, beside its canonical configuration. */
export interface RunOrigin {
  /** The configuration file it came from, which anchors relative paths. */
  readonly file: string
  readonly overrides: readonly string[]
  readonly codeHash: string
  /** Of a run on live feeds: what is not in the lake. */
  readonly live?: {
    readonly instruments: readonly InstrumentSpec[]
    /** The recording that was played; empty where the journal holds what was heard. */
    readonly recording: string
    /** What people said while it was played, each after so many inputs. */
    readonly commands?: readonly { readonly after: number; readonly command: OperatorCommand }[]
  }
}

export interface StoredRun {
  readonly summary: RunSummary
  readonly origin: RunOrigin
  readonly yaml: string
}

/** A run as `backtest show --json` prints it. */
export type ShownRun = RunSummary & {
  readonly orderList: readonly OrderLine[]
  readonly fillList: readonly FillLine[]
  readonly tradeList: readonly TradeLine[]
}

export const reportPath = (home: string, id: string): string => join(runsFolder(home), id, 'report.html')

/** Collects a run's lists and puts the finished folder in place. Nothing is seen of it until `finish`. */
export class RunFolder implements RecordSink, DecisionSink {
  readonly #target: string
  readonly #draft: string
  readonly #old: string
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #orders: BufferedWriter
  readonly #fills: BufferedWriter
  readonly #trades: BufferedWriter
  readonly #signals: BufferedWriter
  readonly #opinions: BufferedWriter

  constructor(home: string, id: string, instruments: ReadonlyMap<string, Instrument>) {
    this.#target = join(runsFolder(home), id)
    this.#draft = join(runsFolder(home), `.${id}.${process.pid}.tmp`)
    this.#old = join(runsFolder(home), `.${id}.old.${process.pid}.tmp`)
    this.#instruments = instruments
    sweepDrafts(home, id)
    makeFolder(this.#draft)
    this.#orders = new BufferedWriter(join(this.#draft, 'orders.jsonl'))
    this.#fills = new BufferedWriter(join(this.#draft, 'fills.jsonl'))
    this.#trades = new BufferedWriter(join(this.#draft, 'trades.jsonl'))
    this.#signals = new BufferedWriter(join(this.#draft, 'signals.jsonl'))
    this.#opinions = new BufferedWriter(join(this.#draft, 'opinions.jsonl'))
  }

  order(order: Parameters<RecordSink['order']>[0]): void {
    this.#orders.line(orderLine(order, this.#instruments.get(order.intent.instrumentId)!))
  }
  fill(fill: Parameters<RecordSink['fill']>[0]): void {
    this.#fills.line(fillLine(fill, this.#instruments.get(fill.instrumentId)!))
  }
  trade(trip: Parameters<RecordSink['trade']>[0]): void {
    this.#trades.line(tradeLine(trip, this.#instruments.get(trip.instrumentId)!))
  }

  signal(row: Parameters<DecisionSink['signal']>[0]): void {
    this.#signals.line(row)
  }
  opinion(row: Parameters<DecisionSink['opinion']>[0]): void {
    this.#opinions.line(row)
  }

  finish({ summary, origin, yaml, report, series }: StoredRun & { readonly report: string; readonly series: RunSeries }): void {
    for (const file of this.#lists) file.close()
    writeFileSync(join(this.#draft, 'series.json'), `${JSON.stringify(series)}\n`)
    writeFileSync(join(this.#draft, 'funnel.json'), `${JSON.stringify(series.funnel)}\n`)
    writeFileSync(join(this.#draft, 'config.yaml'), yaml)
    writeFileSync(join(this.#draft, 'origin.json'), `${JSON.stringify(origin, null, 2)}\n`)
    writeFileSync(join(this.#draft, 'report.html'), report)
    writeFileSync(join(this.#draft, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`, { flush: true })
    // Who looks at the folder meanwhile sees the old one, the new one, or for an instant a draft; never half of one.
    if (existsSync(this.#target)) renameSync(this.#target, this.#old)
    renameSync(this.#draft, this.#target)
    rmSync(this.#old, { recursive: true, force: true })
  }

  /** Leaves nothing behind of a run that did not end. */
  discard(): void {
    for (const file of this.#lists) file.discard()
    rmSync(this.#draft, { recursive: true, force: true })
  }

  get #lists(): readonly BufferedWriter[] {
    return [this.#orders, this.#fills, this.#trades, this.#signals, this.#opinions]
  }
}

/** Removes what earlier attempts at this run left behind when they were killed. */
function sweepDrafts(home: string, id: string): void {
  const folder = runsFolder(home)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const [, draftOf, pid] = /^\.(.+?)(?:\.old)?\.(\d+)\.tmp$/.exec(name) ?? []
    if (draftOf === id && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false // an earlier process that had our number
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Every finished run of the state folder, newest data of creation first. */
export function listRuns(home: string): RunSummary[] {
  const folder = runsFolder(home)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(id => !id.startsWith('.') && existsSync(join(folder, id, 'summary.json')))
    .map(id => JSON.parse(readFileSync(join(folder, id, 'summary.json'), 'utf8')) as RunSummary)
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id))
}

/** Throws Failure RUN_NOT_FOUND. A beginning of an id is enough where it is unique. */
export function readRun(home: string, given: string): StoredRun {
  const id = resolveId(home, given)
  const folder = join(runsFolder(home), id)
  return {
    summary: JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as RunSummary,
    origin: JSON.parse(readFileSync(join(folder, 'origin.json'), 'utf8')) as RunOrigin,
    yaml: readFileSync(join(folder, 'config.yaml'), 'utf8'),
  }
}

/** A finished run of this id, or undefined. */
export function findRun(home: string, id: string): StoredRun | undefined {
  return existsSync(join(runsFolder(home), id, 'summary.json')) ? readRun(home, id) : undefined
}

export function showRun(home: string, given: string): ShownRun {
  const { summary } = readRun(home, given)
  const lines = <Line>(name: string): Line[] => {
    const text = readFileSync(join(runsFolder(home), summary.id, name), 'utf8')
    return text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Line)
  }
  // The last line of an order holds; it keeps the place of the first, so that the list is in order of creation.
  const orders = new Map(lines<OrderLine>('orders.jsonl').map(order => [order.id, order]))
  const orderList = [...orders.values()].sort((a, b) => a.createdMicros - b.createdMicros || compareIds(a.id, b.id))
  return { ...summary, orderList, fillList: lines<FillLine>('fills.jsonl'), tradeList: lines<TradeLine>('trades.jsonl') }
}

function resolveId(home: string, given: string): string {
  const ids = listRuns(home).map(run => run.id)
  if (ids.includes(given)) return given
  const matches = ids.filter(id => id.startsWith(given))
  if (given !== '' && matches.length === 1) return matches[0]!
  const known =
    ids.length === 0 ? 'there are no runs yet' : `there are ${ids.slice(0, 8).join(', ')}${ids.length > 8 ? ' …' : ''}`
  throw new Failure('RUN_NOT_FOUND', {
    message:
      matches.length > 1 ? `'${given}' begins several runs: ${matches.join(', ')}` : `there is no run '${given}'; ${known}`,
    fix: ids.length === 0 ? 'make one: quadrant backtest run CONFIG' : 'take an id from `quadrant backtest list`',
  })
}

/** 'o12-1' after 'o12-0' and before 'o100-0'. */
function compareIds(a: string, b: string): number {
  const [x = 0, i = 0] = a.slice(1).split('-').map(Number)
  const [y = 0, j = 0] = b.slice(1).split('-').map(Number)
  return x - y || i - j
}
