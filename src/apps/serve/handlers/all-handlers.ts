// Every route that is not about people, with who answers it. A route without a handler does not compile.

import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import type { HouseRouteName } from '../../../adapters/gateway/options.ts'
import type { ServerContext } from '../server-context.ts'
import { accountHandlers } from './accounts.ts'
import { chartHandlers } from './charts.ts'
import { feedHandlers } from './feeds.ts'
import { instrumentHandlers } from './instruments.ts'
import { jobHandlers } from './jobs.ts'
import { limitHandlers } from './limits.ts'
import { orderHandlers } from './orders.ts'
import { referenceHandlers } from './reference.ts'
import { runHandlers } from './runs.ts'
import { signalHandlers } from './signals.ts'
import { stopHandlers } from './stop.ts'
import { systemHandlers } from './system.ts'

export const allHandlers = (context: ServerContext): Handlers<HouseRouteName> => ({
  ...instrumentHandlers(context),
  ...chartHandlers(context),
  ...referenceHandlers(context),
  ...signalHandlers(context),
  ...feedHandlers(context),
  ...accountHandlers(context),
  ...orderHandlers(context),
  ...limitHandlers(context),
  ...stopHandlers(context),
  ...runHandlers(context),
  ...jobHandlers(context),
  ...systemHandlers(context),
})
