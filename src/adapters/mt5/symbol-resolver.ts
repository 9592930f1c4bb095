// Which of a broker's spellings is the standard, the ECN and the cent twin of one instrument: by properties, not by suffix.
import { createHash } from 'node:crypto'
import type { AccountTypeFinding } from '../../domain/instrument-meta.ts'
import { canonicalName } from '../../domain/symbol-names.ts'
import type { SymbolFacts } from './symbol-facts.ts'

/**
 * A broker's spelling taken apart. The suffix is a hypothesis only: `.m` is micro at one broker and funded at another, and a
 * broker has been seen to take `.ecn` off all its symbols over a weekend.
 */
export interface SymbolParts {
  readonly prefix: string
  readonly core: string
  readonly suffix: string
}

const WORDS = 'ecn raw pro prime std stp micro mini cent zero'.split(' ').map(anyCase).join('|')
const SUFFIX = String.raw`\+|#|!|\^|[._-]?(?:${WORDS}|spot|cash|fx|[rabcimxzsf]|[tT]\d)|[._-][A-Z]`
const SPELLING = new RegExp(
  `^(?<prefix>[#.!_]|m(?=[A-Z]{6}))?(?<core>GOLD|SILVER|X[APT][UGTD][A-Z]{3}|[A-Z]{6}|[A-Z0-9]{2,8}?)(?<suffix>${SUFFIX})?$`,
)

/** `ecn` as `[eE][cC][nN]`: the core must stay in capitals, so the whole cannot ignore case. */
function anyCase(word: string): string {
  return [...word].map(letter => `[${letter}${letter.toUpperCase()}]`).join('')
}

/** Undefined for a spelling that fits no known pattern: it is taken as it is, and a person is asked. */
export function symbolParts(name: string): SymbolParts | undefined {
  const groups = SPELLING.exec(name)?.groups
  if (groups === undefined) return undefined
  return { prefix: groups['prefix'] ?? '', core: groups['core'] ?? '', suffix: groups['suffix'] ?? '' }
}

/** What was seen of a symbol beside its properties. */
export interface Observed {
  /** Median spread, in pips. */
  readonly medianSpread?: number
  /** A commission was booked on a deal in it. */
  readonly commission?: boolean
}

export interface Candidate {
  readonly facts: SymbolFacts
  readonly observed?: Observed
}

export interface Resolution {
  /** 'EUR/USD', 'US100'; else the core as the broker spells it. */
  readonly canonical: string
  /** Exact broker symbols: orders are addressed to these. */
  readonly standard?: string
  readonly ecn?: string
  readonly cent?: string
  /** 0 to 1; below 0.8 a person should confirm. */
  readonly confidence: number
  readonly evidence: readonly string[]
  /** For each twin. */
  readonly findings: Readonly<Record<string, AccountTypeFinding>>
}

/** Twins grouped by core and calculation, each group resolved; in order of canonical name. */
export function resolveSymbols(candidates: readonly Candidate[]): readonly Resolution[] {
  const groups = Map.groupBy(candidates, ({ facts }) => `${coreOf(facts)}|${facts.calcMode}`)
  return [...groups.values()]
    .map(twins => resolveTwins(twins.toSorted((a, b) => (a.facts.name < b.facts.name ? -1 : 1))))
    .sort((a, b) => (a.canonical < b.canonical ? -1 : 1))
}

