// The mapping file: a few lines of YAML that say how a table of somebody else's making is to be read.
import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { CALENDAR_NAMES } from '../../domain/calendar.ts'
import type { AssetClass, InstrumentSpec } from '../../domain/instrument.ts'
import type { PriceBasis } from '../../domain/market.ts'
import { type Frequency, type PublicationLag, publicationLag } from '../../domain/publication-lag.ts'
import { isZone } from '../../domain/zone.ts'
import { ImportError, type ImportOptions } from './format.ts'
import { findInstrument } from './instruments.ts'
import { codeOf, messageOf } from './source-file.ts'

export type MappingKind = 'quote' | 'trade' | 'bar' | 'release'

/** A mapping as values: complete, checked, with defaults filled in. */
export interface Mapping {
  readonly kind: MappingKind
  readonly instrument: InstrumentSpec | undefined
  readonly series: string | undefined
  readonly source: string
  readonly licence: string
  readonly zone: string
  readonly time: TimeMapping
  readonly resolution: string | undefined
  /** Column by field: 'bid' → 'Bid' or a 1-based number. */
  readonly columns: Readonly<Record<string, string | number>>
  /** What a written price must be multiplied by, as a power of ten: -2 for prices in points of 0.01. */
  readonly exponent: number
  readonly rounding: 'exact' | 'nearest'
  readonly basis: PriceBasis
  readonly lag: PublicationLag | undefined
  readonly header: boolean
  readonly separator: string
  readonly skip: number
}

export interface TimeMapping {
  /** One column, or date and time in two: their texts are joined by a space. */
  readonly columns: readonly (string | number)[]
  readonly format: string
  /** Of bars: which end of the bar the time marks. */
  readonly marks: 'open' | 'close'
}

/** Fields each kind can have; those with a star must be there. */
export const FIELDS: Readonly<Record<MappingKind, readonly string[]>> = {
  quote: ['bid*', 'ask*', 'bidSize', 'askSize'],
  trade: ['price*', 'quantity*', 'aggressor'],
  bar: ['open*', 'high*', 'low*', 'close*', 'volume', 'askOpen', 'askHigh', 'askLow', 'askClose'],
  release: ['value*', 'known'],
}

const KEYS =
  'kind instrument series source licence zone time resolution columns scale rounding basis lag header separator skip'.split(' ')
const ASSET_CLASSES: readonly AssetClass[] = [
  'forex',
  'metal',
  'energy',
  'index',
  'equity',
  'etf',
  'crypto',
  'future',
  'bond',
  'rate',
]
const EPOCH_FORMATS = ['seconds', 'millis', 'micros', 'nanos']
const RESOLUTION = /^[1-9]\d*[smhd]$/

/** Reads the mapping that `options` names. All its faults are told at once, as ImportError IMPORT_MAPPING. */
export async function readMapping(options: ImportOptions, file: string): Promise<Mapping> {
  if (options.mapping === undefined) {
    throw new ImportError(
      'IMPORT_MAPPING_NEEDED',
      `What the columns of ${file} mean is not known.`,
      'Say it in a mapping file and pass it with --mapping FILE; docs/data-formats.md shows one.',
    )
  }
  const path = isAbsolute(options.mapping) ? options.mapping : join(process.cwd(), options.mapping)
  const text = await readFile(path, 'utf8').catch(error => {
    const why = codeOf(error) === 'ENOENT' ? 'it does not exist' : messageOf(error)
    throw new ImportError(
      'IMPORT_MAPPING',
      `The mapping file ${path} cannot be read: ${why}.`,
      `Check the path; it is taken from ${dirname(path)}.`,
    )
  })
  return parseMapping(text, { path, options })
}

