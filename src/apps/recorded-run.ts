// A session played under the eyes of a recorder, ending in a folder with summary, lists and report: what backtest and replay share.
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { OpenedFeed } from '../adapters/lake/feed.ts'
import { specOf } from '../domain/instrument.ts'
import { formatMicros, formatMoney, type Micros, money } from '../domain/numbers.ts'
import type { Provenance } from '../domain/provenance.ts'
import type { Journal, Observer } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import { DecisionRecorder } from '../research/decision-recorder.ts'
import { type RunRecord, RunRecorder } from '../research/recorder.ts'
import { renderReport } from '../research/report/render-report.ts'
import { type Coverage as ReportCoverage, reportInput } from '../research/report/report-input.ts'
import { runSeries } from '../research/run-series.ts'
import type { RunSummary } from '../research/summary.ts'
import type { Gate } from '../stages/quality/gate.ts'
import { assumptionsOf } from './assumptions.ts'
import { compose, type LoadedStrategy } from './compose.ts'
import { Failure } from './failure.ts'
import { readReportAssets } from './report-assets.ts'
import { reproductionOf } from './reproduction.ts'
import type { RunConfig } from './run-config.ts'
import { RunFolder, type RunOrigin, reportPath } from './run-folder.ts'

export interface RunOptions {
  readonly home: string
  readonly signal?: AbortSignal
  /** Facts done and facts there are, between batches. */
  readonly onProgress?: (done: number, total: number) => void
  /** Give the stored result where configuration, data and code are those of a finished run. */
  readonly reuse?: boolean
}

/** The same inputs and the same code make the same run, and so the same id. */
export function runId(config: RunConfig, opened: OpenedFeed, code: string): string {
  const hash = createHash('sha256').update(config.configHash).update(opened.dataHash).update(code).digest('hex')
  return `${config.name}-${hash.slice(0, 8)}`
}

/** What a run was fed with. Of a living one all but the instruments is known only at its end. */
export type RunData = Pick<OpenedFeed, 'instruments' | 'coverage' | 'dataHash'>

export interface Job {
  readonly config: RunConfig
  readonly strategies: readonly LoadedStrategy[]
  readonly opened: RunData
  readonly id: string
  readonly code: string
  /** performance.now() when the lake was first read. */
  readonly started: number
  readonly options: RunOptions
  /** What judges facts; the gate of history when left out. */
  readonly gate?: Gate
  readonly observers?: readonly Observer[]
  /** The command that makes it again; a backtest when left out. */
  readonly command?: string | undefined
  /** The folder of the recording that a paper run plays; empty when it lives. */
  readonly recording?: string
  /** What people said while it was played, each after so many inputs; read at the end. */
  readonly commands?: NonNullable<RunOrigin['live']>['commands']
}

/** Plays a session under the eyes of a recorder and leaves a finished folder, or nothing at all. */
export async function recorded(
  mode: RunSummary['mode'],
  { config, strategies, opened, id, code, started, options: { home }, gate, observers, command, recording, commands = [] }: Job,
  journal: Journal | undefined,
  play: (session: Session) => Promise<void>,
): Promise<RunSummary> {
  const folder = new RunFolder(home, id, opened.instruments)
  try {
    const thoughts = new DecisionRecorder(id, opened.instruments, folder)
    const { session, recorder } = recordedSession(
      { config, strategies, opened, ...(gate && { gate }), observers: [thoughts, ...(observers ?? [])] },
      folder,
      journal,
    )
    await play(session)
    const elapsedSeconds = (performance.now() - started) / 1000
    const { summary, record } = summarise({
      mode,
      config,
      opened,
      id,
      session,
      recorder,
      elapsedSeconds,
      report: reportPath(home, id),
    })
    const input = reportInput({
      summary,
      record,
      instruments: opened.instruments,
      configuration: config.yaml,
      coverage: reportCoverage(opened),
      assumptions: assumptionsOf(config),
      sources: sourcesOf(opened),
      reproduction: reproductionOf(config, command),
    })
    const report = renderReport(input, readReportAssets())
    thoughts.finish()
    const { currency } = config.account
    const { wishFills } = thoughts
    const series = runSeries(record, { run: id, currency, time: endOf(summary), instruments: opened.instruments, wishFills })
    folder.finish({
      summary,
      origin: {
        file: resolve(config.file),
        overrides: config.overrides,
        codeHash: code,
        ...(recording === undefined
          ? {}
          : {
              live: {
                instruments: [...opened.instruments.values()].map(of => specOf(of)),
                recording,
                ...(commands.length === 0 ? {} : { commands }),
              },
            }),
      },
      yaml: config.yaml,
      report,
      series,
    })
    return summary
  } catch (error) {
    folder.discard()
    throw error
  }
}

