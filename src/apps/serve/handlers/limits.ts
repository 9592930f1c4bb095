// Limits of living runs with what is used of them, and the ceilings of the house.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { mayAccount } from '../../../adapters/gateway/handlers.ts'
import type { Limit } from '../../../domain/limit.ts'
import type { RowOf } from '../../../wire/topics.ts'
import { parseRunConfig } from '../../config.ts'
import { CEILINGS, type CeilingName, houseCeilings, parseCeiling, readHouseLimits, writeHouseLimit } from '../../house-limits.ts'
import { CHECKS, limitText } from '../../rows/limit-names.ts'
import type { ServerContext } from '../server-context.ts'
import { ServerFailure } from '../server-failure.ts'
import { caller, record } from './caller.ts'
import { knownRun } from './known-run.ts'

type Routes = 'GET /risk/limits' | 'PUT /risk/limits'
type Row = RowOf<'limits'>

export function limitHandlers(context: ServerContext): Handlers<Routes> {
  const { home, hub, runs } = context
  return {
    'GET /risk/limits': async ({ query: { run } }, call) => {
      const who = caller(call)
      const accounts = new Map(runs.runs.map(living => [living.run, living.account]))
      const living = hub.rows('limits').filter(row => row.run !== null && mayAccount(who, accounts.get(row.run) ?? ''))
      if (run === undefined) return { items: [...houseLimitRows(context), ...living] }

      const mine = living.filter(row => row.run === run)
      if (mine.length > 0) return { items: mine }
      const known = await knownRun(context, call, run)
      return { items: known.yaml === '' ? [] : finishedRows(home, known.line, known.yaml) }
    },

    'PUT /risk/limits': async ({ body: { name, ceiling, reason } }, call) => {
      const who = caller(call)
      const before = readHouseLimits(home)[name]?.ceiling ?? null
      const happening = { action: 'limit.change', object: `limit:house/${name}`, before, after: ceiling, reason }
      if (!who.roles.includes('admin') && isRaise(before, ceiling)) {
        await record(context, call, { ...happening, result: 'refused' })
        throw new ServerFailure(403, 'LIMIT_RAISE_DENIED', {
          message: `${name} is ${before ?? 'not limited'} and would become ${ceiling ?? 'unlimited'}: only an admin raises a ceiling`,
          fix: 'lower it, or ask an admin',
        })
      }
      await record(context, call, happening)
      const time = new Date(context.now()).toISOString()
      writeHouseLimit(home, name, ceiling === null ? null : { ceiling, by: who.user, reason, time })
      const items = houseLimitRows(context)
      hub.publish('limits', items)
      return { items }
    },
  }
}

/** Taking a ceiling away is a raise; a percentage and an amount cannot be compared without an equity, so a change of kind is one too. */
export function isRaise(before: string | null, after: string | null): boolean {
  if (before === null) return false
  const [old, next] = [parseCeiling(before), parseCeiling(after)]
  if (old === undefined || next === undefined) return true
  return old.kind !== next.kind || sizeOf(next) > sizeOf(old)
}

const sizeOf = (limit: Limit): number => (limit.kind === 'percent' ? limit.fraction : Number(limit.amount) / 1e18)

/** The house's own, also those that are not set. */
export function houseLimitRows({ home, now }: Pick<ServerContext, 'home' | 'now'>): Row[] {
  const limits = readHouseLimits(home)
  return CEILINGS.map((name: CeilingName) => {
    const { check, code } = CHECKS.find(known => known.name === name)!
    const entry = limits[name]
    return {
      ...{ key: `house/${name}`, run: null, name, check, code },
      limit: entry?.ceiling ?? 'none',
      ...{ used: null, share: null, ceiling: entry?.ceiling ?? null, refusals: 0 },
      time: entry?.time ?? new Date(now()).toISOString(),
      source: entry === undefined ? 'no ceiling is set' : `set by ${entry.by}: ${entry.reason}`,
    }
  })
}

/** What a finished run was limited by, and how often each said no. */
function finishedRows(
  home: string,
  line: {
    readonly id: string
    readonly currency: string
    readonly to: string
    readonly refused: Readonly<Record<string, number>>
  },
  yaml: string,
): Row[] {
  const config = parseRunConfig(yaml, { file: 'config.yaml' })
  const ceilings = houseCeilings(home)
  return CHECKS.map(({ name, field, check, code }) => ({
    ...{ key: `${line.id}/${code}`, run: line.id, name, check, code },
    limit: limitText(config.risk, field, line.currency),
    ...{ used: null, share: null, ceiling: ceilings[name] ?? null, refusals: line.refused[code] ?? 0 },
    ...{ time: line.to, source: 'configuration and summary of the finished run' },
  }))
}
