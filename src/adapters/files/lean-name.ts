// What a LEAN file holds, told from where it lies, from the names inside its archive, and from what the user adds.
import type { AssetClass } from '../../domain/instrument.ts'
import { ImportError, type ImportOptions } from './format.ts'
import { findInstrument } from './instruments.ts'

export type LeanClass = 'forex' | 'cfd' | 'equity' | 'crypto' | 'cryptofuture' | 'future'
export type LeanResolution = 'tick' | 'second' | 'minute' | 'hour' | 'daily'
export type LeanKind = 'quote' | 'trade'

export interface LeanName {
  readonly assetClass: LeanClass
  /** LEAN's market, our source: 'oanda', 'usa', 'cme'. */
  readonly market: string
  readonly resolution: LeanResolution
  readonly kind: LeanKind
  /** As LEAN writes it: 'xauusd', 'spy', 'es'. */
  readonly symbol: string
  /** yyyymmdd of the day in the data's own time zone; tick, second and minute files only. */
  readonly day: string | undefined
  /** Of futures: the contract's month as yyyymm. */
  readonly contract: string | undefined
}

const RESOLUTIONS: readonly string[] = ['tick', 'second', 'minute', 'hour', 'daily']
const KINDS: readonly string[] = ['quote', 'trade', 'openinterest']
const CLASSES: Readonly<Record<string, LeanClass>> = {
  forex: 'forex',
  fx: 'forex',
  cfd: 'cfd',
  equity: 'equity',
  crypto: 'crypto',
  cryptofuture: 'cryptofuture',
  future: 'future',
  futures: 'future',
}
const UNREAD_CLASSES: readonly string[] = ['option', 'options', 'futureoption', 'index', 'indexoption']
const CLASS_OF_MARKET: Readonly<Record<string, LeanClass>> = {
  usa: 'equity',
  binance: 'crypto',
  bitfinex: 'crypto',
  bybit: 'crypto',
  coinbase: 'crypto',
  kraken: 'crypto',
  cme: 'future',
  cbot: 'future',
  comex: 'future',
  nymex: 'future',
}
/** Our asset classes, where they mean one of LEAN's. */
const CLASS_OF_ASSET: Partial<Record<AssetClass, LeanClass>> = {
  forex: 'forex',
  metal: 'cfd',
  energy: 'cfd',
  index: 'cfd',
  equity: 'equity',
  etf: 'equity',
  crypto: 'crypto',
  future: 'future',
}

/** True for a path that looks like a file of quotes or trades in LEAN's layout, or one moved out of it by day. */
export function looksLikeLean(path: string): boolean {
  const parts = path.toLowerCase().split(/[\\/]/)
  const file = parts.at(-1) ?? ''
  if (!file.endsWith('.zip') || file.includes('openinterest')) return false
  const folders = parts.slice(0, -1)
  if (folders.some(part => UNREAD_CLASSES.includes(part) || part === 'universes')) return false
  return /^\d{8}_(quote|trade)\.zip$/.test(file) || folders.some(part => part === 'hour' || part === 'daily')
}

/**
 * The meaning of one entry of an archive at a path. Options win over the path, the path over the entry's name.
 * Throws IMPORT_UNSUPPORTED for options and open interest, IMPORT_UNKNOWN_INSTRUMENT when nothing says which market it is.
 */
export function leanName(path: string, entry: string, options: ImportOptions): LeanName {
  const place = placeOf(path)
  const named = nameTokens(entry)
  const file = nameTokens(path.split(/[\\/]/).at(-1) ?? '')
  const wanted = options.instrument === undefined ? undefined : findInstrument(options.instrument)

  const symbol = named.symbol ?? place.symbol
  const resolution = resolutionOf(options.resolution) ?? place.resolution ?? named.resolution
  const market = options.source?.toLowerCase() ?? place.market ?? (wanted ? marketOf(wanted.id) : undefined)
  const assetClass =
    CLASSES[options.assetClass?.toLowerCase() ?? ''] ??
    CLASS_OF_ASSET[(options.assetClass ?? '') as AssetClass] ??
    place.assetClass ??
    (named.perpetual ? 'cryptofuture' : undefined) ??
    (wanted ? classOf(wanted.id, wanted.assetClass) : undefined) ??
    guessClass(market, symbol)

  if (place.unread || named.kind === 'openinterest' || file.kind === 'openinterest') throw unsupported(path, entry)
  if (options.instrument !== undefined && wanted === undefined) throw unknownInstrument(path, options.instrument)
  if (symbol === undefined || market === undefined || assetClass === undefined) throw unknownMarket(path, entry)
  if (resolution === undefined) throw unknownResolution(path, entry)

  const kind = named.kind ?? file.kind ?? (assetClass === 'forex' || assetClass === 'cfd' ? 'quote' : 'trade')
  const day = named.day ?? file.day
  if (day === undefined && resolution !== 'hour' && resolution !== 'daily') throw unknownDay(path, entry)
  return { assetClass, market, resolution, kind: kind as LeanKind, symbol, day, contract: named.contract }
}

interface Place {
  readonly assetClass: LeanClass | undefined
  readonly market: string | undefined
  readonly resolution: LeanResolution | undefined
  readonly symbol: string | undefined
  readonly unread: boolean
}

