// Every instrument that is known here: those the file formats speak of, and what sources told of theirs, findable by any spelling.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue } from '../../adapters/files/instruments.ts'
import { writeDurably } from '../../connectivity/durable-file.ts'
import { type InstrumentSpec, instrument } from '../../domain/instrument.ts'
import type { Alias, Contract, InstrumentMeta } from '../../domain/instrument-meta.ts'
import { formatSteps, micros } from '../../domain/numbers.ts'
import { canonicalName, canonicalOf, conventionalSpellings } from '../../domain/symbol-names.ts'
import { Failure } from '../failure.ts'
import { nearest } from '../suggest.ts'

/** Built in and stored; of one id what a source told, and of several tellings the newest. */
export function knownMetas(home: string): readonly InstrumentMeta[] {
  const byId = new Map(builtIn().map(meta => [meta.id, meta]))
  for (const meta of storedMetas(home)) {
    const known = byId.get(meta.id)
    if (known === undefined || meta.fetchedTime >= known.fetchedTime) byId.set(meta.id, meta)
  }
  return [...byId.values()]
}

/**
 * Keeps what a source told; of instruments it did not tell this time, what it told before stays, and so does an account type
 * that was known of those whose type it could not judge this time.
 */
export function storeMetas(home: string, source: string, metas: readonly InstrumentMeta[]): void {
  if (metas.length === 0) return
  const path = join(storeFolder(home), `${source}.json`)
  const judged = metas.some(isUnjudged) ? withKnownTypes(metas, knownMetas(home)) : metas
  const byId = new Map([...readStore(path), ...judged].map(meta => [meta.id, meta]))
  writeDurably(path, `${JSON.stringify([...byId.values()], null, 1)}\n`)
}

const isUnjudged = ({ accountType }: InstrumentMeta): boolean => accountType.type === 'unknown'

function withKnownTypes(metas: readonly InstrumentMeta[], known: readonly InstrumentMeta[]): readonly InstrumentMeta[] {
  const types = new Map(known.map(({ id, accountType }) => [id, accountType]))
  return metas.map(meta => (isUnjudged(meta) ? { ...meta, accountType: types.get(meta.id) ?? meta.accountType } : meta))
}

const storeFolder = (home: string): string => join(home, 'instruments')

function storedMetas(home: string): InstrumentMeta[] {
  let names: string[]
  try {
    names = readdirSync(storeFolder(home))
  } catch {
    return []
  }
  return names
    .filter(name => name.endsWith('.json'))
    .sort()
    .flatMap(name => readStore(join(storeFolder(home), name)))
}

