// A finished run's folder in the words of the wire, its lists read line by line as they are taken.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunContent } from '../../adapters/database/projection.ts'
import type { AccountRow, RunLine } from '../../adapters/database/projection-reader.ts'
import type { FillLine, OrderLine, TradeLine } from '../../research/records.ts'
import { accountOfRun } from '../../wire/research.ts'
import type { RowOf } from '../../wire/topics.ts'
import { parseRunConfig } from '../config.ts'
import { runsFolder } from '../home.ts'
import type { StoredRun } from '../run-folder.ts'

/** Undefined where there is no finished folder of this id. Throws what a damaged one makes JSON.parse throw. */
export function runContent(home: string, id: string): RunContent | undefined {
  const fingerprint = runFingerprint(home, id)
  if (fingerprint === undefined) return undefined
  const folder = join(runsFolder(home), id)
  const stored = storedRun(folder)
  const account = accountOfRun(stored.summary)
  const of = { run: id, account }
  return {
    run: runLine(stored, join(folder, 'summary.json')),
    ...{ yaml: stored.yaml, fingerprint },
    orders: mapped(lines<OrderLine>(join(folder, 'orders.jsonl')), line => orderRow(line, of)),
    fills: mapped(lines<FillLine>(join(folder, 'fills.jsonl')), line => fillRow(line, of)),
    trades: mapped(lines<TradeLine>(join(folder, 'trades.jsonl')), line => tradeRow(line, of)),
    // A folder of an older version has none of these.
    signals: lines<RowOf<'signals'>>(join(folder, 'signals.jsonl')),
    opinions: lines<RowOf<'opinions'>>(join(folder, 'opinions.jsonl')),
    account: accountRow(stored),
    ...seriesOf(join(folder, 'series.json')),
  }
}

/** By its whole id: no other folder is looked at. */
function storedRun(folder: string): StoredRun {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return {
    summary: JSON.parse(read('summary.json')) as StoredRun['summary'],
    origin: JSON.parse(read('origin.json')) as StoredRun['origin'],
    yaml: read('config.yaml'),
  }
}

/** What was overridden when it was made; nothing where its folder is gone. */
export function overridesOf(home: string, id: string): string[] {
  try {
    return [...storedRun(join(runsFolder(home), id)).origin.overrides]
  } catch {
    return []
  }
}

/** Changes with the folder: it is put in place by a rename, so its summary is a new file each time. */
export function runFingerprint(home: string, id: string): string | undefined {
  const found = statSync(join(runsFolder(home), id, 'summary.json'), { throwIfNoEntry: false })
  return found === undefined ? undefined : `2 ${found.mtimeMs} ${found.size} ${found.ino}`
}

interface Series {
  readonly equity?: RunContent['equity']
  readonly funnel?: RunContent['funnel']
  readonly bars?: readonly (RunContent['bars'] extends Iterable<infer One> ? One : never)[]
}

function seriesOf(path: string): Pick<RunContent, 'equity' | 'funnel' | 'bars'> {
  const { equity, funnel, bars = [] } = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Series) : {}
  return { equity, funnel, bars }
}

function runLine({ summary, yaml, origin }: StoredRun, summaryFile: string): RunLine {
  const { eventsPerSecond: _, ledgerSum: __, report: ___, ...line } = summary
  return {
    ...line,
    ...{ running: false, refused: { ...line.refused }, quarantined: { ...line.quarantined } },
    instruments: instrumentsOf(yaml, origin.file),
    finished: statSync(summaryFile).mtime.toISOString(),
  }
}

function instrumentsOf(yaml: string, file: string): string[] {
  try {
    return [...new Set(parseRunConfig(yaml, { file }).data.map(({ instrument }) => instrument))]
  } catch {
    // Written by a version whose configurations were other ones.
    return []
  }
}

interface Of {
  readonly run: string
  readonly account: string
}

const orderRow = (line: OrderLine, { run, account }: Of): RowOf<'orders'> => {
  const { id, instrument, strategy, side, type, role, quantity, filled, price, state, reason, why, created, changed } = line
  return {
    ...{ key: `${run}/${id}`, run, account, id, instrument, strategy, side, type, role, quantity, filled, price },
    ...{ state, reason, why, created, changed },
  }
}

const fillRow = (line: FillLine, { run, account }: Of): RowOf<'fills'> => {
  const { id, orderId, instrument, strategy, side, quantity, price, commission, currency, time } = line
  const key = `${run}/${id}`
  return { key, run, account, id, order: orderId, instrument, strategy, side, quantity, price, commission, currency, time }
}

const tradeRow = (line: TradeLine, of: Of) => {
  const { instrument, strategy, side, quantity, entryPrice, exitPrice, commission, profit, currency } = line
  const { entryOrderId: entryOrder, exitOrderId: exitOrder, entryReason, exitReason, entry, exit } = line
  return {
    ...{ ...of, instrument, strategy, side, quantity, entryPrice, exitPrice, commission, profit, currency },
    ...{ entryOrder, exitOrder, entryReason, exitReason, entry, exit },
  }
}

/** As the run ended. What a finished run still held is worked out from its fills by who asks. */
function accountRow({ summary }: StoredRun): AccountRow | undefined {
  const { id, mode, currency, finalEquity, startEquity, maxDrawdown, fills, to } = summary
  if (to === '') return undefined
  return {
    ...{ key: id, account: accountOfRun(summary), mode, running: false, currency, equity: finalEquity, startEquity },
    ...{ dayStartEquity: null, highEquity: null, drawdown: maxDrawdown, exposure: null },
    ...{ openOrders: 0, openPositions: 0, fills, time: to },
    source: 'summary of the finished run; drawdown is the deepest of it',
  }
}

function* mapped<In, Out>(rows: Iterable<In>, map: (row: In) => Out): Generator<Out> {
  for (const row of rows) yield map(row)
}

const CHUNK_BYTES = 1 << 16

/** One JSON value a line, a piece of the file at a time; nothing where there is no file. */
function* lines<Line>(path: string): Generator<Line> {
  if (!existsSync(path)) return
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest = Buffer.alloc(0)
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)])
      let start = 0
      for (let end = bytes.indexOf(10, start); end >= 0; end = bytes.indexOf(10, start)) {
        if (end > start) yield JSON.parse(bytes.toString('utf8', start, end)) as Line
        start = end + 1
      }
      rest = Buffer.from(bytes.subarray(start))
    }
    if (rest.length > 0) yield JSON.parse(rest.toString('utf8')) as Line
  } finally {
    closeSync(file)
  }
}