/** `…/<class>/…/<market>/<resolution>/<symbol>/<day>_<kind>.zip` or `…/<market>/<resolution>/<symbol>.zip`. */
function placeOf(path: string): Place {
  const folders = path.toLowerCase().split(/[\\/]/).slice(0, -1)
  const at = folders.findLastIndex(part => RESOLUTIONS.includes(part))
  return {
    assetClass: folders.map(part => CLASSES[part]).findLast(found => found !== undefined),
    market: at > 0 ? folders[at - 1] : undefined,
    resolution: at >= 0 ? (folders[at] as LeanResolution) : undefined,
    symbol: at >= 0 ? folders[at + 1] : undefined,
    unread: folders.some(part => UNREAD_CLASSES.includes(part)),
  }
}

interface NameTokens {
  readonly day: string | undefined
  readonly symbol: string | undefined
  readonly resolution: LeanResolution | undefined
  readonly kind: string | undefined
  readonly contract: string | undefined
  readonly perpetual: boolean
}

/** '20131009_gc_tick_trade_201312.csv', '20131011_spy_Trade_Tick.csv', 'es_trade_201312.csv', 'xauusd.csv', in any order. */
function nameTokens(name: string): NameTokens {
  const tokens = (name.split('/').at(-1) ?? '')
    .toLowerCase()
    .replace(/\.[a-z]+$/, '')
    .split('_')
  const day = /^\d{8}$/.test(tokens[0] ?? '') ? tokens.shift() : undefined
  const isWord = (token: string) =>
    !RESOLUTIONS.includes(token) && !KINDS.includes(token) && !/^\d{6}(\d\d)?$/.test(token) && token !== 'perp'
  return {
    day,
    symbol: tokens.find(isWord),
    resolution: tokens.find(token => RESOLUTIONS.includes(token)) as LeanResolution | undefined,
    kind: tokens.find(token => KINDS.includes(token)),
    contract: tokens.find(token => /^\d{6}$/.test(token)),
    perpetual: tokens.includes('perp'),
  }
}

const RESOLUTION_NAMES: Readonly<Record<string, LeanResolution>> = { '1s': 'second', '1m': 'minute', '1h': 'hour', '1d': 'daily' }

const resolutionOf = (text: string | undefined): LeanResolution | undefined =>
  text === undefined ? undefined : (RESOLUTION_NAMES[text] ?? (RESOLUTIONS.includes(text) ? (text as LeanResolution) : undefined))

const CONSOLIDATED = ['ARCA', 'NASDAQ', 'NYSE', 'AMEX', 'BATS', 'US']

function marketOf(id: string): string {
  const venue = id.slice(id.lastIndexOf('.') + 1)
  return CONSOLIDATED.includes(venue) ? 'usa' : venue.toLowerCase()
}

const classOf = (id: string, asset: AssetClass): LeanClass | undefined =>
  asset === 'crypto' && id.includes('-PERP.') ? 'cryptofuture' : CLASS_OF_ASSET[asset]

function guessClass(market: string | undefined, symbol: string | undefined): LeanClass | undefined {
  if (market === undefined || symbol === undefined) return undefined
  const pair = findInstrument(`${symbol.toUpperCase()}.${market.toUpperCase()}`)
  return CLASS_OF_MARKET[market] ?? (pair ? classOf(pair.id, pair.assetClass) : undefined)
}

const unsupported = (path: string, entry: string): ImportError =>
  new ImportError(
    'IMPORT_UNSUPPORTED',
    `${entry} in ${path} holds options, an index or open interest, which are not read`,
    'Import the files of quotes and trades: forex, cfd, equity, crypto, cryptofuture and future.',
  )

/** An id that the catalogue does not have: the user's, or what a source means by a symbol of its own. */
export const unknownInstrument = (path: string, id: string): ImportError =>
  new ImportError(
    'IMPORT_UNKNOWN_INSTRUMENT',
    `${path} is of ${id}, which the catalogue does not know`,
    'Name a known one with --instrument, or import an unpacked CSV with a mapping file that describes the instrument (docs/data-formats.md).',
  )

const unknownMarket = (path: string, entry: string): ImportError =>
  new ImportError(
    'IMPORT_UNKNOWN_INSTRUMENT',
    `neither the path nor the name ${entry} says which market ${path} comes from`,
    'Keep LEAN’s folders (cfd/oanda/tick/xauusd/…), or say it: --instrument XAUUSD.OANDA, or --source oanda.',
  )

const unknownResolution = (path: string, entry: string): ImportError =>
  new ImportError(
    'IMPORT_UNKNOWN_RESOLUTION',
    `neither the path nor the name ${entry} says whether ${path} holds ticks, seconds, minutes, hours or days`,
    'Keep LEAN’s folders, or say it: --resolution tick, 1s, 1m, 1h or 1d.',
  )

const unknownDay = (path: string, entry: string): ImportError =>
  new ImportError(
    'IMPORT_UNKNOWN_DAY',
    `neither ${path} nor its entry ${entry} begins with the day (yyyymmdd); its rows only say the time since midnight`,
    'Give the file its name back, such as 20140501_quote.zip.',
  )
