// What can be run, what was started from here, and how to stop it.
import { type Call, type Handlers, mayAccount } from '../../../adapters/gateway/handlers.ts'
import { accountOfRun } from '../../../wire/research.ts'
import { readRunConfig } from '../../config.ts'
import { Failure } from '../../failure.ts'
import { requireWithinHouse } from '../../house-limits.ts'
import type { RunConfig } from '../../run-config.ts'
import { jobNotFound } from '../jobs.ts'
import { recordingFolder, recordingLines } from '../recordings.ts'
import type { ServerContext } from '../server-context.ts'
import { ServerFailure } from '../server-failure.ts'
import { caller, record } from './caller.ts'

type Routes = 'POST /runs' | 'GET /configurations' | 'GET /jobs' | 'DELETE /jobs/:id'

export function jobHandlers(context: ServerContext): Handlers<Routes> {
  const { jobs, configurations, home } = context
  return {
    'GET /configurations': async () => ({ items: await configurations.list(), recordings: recordingLines(home) }),
    'GET /jobs': () => ({ items: jobs.rows() }),

    'POST /runs': async ({ body: { kind, configuration, set = [], recording, speed } }, call) => {
      const file = configurations.file(configuration)
      // Its faults are told at once; its strategies are code, and are loaded by the process that runs them.
      const config = readRunConfig(file, set)
      const account = accountOfRun({ name: config.name, mode: MODES[kind] })
      refuseForeign(call, account)
      refuseForeignCode(config, file)
      if (kind === 'paper') requireWithinHouse(config, home)
      if (recording !== undefined && kind !== 'paper') {
        throw new Failure('USAGE_RECORDING', {
          message: `a ${kind} plays no recording`,
          fix: 'leave `recording` out, or make it a paper run',
        })
      }
      const replay = recording === undefined ? undefined : recordingFolder(home, recording)
      if (speed !== undefined && kind !== 'replay' && recording === undefined) {
        throw new Failure('USAGE_SPEED', {
          message: `a ${kind} has no speed`,
          fix: 'leave `speed` out, make it a replay, or a paper run of a recording',
        })
      }
      const after = {
        kind,
        configuration,
        set,
        ...(recording === undefined ? {} : { recording }),
        ...(speed === undefined ? {} : { speed }),
      }
      await record(context, call, { action: 'run.start', object: `configuration:${configuration}`, after })
      return jobs.start({ kind, configuration, file, set, replay, speed, by: caller(call).user, account })
    },

    'DELETE /jobs/:id': async ({ params: { id } }, call) => {
      const account = jobs.accountOf(id)
      if (account === undefined || !mayAccount(caller(call), account)) throw jobNotFound(id)
      const before = jobs.rows().find(({ key }) => key === id) ?? null
      await record(context, call, { action: 'run.stop', object: `job:${id}`, before })
      return jobs.cancel(id)
    },
  }
}

const MODES = { backtest: 'BACKTEST', replay: 'REPLAY', paper: 'PAPER' } as const

/** What a person starts they must be able to look at. */
function refuseForeign(call: Call, account: string): void {
  if (mayAccount(caller(call), account)) return
  throw new ServerFailure(403, 'ACCOUNT_DENIED', {
    message: `the run would be of the account '${account}', which you were not given`,
    fix: 'ask an admin for the account, or run a configuration of one that is yours',
  })
}

/**
 * A strategy's file is code of this machine. Which ones may run is said by who writes configurations, not by who starts them: an
 * override may not name another.
 */
function refuseForeignCode({ strategies }: RunConfig, file: string): void {
  const wanted = strategies.flatMap(({ path }) => path ?? [])
  if (wanted.length === 0) return
  const own = new Set(readRunConfig(file).strategies.map(({ path }) => path))
  const foreign = wanted.find(path => !own.has(path))
  if (foreign === undefined) return
  throw new ServerFailure(403, 'STRATEGY_DENIED', {
    message: 'an override names the file of a strategy that the configuration itself does not',
    fix: 'put it into a configuration on the machine of the server, or take a shipped strategy by its name',
  })
}
