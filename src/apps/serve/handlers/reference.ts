// What the house knows whether anything runs or not: announcements, trading hours, the lake's contents and its gaps.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { formatMicros, type Micros } from '../../../domain/numbers.ts'
import { Failure } from '../../failure.ts'
import { calendarEntries } from '../lake/calendar-entries.ts'
import { coverage, gapsOf } from '../lake/lake-coverage.ts'
import { allMarketHours } from '../market-hours.ts'
import type { ServerContext } from '../server-context.ts'
import { when } from './caller.ts'

type Routes = 'GET /calendar' | 'GET /market-hours' | 'GET /data' | 'GET /data/gaps'

export function referenceHandlers({ lake, now }: ServerContext): Handlers<Routes> {
  return {
    'GET /calendar': ({ query: { from, to, limit = 200 } }) => calendarEntries(lake, { from: when(from), to: when(to), limit }),

    'GET /market-hours': ({ query: { at } }) => {
      const time = when(at) ?? ((Math.round(now()) * 1000) as Micros)
      return { time: formatMicros(time), items: allMarketHours(time) }
    },

    'GET /data': () => coverage(lake),

    'GET /data/gaps': ({ query }) => {
      const isKnown = lake.manifestsOf(query.instrument).some(({ kind }) => kind === query.kind)
      if (isKnown) return gapsOf(lake, query)
      throw new Failure('DATA_NOT_FOUND', {
        message: `the lake has no ${query.kind} of ${query.instrument}`,
        fix: 'take an instrument and a kind of GET /api/v1/data',
      })
    },
  }
}
