// The house itself: health, figures, logs, settings.

import { Clean, Default } from 'typebox/value'
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import { Preferences } from '../../../wire/system.ts'
import type { ServerContext } from '../server-context.ts'
import { caller } from './caller.ts'

type Routes = 'GET /health' | 'GET /system' | 'GET /logs' | 'GET /settings' | 'PUT /settings'

export function systemHandlers(context: ServerContext): Handlers<Routes> {
  const { hub, home, preferences } = context
  return {
    'GET /health': () => context.health(),

    'GET /system': () => ({
      items: [context.system(), ...hub.rows('system').filter(({ key }) => key !== 'server')],
      databasePath: context.databaseName,
      home,
    }),

    'GET /logs': ({ query: { limit = 200, ...filter } }) => ({ items: [...context.logs({ ...filter, limit })] }),

    'GET /settings': async (_, call) => ({
      preferences: preferred(await preferences.read(caller(call).user)),
      house: context.house(),
    }),

    'PUT /settings': async ({ body }, call) => {
      const kept = preferred(body)
      await preferences.write(caller(call).user, kept)
      return { preferences: kept }
    },
  }
}

/** What was never set is as usual; what an older version kept and nobody knows any more is left out. */
const preferred = (stored: object): ReplyOf<'GET /settings'>['preferences'] =>
  Clean(Preferences, Default(Preferences, { ...stored })) as ReplyOf<'GET /settings'>['preferences']