export function parseMapping(
  text: string,
  { path, options = {} }: { readonly path: string; readonly options?: ImportOptions },
): Mapping {
  const check = new Check(yamlOf(text, path))
  const kind = check.oneOf('kind', ['quote', 'trade', 'bar', 'release']) ?? 'quote'
  const columns = check.columns(kind)

  const mapping: Mapping = {
    kind,
    instrument: kind === 'release' ? undefined : check.instrument(options.instrument),
    series: kind === 'release' ? check.text('series') : undefined,
    source: options.source ?? check.text('source') ?? '',
    licence: options.licence ?? check.text('licence', 'not stated') ?? '',
    zone: check.zone(),
    time: check.time(),
    resolution: kind === 'bar' ? check.resolution(options.resolution) : undefined,
    columns,
    exponent: check.exponent(),
    rounding: check.oneOf('rounding', ['exact', 'nearest'], 'exact') ?? 'exact',
    basis: check.oneOf('basis', ['bid', 'mid', 'trade'], 'askClose' in columns ? 'bid' : 'trade') ?? 'trade',
    lag: kind === 'release' ? check.lag('known' in columns) : undefined,
    header: check.boolean('header', true),
    separator: check.text('separator', ',') ?? ',',
    skip: check.count('skip'),
  }
  if (check.faults.length === 0) return mapping
  throw new ImportError(
    'IMPORT_MAPPING',
    `The mapping file ${path} has ${check.faults.length === 1 ? 'a fault' : `${check.faults.length} faults`}: ${check.faults.join('; ')}.`,
    'Correct it; docs/data-formats.md, "Mapping file", lists every key.',
  )
}

function yamlOf(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    throw new ImportError('IMPORT_MAPPING', `The mapping file ${path} is no valid YAML: ${messageOf(error)}`, 'Correct it.')
  }
  throw new ImportError(
    'IMPORT_MAPPING',
    `The mapping file ${path} is no list of keys and values.`,
    'docs/data-formats.md shows one.',
  )
}

/** Reads one key after the other and collects what is wrong with them. */
class Check {
  readonly faults: string[] = []
  readonly #keys: Readonly<Record<string, unknown>>

  constructor(keys: Readonly<Record<string, unknown>>) {
    this.#keys = keys
    for (const key of Object.keys(keys)) if (!KEYS.includes(key)) this.faults.push(`unknown key "${key}"`)
  }

  text(key: string, otherwise?: string): string | undefined {
    const value = this.#keys[key] ?? otherwise
    if (typeof value === 'string' && value !== '') return value
    this.faults.push(value === undefined ? `"${key}" is missing` : `"${key}" must be a text`)
    return undefined
  }

  oneOf<Option extends string>(key: string, options: readonly Option[], otherwise?: Option): Option | undefined {
    const value = this.#keys[key] ?? otherwise
    if (options.includes(value as Option)) return value as Option
    this.faults.push(`"${key}" must be one of ${options.join(', ')}`)
    return undefined
  }

  boolean(key: string, otherwise: boolean): boolean {
    const value = this.#keys[key] ?? otherwise
    if (typeof value !== 'boolean') this.faults.push(`"${key}" must be true or false`)
    return value === true
  }

  count(key: string): number {
    const value = this.#keys[key] ?? 0
    if (Number.isInteger(value) && (value as number) >= 0) return value as number
    this.faults.push(`"${key}" must be a whole number`)
    return 0
  }