/** Changes when a broker adds, drops or changes a symbol: then everything is resolved anew. */
export function symbolListHash(symbols: Iterable<SymbolFacts>): string {
  const lines = [...symbols].map(facts => JSON.stringify(Object.entries(facts).sort())).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** By the currencies the broker states where it is a pair, else by the core of the name. */
function coreOf(facts: SymbolFacts): string {
  if (isPair(facts)) {
    const pair = [facts.base, facts.profit].map(currency => CENTS[currency] ?? currency).join('/')
    return canonicalName(pair) ?? pair
  }
  const core = symbolParts(facts.name)?.core ?? facts.name
  return canonicalName(core) ?? core
}

const isPair = ({ base, profit, calcMode }: SymbolFacts): boolean =>
  base !== '' && profit !== '' && base !== profit && (calcMode === 0 || calcMode === 5)

/** Cent accounts of some brokers book in hundredths under a name of their own. */
const CENTS: Readonly<Record<string, string>> = { USC: 'USD', EUC: 'EUR', GBC: 'GBP' }

interface Scored {
  readonly facts: SymbolFacts
  readonly score: number
  readonly evidence: readonly string[]
}

/** The most that the rules below can give. */
const POINTS_MAX = 12
/** Without a twin to compare with, properties alone must say it: most standard accounts, too, are filled at market. */
const ECN_POINTS_ALONE = 8
/** With twins, the best must have the look of an ECN, and be better than the others by more than chance. */
const ECN_POINTS = 5
const LEAD_POINTS = 1

function resolveTwins(twins: readonly Candidate[]): Resolution {
  const { facts: first } = twins[0]!
  const cents = twins.filter(({ facts }) => isCent(facts))
  const others = twins.filter(({ facts }) => !isCent(facts))
  const scored = others.map(twin => score(twin, others)).sort((a, b) => b.score - a.score)
  const tradable = scored.filter(({ facts }) => facts.tradeMode === 4)

  const ecn = ecnOf(tradable)
  // The standard twin pays its cost in the spread; of several, the one that is least like an ECN.
  const standard = tradable.filter(twin => twin !== ecn).at(-1)
  const cent = cents.find(({ facts }) => facts.tradeMode === 4)?.facts
  const certainty = confidence({ ecn, standard, count: tradable.length })

  return {
    canonical: coreOf(first),
    ...(standard === undefined ? {} : { standard: standard.facts.name }),
    ...(ecn === undefined ? {} : { ecn: ecn.facts.name }),
    ...(cent === undefined ? {} : { cent: cent.name }),
    confidence: cent !== undefined && tradable.length === 0 ? CENT_CONFIDENCE : certainty,
    evidence: [
      ...scored.map(({ facts, score: points, evidence }) => `${facts.name}: ${points} of ${POINTS_MAX} (${evidence.join(', ')})`),
      ...cents.map(({ facts }) => `${facts.name}: a lot of ${facts.contractSize}`),
    ],
    findings: Object.fromEntries([
      ...scored.map(twin => [twin.facts.name, finding(twin, { ecn, certainty })] as const),
      ...cents.map(({ facts }) => [facts.name, centFinding(facts)] as const),
    ]),
  }
}

function ecnOf(tradable: readonly Scored[]): Scored | undefined {
  const [best, next] = tradable
  if (best === undefined) return undefined
  if (next === undefined) return best.score >= ECN_POINTS_ALONE ? best : undefined
  return best.score >= ECN_POINTS && best.score - tradable.at(-1)!.score >= LEAD_POINTS ? best : undefined
}

/** A hundredth of a lot. Suffixes do not make a cent symbol, and an ECN suffix does not unmake it. */
function isCent(facts: SymbolFacts): boolean {
  const size = Number(facts.contractSize)
  if (!isPair(facts) || size <= 0) return false
  return size <= (/^X[APT]/.test(facts.base) ? 1 : 1000)
}

/** The size of a lot decides; what is left is a broker that states it wrongly. */
// guard-allow constant-score: no measurement but arithmetic, and its rest of doubt is the same for every symbol
const CENT_CONFIDENCE = 0.95

const centFinding = ({ contractSize }: SymbolFacts): AccountTypeFinding => ({
  type: 'cent',
  confidence: CENT_CONFIDENCE,
  evidence: [`a lot of ${contractSize}, a hundredth of the usual`],
})

/** Raw spreads of the great pairs are below this most of the time. */
const RAW_SPREAD_PIPS = 0.4

/** The rules, each with its points: how orders are filled weighs most; the symbol's name has no part in it. */
function score({ facts, observed = {} }: Candidate, twins: readonly Candidate[]): Scored {
  const evidence: string[] = []
  let points = 0
  const add = (count: number, what: string) => {
    points += count
    evidence.push(what)
  }

  if (facts.executionMode >= 2) add(3, facts.executionMode === 2 ? 'market execution' : 'exchange execution')
  else evidence.push(facts.executionMode === 1 ? 'instant execution' : 'request execution')
  if (facts.spreadFloats) add(1, 'floating spread')
  if (facts.stopsLevel === 0) add(1, 'no stops level')
  if (observed.commission === true) add(2, 'commission seen')
  if (Number(facts.contractSize) === 100_000) add(1, 'a lot of 100000')
  if (/ecn|raw|pro|zero/i.test(facts.path.replace(/[^\\]*$/, '')))
    add(2, `group ${facts.path.split('\\').slice(0, -1).join('\\')}`)

  const { medianSpread } = observed
  const spreads = twins.flatMap(twin => twin.observed?.medianSpread ?? [])
  if (medianSpread !== undefined && spreads.length > 1) {
    const wider = spreads.filter(spread => spread > medianSpread).length
    add((2 * wider) / (spreads.length - 1), `median spread ${medianSpread} pips, narrower than ${wider} of ${spreads.length - 1}`)
  } else if (medianSpread !== undefined) {
    add(medianSpread < RAW_SPREAD_PIPS ? 2 : 0, `median spread ${medianSpread} pips`)
  }
  if (facts.tradeMode !== 4) evidence.push('not fully tradable')
  return { facts, score: Math.round(points * 100) / 100, evidence }
}

function finding(
  twin: Scored,
  { ecn, certainty }: { readonly ecn: Scored | undefined; readonly certainty: number },
): AccountTypeFinding {
  const isTradable = twin.facts.tradeMode === 4
  const isLikeIt = ecn !== undefined && twin.score > ecn.score - LEAD_POINTS
  return {
    type: isLikeIt ? 'ecn' : 'standard',
    confidence: isTradable ? certainty : round(certainty / 2),
    evidence: twin.evidence,
  }
}

/** Two clearly different twins are certain; a symbol alone, or a near tie, is not. */
function confidence(found: {
  readonly ecn: Scored | undefined
  readonly standard: Scored | undefined
  readonly count: number
}): number {
  const { ecn, standard, count } = found
  if (count === 0) return 0
  if (ecn !== undefined && standard !== undefined) return Math.min(0.95, round(0.62 + (ecn.score - standard.score) * 0.06))
  const only = ecn ?? standard!
  return Math.min(0.9, round(0.55 + Math.abs(only.score - (ECN_POINTS_ALONE - 1)) * 0.07))
}

const round = (value: number): number => Math.round(value * 100) / 100