function readStore(path: string): readonly InstrumentMeta[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  try {
    const metas = JSON.parse(text) as readonly InstrumentMeta[]
    for (const meta of metas) check(meta)
    return metas
  } catch (error) {
    throw new Failure('DATA_INSTRUMENTS_DAMAGED', {
      message: `${path} is no list of instruments: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'delete it; the source tells its instruments again when it is next connected',
    })
  }
}

function check(meta: InstrumentMeta): void {
  if (typeof meta.id !== 'string' || !Array.isArray(meta.aliases) || typeof meta.fetchedTime !== 'number') {
    throw new Error('an entry lacks id, aliases or time')
  }
  instrument(meta)
}

const builtIn = (): InstrumentMeta[] => catalogue().map(metaOfSpec)

/** What the catalogue says, as a record: it knows no aliases but its own and nothing of costs. */
export function metaOfSpec(spec: InstrumentSpec): InstrumentMeta {
  const dot = spec.id.lastIndexOf('.')
  const [venueSymbol, venue] = [spec.id.slice(0, dot), spec.id.slice(dot + 1).toLowerCase()]
  const contract = contractOf(spec, venueSymbol)
  const { assetClass, base, quote } = spec
  // Files spell without separators what the venue itself may spell with one.
  const own = contract === 'spot' ? conventionalSpellings(canonicalOf({ assetClass, base, quote, symbol: venueSymbol })) : []
  const spelled = [venueSymbol, ...own.filter(({ source }) => source === venue).map(({ symbol }) => symbol)]
  return {
    ...spec,
    name: venueSymbol,
    venue,
    venueSymbol,
    aliases: [...new Set(spelled)].map(symbol => ({ source: venue, symbol })),
    contract,
    contractSize: String(spec.multiplier),
    ...(spec.assetClass === 'forex' ? { pipSize: spec.priceDecimals <= 3 ? '0.01' : '0.0001' } : {}),
    minQuantity: formatSteps(spec.lot, spec.quantityDecimals),
    accountType: { type: 'none', confidence: 1, evidence: ['built in: no account is involved'] },
    status: 'unknown',
    fetchedTime: micros(0),
    checksum: '',
  }
}

function contractOf({ assetClass, settle, quote }: InstrumentSpec, symbol: string): Contract {
  if (symbol.endsWith('-PERP') || settle !== quote) return 'perpetual'
  if (assetClass === 'future') return 'future'
  return assetClass === 'rate' ? 'series' : 'spot'
}

/** A match, nearest first; `why` says which spelling it was found by. */
export interface Match {
  readonly meta: InstrumentMeta
  readonly canonical: string
  readonly why: 'id' | 'alias' | 'same instrument' | 'name' | 'part of a spelling'
}

export interface Found {
  readonly matches: readonly Match[]
  /** How many records were looked at to answer. */
  readonly examined: number
}

/** Answers by index: an id, an alias or a name known under another spelling costs what it finds, not what it holds. */
export class InstrumentRegistry {
  readonly #byId = new Map<string, InstrumentMeta>()
  readonly #bySpelling = new Map<string, Set<InstrumentMeta>>()
  readonly #byCanonical = new Map<string, Set<InstrumentMeta>>()
  readonly #canonical = new Map<InstrumentMeta, string>()

  constructor(metas: readonly InstrumentMeta[]) {
    for (const meta of metas) {
      const canonical = canonicalNameOf(meta)
      this.#byId.set(meta.id, meta)
      this.#canonical.set(meta, canonical)
      add(this.#byCanonical, canonical, meta)
      for (const spelling of spellingsOf(meta)) add(this.#bySpelling, folded(spelling), meta)
    }
  }

  get size(): number {
    return this.#byId.size
  }

  get ids(): readonly string[] {
    return [...this.#byId.keys()]
  }

  canonicalOf(meta: InstrumentMeta): string {
    return this.#canonical.get(meta) ?? meta.id
  }

  /** All of that canonical name, in order of id. */
  sameAs(canonical: string): readonly InstrumentMeta[] {
    return [...(this.#byCanonical.get(canonical) ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** By id in any case, or by a source's own spelling where only one instrument has it. */
  get(text: string): InstrumentMeta | undefined {
    const exact = this.#byId.get(text)
    if (exact) return exact
    const spelled = [...(this.#bySpelling.get(folded(text)) ?? [])]
    const byId = spelled.filter(meta => folded(meta.id) === folded(text))
    if (byId.length === 1) return byId[0]
    return spelled.length === 1 ? spelled[0] : undefined
  }

  /** The same thing at every source, then what merely has the text in its name. */
  find(text: string): Found {
    const wanted = folded(text)
    const matches = new Map<InstrumentMeta, Match['why']>()
    let examined = 0
    const take = (metas: Iterable<InstrumentMeta> | undefined, why: (meta: InstrumentMeta) => Match['why']) => {
      for (const meta of metas ?? []) {
        examined++
        if (!matches.has(meta)) matches.set(meta, why(meta))
      }
    }

    take(this.#bySpelling.get(wanted), meta => (folded(meta.id) === wanted ? 'id' : 'alias'))
    const canonical = canonicalName(text)
    if (canonical !== undefined) take(this.#byCanonical.get(canonical), () => 'same instrument')

    if (matches.size === 0 && wanted !== '') {
      for (const meta of this.#byId.values()) {
        examined++
        if (folded(meta.name).includes(wanted)) matches.set(meta, 'name')
        else if (spellingsOf(meta).some(spelling => folded(spelling).includes(wanted))) matches.set(meta, 'part of a spelling')
      }
    }
    const found = [...matches].map(([meta, why]) => ({ meta, why, canonical: this.canonicalOf(meta) }))
    return { matches: found.sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1)), examined }
  }

  /** A spelling near to what was asked, for "did you mean". */
  suggest(text: string): string | undefined {
    const names = new Set([...this.#byId.values()].flatMap(meta => [meta.venueSymbol, meta.id]))
    return nearest(text, [...names])
  }
}

/** What is held for ever and what is held until a date or a funding are not the same thing. */
function canonicalNameOf({ assetClass, base, quote, venueSymbol: symbol, contract }: InstrumentMeta): string {
  const name = canonicalOf({ assetClass, base, quote, symbol })
  return assetClass === 'crypto' && contract !== 'spot' && contract !== 'cfd' ? `${name} ${contract}` : name
}

const spellingsOf = (meta: InstrumentMeta): string[] => [
  meta.id,
  meta.venueSymbol,
  ...(meta.venueId === undefined ? [] : [meta.venueId]),
  ...meta.aliases.map(({ symbol }: Alias) => symbol),
]

/** Case and separators are fashions; '+' and '#' at the end of a broker's symbol are not. */
const folded = (text: string): string => text.toUpperCase().replace(/[\s/_-]/g, '')

function add(index: Map<string, Set<InstrumentMeta>>, key: string, meta: InstrumentMeta): void {
  const known = index.get(key)
  if (known) known.add(meta)
  else index.set(key, new Set([meta]))
}
