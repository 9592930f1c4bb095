// Finished and living runs: figures, equity, report, the time machine, and why nothing was done.
import { readFile } from 'node:fs/promises'
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { formatMicros } from '../../../domain/numbers.ts'
import { accountOfRun } from '../../../wire/research.ts'
import { Failure } from '../../failure.ts'
import { reportPath } from '../../run-folder.ts'
import { equityOfTrades } from '../equity-series.ts'
import { overridesOf } from '../run-content.ts'
import { momentOfRun } from '../run-moment.ts'
import type { ServerContext } from '../server-context.ts'
import { ServerFailure } from '../server-failure.ts'
import { own, when } from './caller.ts'
import { knownRun, livingLines } from './known-run.ts'

type Routes =
  | 'GET /runs'
  | 'GET /runs/:id'
  | 'GET /runs/:id/equity'
  | 'GET /runs/:id/report'
  | 'GET /runs/:id/moment'
  | 'GET /runs/:id/explanation'

export function runHandlers(context: ServerContext): Handlers<Routes> {
  const { history, home, explanations } = context
  return {
    'GET /runs': async ({ query: { mode } }, call) => {
      const living = livingLines(context).filter(line => mode === undefined || line.mode === mode)
      const ids = new Set(living.map(({ id }) => id))
      const finished = (await history.runs({ mode })).filter(({ id }) => !ids.has(id))
      const lines = [...living, ...finished].map(line => ({ line, account: accountOfRun(line) }))
      return { items: own(lines, call).map(({ line }) => line) }
    },

    'GET /runs/:id': async ({ params: { id } }, call) => {
      const { line, yaml } = await knownRun(context, call, id)
      return { run: line, yaml, overrides: overridesOf(home, id) }
    },

    'GET /runs/:id/equity': async ({ params: { id } }, call) => {
      const { line, living } = await knownRun(context, call, id)
      const stored = living ? undefined : await history.equity(id)
      return stored ?? (await equityOfTrades(history, line))
    },

    'GET /runs/:id/report': async ({ params: { id } }, call) => {
      await knownRun(context, call, id)
      try {
        return await readFile(reportPath(home, id), 'utf8')
      } catch {
        throw new Failure('REPORT_NOT_FOUND', {
          message: `the run '${id}' has no report: it has not ended, or its folder was moved`,
          fix: 'wait for its end, or make it again',
        })
      }
    },

    'GET /runs/:id/moment': async ({ params: { id }, query: { at } }, call) => {
      const known = await knownRun(context, call, id)
      return momentOfRun(context, call, { ...known, at: formatMicros(instant(at)) })
    },

    'GET /runs/:id/explanation': async ({ params: { id }, query: { at } }, call) => {
      const { line, living } = await knownRun(context, call, id)
      if (living) {
        throw new ServerFailure(409, 'RUN_STILL_RUNNING', {
          message: `the run '${id}' has not ended, and an explanation makes it again from its beginning`,
          fix: 'ask when it has ended; until then its signals and notes say why',
        })
      }
      const time = instant(at)
      const links = await explanations.of(id, line.stateHash, { not: true, at: time })
      return { run: id, order: null, at: formatMicros(time), links: [...links] }
    },
  }
}

/** Throws Failure USAGE_INSTANT for a day or an hour that does not exist. */
function instant(text: string) {
  const time = when(text)
  if (time !== undefined) return time
  throw new Failure('USAGE_INSTANT', {
    message: `'${text}' is no instant`,
    fix: 'write a day such as 2014-05-02, or an instant in UTC such as 2014-05-02T12:30:00Z',
  })
}