/** The run's own clock at its end; of one without a fact, the beginning of time. */
const endOf = ({ to }: RunSummary): string => (to === '' ? formatMicros(0 as Micros) : to)

/** How many facts there are to read: the total of a progress bar. */
export const factsOf = (opened: OpenedFeed): number => opened.coverage.reduce((sum, { events }) => sum + events, 0)

function recordedSession(
  { config, strategies, opened, gate, observers = [] }: Pick<Job, 'config' | 'strategies' | 'opened' | 'gate' | 'observers'>,
  sink: RunFolder,
  journal: Journal | undefined,
): { readonly session: Session; readonly recorder: RunRecorder } {
  const session = compose(config, strategies, {
    instruments: opened.instruments,
    // The recorder needs the session's rates and the session its observer: the observer is there first.
    observers: [{ observe: step => recorder.observe(step) }, ...observers],
    ...(gate === undefined ? {} : { gate }),
    ...(journal === undefined ? {} : { journal }),
  })
  const recorder = new RunRecorder({
    startEquity: config.account.equity,
    instruments: opened.instruments,
    convert: (amount, currency) => session.engine.account.portfolio.rates.convert(amount, currency, config.account.currency),
    sink,
  })
  return { session, recorder }
}

interface Finished {
  readonly mode: RunSummary['mode']
  readonly config: RunConfig
  readonly opened: RunData
  readonly id: string
  readonly session: Session
  readonly recorder: RunRecorder
  readonly elapsedSeconds: number
  readonly report: string
}

function summarise({ mode, config, opened, id, session, recorder, elapsedSeconds, report }: Finished): {
  readonly summary: RunSummary
  readonly record: RunRecord
} {
  const { engine } = session
  const finalEquity = engine.equity()
  const time = session.lastTime ?? (0 as Micros)
  const record = recorder.finish(finalEquity === undefined ? undefined : { time, equity: finalEquity })
  if (finalEquity === undefined) {
    throw new Failure('DATA_INCOMPLETE', {
      message: 'an exchange rate is missing at the end of the run, so the account has no value',
      fix: 'add the currency pair under data',
    })
  }
  const { statistics } = record
  const start = config.account.equity
  const summary: RunSummary = {
    id,
    name: config.name,
    mode,
    events: session.accepted,
    quarantined: session.quarantined,
    elapsedSeconds,
    eventsPerSecond: elapsedSeconds > 0 ? session.accepted / elapsedSeconds : 0,
    bars: record.bars,
    decisions: record.decisions,
    signals: record.signals,
    refused: refusalsOf(record),
    orders: record.orders,
    fills: record.fills,
    trades: record.trades,
    netProfit: formatMoney(money(finalEquity - start)),
    return: Number(((finalEquity - start) * 10n ** 15n) / start) / 1e15,
    sharpe: statistics.sharpe,
    sortino: statistics.sortino,
    maxDrawdown: statistics.maxDrawdown,
    profitFactor: statistics.profitFactor,
    winRate: statistics.winRate,
    costs: formatMoney(record.commission),
    currency: config.account.currency,
    startEquity: formatMoney(start),
    finalEquity: formatMoney(finalEquity),
    ledgerSum: engine.account.portfolio.ledger.sums(),
    stateHash: engine.stateHash(),
    dataHash: opened.dataHash,
    configHash: config.configHash,
    from: session.firstTime === undefined ? '' : formatMicros(session.firstTime),
    to: session.lastTime === undefined ? '' : formatMicros(session.lastTime),
    report,
  }
  return { summary, record }
}

/** Refusals of allocation and of risk under one roof: both are a wish to trade that was turned down. */
function refusalsOf({ unsized, refused }: RunRecord): Record<string, number> {
  const counts: Record<string, number> = { ...unsized }
  for (const { code, count } of refused) counts[code] = (counts[code] ?? 0) + count
  return counts
}

function reportCoverage(opened: RunData): ReportCoverage[] {
  return opened.coverage.map(({ what, events, firstTime, lastTime, quarantined, notes }) => {
    const [kind = '', ...name] = what.split(' ')
    return {
      name: name.join(' ') || kind,
      kind,
      rows: events,
      from: formatMicros(firstTime),
      to: formatMicros(lastTime),
      quarantined,
      notes,
    }
  })
}

function sourcesOf(opened: RunData): Provenance[] {
  const seen = new Map<string, Provenance>()
  for (const { sources, what } of opened.coverage) {
    for (const { source, licence } of sources)
      seen.set(`${source} ${licence}`, { source, kind: 'recorded', origin: what, checksum: '', licence })
  }
  return [...seen.values()]
}

export const interrupted = (): Failure =>
  new Failure('INTERRUPTED', { message: 'interrupted; nothing half-done was kept', fix: 'run the command again' })
