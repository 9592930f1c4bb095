// The house's ceilings: no paper run starts with a wider limit. One small file in the state folder.
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../connectivity/durable-file.ts'
import type { Limit } from '../domain/limit.ts'
import { formatMoney, moneyToNumber, parseMoney } from '../domain/numbers.ts'
import { Failure } from './failure.ts'
import type { RunConfig } from './run-config.ts'

export const CEILINGS = ['orderNotional', 'positionNotional', 'grossNotional', 'dailyLoss', 'drawdown'] as const
export type CeilingName = (typeof CEILINGS)[number]

export interface Ceiling {
  /** 'N%' of equity, or an amount in the account's currency, as written. */
  readonly ceiling: string
  readonly by: string
  readonly reason: string
  /** ISO, UTC. */
  readonly time: string
}

export type HouseLimits = Readonly<Partial<Record<CeilingName, Ceiling>>>

export const houseLimitsFile = (home: string): string => join(home, 'house-limits.json')

/** Throws Failure LIMIT_FILE_UNREADABLE: a file that cannot be understood must not count as no ceiling. */
export function readHouseLimits(home: string): HouseLimits {
  let text: string
  try {
    text = readFileSync(houseLimitsFile(home), 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {}
    throw error
  }
  try {
    const limits = JSON.parse(text) as HouseLimits
    const isWhole = Object.entries(limits).every(
      ([name, entry]) => CEILINGS.includes(name as CeilingName) && parseCeiling(entry?.ceiling) !== undefined,
    )
    if (isWhole) return limits
  } catch {
    // Falls through to the refusal.
  }
  throw new Failure('LIMIT_FILE_UNREADABLE', {
    message: `${houseLimitsFile(home)} cannot be read as the house's limits, so no run can be checked against them`,
    fix: 'set the ceilings again in the dashboard (Risk), or remove the file to have none',
  })
}

/** The ceilings as written, for showing; none where the file cannot be read. */
export function houseCeilings(home: string): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(Object.entries(readHouseLimits(home)).map(([name, { ceiling }]) => [name, ceiling]))
  } catch {
    return {}
  }
}

/** Sets one ceiling, or takes it away with null; durable when it returns. Throws Failure USAGE_CEILING. */
export function writeHouseLimit(home: string, name: CeilingName, entry: Ceiling | null): HouseLimits {
  if (entry !== null && parseCeiling(entry.ceiling) === undefined) {
    throw new Failure('USAGE_CEILING', {
      message: `'${entry.ceiling}' is no ceiling`,
      fix: "write '10%' of equity, or an amount such as 5000",
    })
  }
  const { [name]: _, ...others } = readHouseLimits(home)
  const limits: HouseLimits = entry === null ? others : { ...others, [name]: entry }
  writeDurably(houseLimitsFile(home), `${JSON.stringify(limits, null, 2)}\n`)
  // Written by the server and read by every run of this user, nobody else's business.
  if (process.platform !== 'win32') chmodSync(houseLimitsFile(home), 0o600)
  return limits
}

/** Undefined for what is neither a percentage nor an amount. */
export function parseCeiling(text: unknown): Limit | undefined {
  const match = typeof text === 'string' ? /^(\d{1,12}(?:\.\d{1,4})?)(%?)$/.exec(text) : null
  if (match === null) return undefined
  if (match[2] === '%') return { kind: 'percent', fraction: Number(match[1]) / 100 }
  const amount = parseMoney(match[1]!)
  return amount === undefined ? undefined : { kind: 'amount', amount }
}

/** Throws Failure LIMIT_ABOVE_HOUSE when a limit of the configuration is wider than a ceiling of this home. */
export function requireWithinHouse(config: RunConfig, home: string): void {
  const limits = readHouseLimits(home)
  const equity = moneyToNumber(config.account.equity)
  const amountOf = (limit: Limit): number => (limit.kind === 'percent' ? limit.fraction * equity : moneyToNumber(limit.amount))
  const wide = CEILINGS.flatMap(name => {
    const entry = limits[name]
    const ceiling = parseCeiling(entry?.ceiling)
    const own = config.risk[name]
    if (entry === undefined || ceiling === undefined) return []
    // Of one kind they are compared as they are; else by what they come to at the equity it starts with.
    const wider =
      own.kind === 'percent' && ceiling.kind === 'percent' ? own.fraction > ceiling.fraction : amountOf(own) > amountOf(ceiling)
    return wider ? [`risk.${name} is ${textOf(own)}, the house allows ${entry.ceiling} (${entry.by}: ${entry.reason})`] : []
  })
  if (wide.length === 0) return
  throw new Failure('LIMIT_ABOVE_HOUSE', {
    message: `${config.file}: ${wide.join('; ')}`,
    fix: 'lower the limit in the configuration, or ask an admin to raise the ceiling in the dashboard (Risk)',
  })
}

const textOf = (limit: Limit): string =>
  limit.kind === 'percent' ? `${Number((limit.fraction * 100).toFixed(6))}%` : formatMoney(limit.amount)
