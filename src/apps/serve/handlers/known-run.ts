// A run by its id, for who may see its account: others are told what they would be told of a run that does not exist.

import type { RunLine } from '../../../adapters/database/projection-reader.ts'
import { type Call, mayAccount } from '../../../adapters/gateway/handlers.ts'
import { accountOfRun } from '../../../wire/research.ts'
import { Failure } from '../../failure.ts'
import type { ServerContext } from '../server-context.ts'
import { caller } from './caller.ts'

export interface KnownRun {
  readonly line: RunLine
  /** Empty of a run that lives and has not yet left a folder. */
  readonly yaml: string
  readonly living: boolean
}

export const runNotFound = (id: string): Failure =>
  new Failure('RUN_NOT_FOUND', {
    message: `there is no run '${id}' among those you may see`,
    fix: 'take an id of GET /api/v1/runs',
  })

/** Throws Failure RUN_NOT_FOUND. */
export async function knownRun(context: ServerContext, call: Call, id: string): Promise<KnownRun> {
  const stored = await context.history.run(id)
  const living = livingLine(context, id)
  const line = living ?? stored?.run
  if (line === undefined || !mayAccount(caller(call), accountOfRun(line))) throw runNotFound(id)
  return { line, yaml: stored?.yaml ?? '', living: living !== undefined }
}

/** What living runs say of themselves, in the words of finished ones. */
export function livingLines(context: ServerContext): RunLine[] {
  return context.hub.rows('runs').flatMap(({ key, running }) => (running ? (livingLine(context, key) ?? []) : []))
}

function livingLine({ hub, now }: Pick<ServerContext, 'hub' | 'now'>, id: string): RunLine | undefined {
  const row = hub.rows('runs').find(({ key }) => key === id)
  if (row === undefined || !row.running) return undefined
  const account = hub.rows('accounts').find(({ key }) => key === id)
  const start = account?.startEquity ?? '0'
  const equity = account?.equity ?? start
  const of = <Row extends { readonly run: string }>(rows: readonly Row[]): number => rows.filter(({ run }) => run === id).length
  const gain = Number(equity) - Number(start)
  return {
    ...{ id, name: row.name, mode: row.mode as RunLine['mode'], running: true, events: row.events },
    elapsedSeconds: Math.max(0, (now() - Date.parse(row.started)) / 1000),
    ...{ bars: 0, decisions: 0, signals: of(hub.rows('signals')), refused: {}, quarantined: {} },
    ...{ orders: of(hub.rows('orders')), fills: account?.fills ?? 0, trades: of(hub.rows('trades')) },
    netProfit: String(Number(gain.toFixed(8))),
    return: Number(start) === 0 ? 0 : gain / Number(start),
    ...{ sharpe: null, sortino: null, maxDrawdown: account?.drawdown ?? 0, profitFactor: null, winRate: null },
    ...{ costs: '0', currency: account?.currency ?? '', startEquity: start, finalEquity: equity },
    ...{ stateHash: '', dataHash: '', configHash: '', from: row.from, to: row.time },
    instruments: row.instruments,
    finished: null,
  }
}