  /** Must be said, except where the times count from 1970: a guessed zone is the commonest fault of imported data. */
  zone(): string {
    const { format } = (this.#keys['time'] ?? {}) as { format?: unknown }
    const zone = this.text('zone', EPOCH_FORMATS.includes(String(format)) ? 'UTC' : undefined) ?? 'UTC'
    if (!isZone(zone))
      this.faults.push(`"zone" is no time zone: "${zone}" (use UTC, +02:00, EET, America/New_York, America/New_York+07:00 …)`)
    return zone
  }

  resolution(option: string | undefined): string | undefined {
    const value = option ?? this.text('resolution')
    if (value !== undefined && !RESOLUTION.test(value))
      this.faults.push(`"resolution" must be like 1m, 15m, 1h or 1d, not "${value}"`)
    return value
  }

  exponent(): number {
    const scale = String(this.#keys['scale'] ?? '1')
    const exponent = Math.round(Math.log10(Number(scale)))
    if (Number(scale) === Number(`1e${exponent}`)) return exponent
    this.faults.push(`"scale" must be a power of ten such as 0.01, not "${scale}"`)
    return 0
  }

  time(): TimeMapping {
    const time = this.#keys['time']
    const {
      column,
      format = 'iso',
      marks = 'open',
      ...rest
    } = (typeof time === 'object' && time !== null ? time : {}) as Record<string, unknown>
    const columns = (Array.isArray(column) ? column : [column]) as (string | number)[]
    if (columns.length > 2 || !columns.every(isColumn))
      this.faults.push('"time.column" must name one column, or date and time in two')
    if (typeof format !== 'string' || !isTimeFormat(format))
      this.faults.push(`"time.format" is not understood: "${String(format)}"`)
    if (marks !== 'open' && marks !== 'close') this.faults.push('"time.marks" must be open or close')
    for (const key of Object.keys(rest)) this.faults.push(`unknown key "time.${key}"`)
    return { columns, format: String(format), marks: marks === 'close' ? 'close' : 'open' }
  }

  columns(kind: MappingKind): Record<string, string | number> {
    const given = this.#keys['columns']
    const columns = (typeof given === 'object' && given !== null ? given : {}) as Record<string, string | number>
    const fields = FIELDS[kind]
    for (const field of fields) {
      if (field.endsWith('*') && !(field.slice(0, -1) in columns)) this.faults.push(`"columns.${field.slice(0, -1)}" is missing`)
    }
    for (const [field, column] of Object.entries(columns)) {
      if (!fields.includes(field) && !fields.includes(`${field}*`)) this.faults.push(`a ${kind} has no field "${field}"`)
      if (!isColumn(column)) this.faults.push(`"columns.${field}" must be a column's name or number`)
    }
    const asks = Object.keys(columns).filter(field => field.startsWith('ask') && kind === 'bar')
    if (asks.length % 4 !== 0) this.faults.push('a bar has all four ask columns or none')
    return columns
  }

  lag(hasKnown: boolean): PublicationLag | undefined {
    const given = this.#keys['lag'] as Record<string, unknown> | undefined
    const { frequency, days, clock = '17:00' } = given ?? {}
    if (given === undefined) {
      const stated = publicationLag(String(this.#keys['series']))
      if (!stated && !hasKnown) this.faults.push('when the values were known is not stated: give "columns.known" or "lag"')
      return stated
    }
    const whole =
      ['day', 'week', 'month', 'quarter'].includes(String(frequency)) &&
      Number.isInteger(days) &&
      /^\d\d:\d\d$/.test(String(clock))
    if (whole) return { frequency: frequency as Frequency, days: days as number, clock: String(clock) }
    this.faults.push('"lag" must have frequency (day, week, month, quarter), days and clock (HH:MM)')
    return undefined
  }

  instrument(option: string | undefined): InstrumentSpec | undefined {
    const given = option ?? this.#keys['instrument']
    if (typeof given === 'string') {
      const found = findInstrument(given)
      if (!found)
        this.faults.push(
          `the instrument "${given}" is not in the catalogue: describe it (id, assetClass, base, quote, priceDecimals, calendar)`,
        )
      return found
    }
    if (typeof given === 'object' && given !== null) return this.#spec(given as Record<string, unknown>)
    this.faults.push('"instrument" is missing')
    return undefined
  }

  #spec(given: Record<string, unknown>): InstrumentSpec {
    const spec = {
      settle: given['quote'],
      quantityDecimals: 0,
      tick: 1,
      lot: 1,
      multiplier: 1,
      negativePrices: false,
      ...given,
    } as Record<string, unknown>
    for (const key of ['id', 'base', 'quote', 'settle'])
      if (typeof spec[key] !== 'string') this.faults.push(`"instrument.${key}" must be a text`)
    if (typeof spec['negativePrices'] !== 'boolean') this.faults.push('"instrument.negativePrices" must be true or false')
    if (!ASSET_CLASSES.includes(spec['assetClass'] as AssetClass))
      this.faults.push(`"instrument.assetClass" must be one of ${ASSET_CLASSES.join(', ')}`)
    if (!CALENDAR_NAMES.includes(String(spec['calendar'])))
      this.faults.push(`"instrument.calendar" must be one of ${CALENDAR_NAMES.join(', ')}`)

    for (const key of ['priceDecimals', 'quantityDecimals']) {
      const value = spec[key]
      if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 9)
        this.faults.push(`"instrument.${key}" must be a whole number from 0 to 9`)
    }
    for (const key of ['tick', 'lot', 'multiplier']) {
      if (!Number.isSafeInteger(spec[key]) || (spec[key] as number) <= 0)
        this.faults.push(`"instrument.${key}" must be a positive whole number`)
    }
    const known =
      'id assetClass base quote settle priceDecimals quantityDecimals tick lot multiplier calendar negativePrices'.split(' ')
    for (const key of Object.keys(given)) if (!known.includes(key)) this.faults.push(`unknown key "instrument.${key}"`)
    return Object.fromEntries(known.map(key => [key, spec[key]])) as unknown as InstrumentSpec
  }
}

const isColumn = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || (Number.isInteger(value) && (value as number) >= 1)

const isTimeFormat = (format: string): boolean =>
  format === 'iso' ||
  EPOCH_FORMATS.includes(format) ||
  (format.includes('yyyy') && format.includes('MM') && format.includes('dd'))
