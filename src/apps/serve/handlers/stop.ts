// The emergency stop: anybody who is signed in may pull it, only an admin takes it back, and every living run is told at once.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import { engageKill, type Kill, readKill, resetKill } from '../../kill-switch.ts'
import type { ServerContext } from '../server-context.ts'
import { caller, record } from './caller.ts'

type Routes = 'GET /emergency-stop' | 'POST /emergency-stop' | 'POST /emergency-stop/reset'
export type StopState = ReplyOf<'GET /emergency-stop'>

/** How long a person waits to hear which runs obeyed; the switch is in force before anybody is asked. */
const OBEY_MILLIS = 1_000

export function stopHandlers(context: ServerContext): Handlers<Routes> {
  const { home, runs } = context
  /** Which runs said that they obey, since the switch last changed. */
  let obeyed: StopState['obeyed'] = []

  const tell = async (): Promise<void> => {
    obeyed = []
    const answers = await runs.requestAll({ type: 'stop-changed' }, OBEY_MILLIS)
    obeyed = [...answers].filter(([, { ok }]) => ok).map(([run]) => ({ run, time: instantOf(context) }))
  }
  const publish = (): StopState => {
    const state = stopState(home, obeyed)
    context.hub.publish('stop', [{ key: 'stop', ...state }])
    return state
  }

  return {
    'GET /emergency-stop': () => stopState(home, obeyed),

    'POST /emergency-stop': async ({ body: { mode = 'halt', reason } }, call) => {
      const before = readKill(home) ?? null
      // First the switch, then the record: a trail that cannot be written must not keep anybody from stopping.
      const { kill, durable } = engageKill(home, { mode, reason, operator: caller(call).user })
      const told = tell()
      publish()
      await Promise.all([told, durable])
      const state = publish()
      await record(context, call, { action: 'stop.trip', object: 'stop', before, after: kill, reason })
      return state
    },

    'POST /emergency-stop/reset': async ({ body: { reason } }, call) => {
      const before = readKill(home) ?? null
      if (before !== null) await record(context, call, { action: 'stop.reset', object: 'stop', before, after: null, reason })
      await resetKill(home, reason, caller(call).user)
      await tell()
      return publish()
    },
  }
}

/** As it stands in the state folder: the same file that every run and `quadrant kill` look at. */
export function stopState(home: string, obeyed: StopState['obeyed']): StopState {
  const kill: Kill | undefined = readKill(home)
  if (kill === undefined) return { engaged: false, mode: null, reason: '', operator: '', time: null, obeyed: [...obeyed] }
  const { mode, reason, operator, time } = kill
  return { engaged: true, mode, reason, operator, time: time === '' ? null : time, obeyed: [...obeyed] }
}

const instantOf = ({ now }: ServerContext): string => new Date(now()).toISOString()
