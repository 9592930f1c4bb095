// Raw Binance WebSocket captures: gzipped lines of `local_ns {json}`, as they came in. Spot, USD-M and coin-M futures.
//
//   depthUpdate  U, u: first and last update id; pu (futures): the last id of the message before; b, a: absolute sizes
//   REST snapshot, without a stream name: lastUpdateId, bids, asks
//   trade        p, q, T; m: the buyer was the maker, so the seller crossed the spread
//   bookTicker   b, B, a, A: best bid and ask with their sizes
//
// The line's own number is when the message arrived (received time, by the recorder's clock, which may run behind the
// exchange's); T or E is when it happened (event time, by the exchange's).
import { basename } from 'node:path'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { BookChange, BookLevel, BookSnapshot, Happened, Quote, Trade } from '../../domain/market.ts'
import { type Micros, type Price, parseSteps, type Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { FieldReader, lineBlocks } from './field-reader.ts'
import { type ImportDataset, ImportError, type ImportFormat, type ImportOptions } from './format.ts'
import { findInstrument } from './instruments.ts'
import { type FaultReason, readRows } from './row-stream.ts'
import { emptyFile, fileChunks, gunzipChunks, recordedFrom } from './source-file.ts'

const NAME = /^[a-z0-9]+(_perp)?_\d{8}\.(gz|jsonl|txt)$/i
const LINE = /^(\d{19}) (\{.*\})$/
/** So many lines without one that tells the market, and it is no Binance capture. */
const PEEK_LINES = 1000

type Kind = 'book' | 'trade' | 'quote'
type Message = Readonly<Record<string, unknown>>

export const binanceCapture: ImportFormat = {
  name: 'binance-capture',
  accepts: path => NAME.test(basename(path)),

  /** Three datasets of one file, each its own walk through it. A line that is none of the three counts once, with the book. */
  async *open(path, options) {
    const instrument = await instrumentOf(path, options)
    const provenance = await recordedFrom(path, { source: options.source ?? 'binance', licence: options.licence })
    for (const kind of ['book', 'trade', 'quote'] as const) yield dataset(kind, { path, instrument, provenance })
  },
}

interface Capture {
  readonly path: string
  readonly instrument: InstrumentSpec
  readonly provenance: Provenance
}

function dataset(kind: Kind, capture: Capture): ImportDataset {
  const { path, instrument, provenance } = capture
  return {
    instrument,
    kind,
    provenance,
    notes: [`${instrument.id}: received times are those of the recorder's clock, event times those of the exchange`],
    rows: () => readRows({ chunks: chunksOf(path), name: path, read: reader => rowOf(kind, reader, capture) }),
  }
}

const chunksOf = (path: string): AsyncIterable<Buffer> =>
  path.toLowerCase().endsWith('.gz') ? gunzipChunks(path) : fileChunks(path)

function rowOf(
  kind: Kind,
  reader: FieldReader,
  { instrument, provenance }: Capture,
): BookChange | BookSnapshot | Trade | Quote | FaultReason | undefined {
  const line = reader.text()
  // The kind is told from the text first, since parsing what another walk will read costs most of the time.
  const found = kindOf(line)
  if (found !== kind) return found === undefined && kind === 'book' ? 'schema' : undefined

  const parsed = parse(line)
  if (!parsed || (parsed.message['s'] !== undefined && venueSymbol(parsed.message) !== symbolOf(instrument))) return 'schema'

  const { message, receivedTime } = parsed
  const eventTime = timeOf(message['T'] ?? message['E']) ?? receivedTime
  const happened: Happened = { eventTime, receivedTime, sequence: reader.line, provenance }
  if (kind === 'trade') return trade(message, happened, instrument)
  if (kind === 'quote') return quote(message, happened, instrument)
  return message['lastUpdateId'] === undefined
    ? bookChange(message, happened, instrument)
    : bookSnapshot(message, happened, instrument)
}

function kindOf(line: string): Kind | undefined {
  const head = line.slice(0, 120)
  if (head.includes('"e":"depthUpdate"') || head.includes('{"lastUpdateId":')) return 'book'
  if (head.includes('"e":"trade"')) return 'trade'
  return head.includes('@bookTicker"') || head.includes('"e":"bookTicker"') ? 'quote' : undefined
}

function parse(line: string): { readonly receivedTime: Micros; readonly message: Message } | undefined {
  const [, nanos = '', json = ''] = LINE.exec(line) ?? []
  if (json === '') return undefined
  try {
    const outer = JSON.parse(json) as Message
    const inner = outer['data'] ?? outer
    if (typeof inner !== 'object' || inner === null) return undefined
    // Nanoseconds do not fit a number; microseconds do, so the text is cut before it becomes one.
    const receivedTime = Number(nanos.slice(0, 16)) as Micros
    return Number.isSafeInteger(receivedTime) ? { receivedTime, message: inner as Message } : undefined
  } catch {
    return undefined
  }
}

function trade(message: Message, happened: Happened, instrument: InstrumentSpec): Trade | FaultReason {
  const price = stepsOf(message['p'], instrument.priceDecimals)
  const quantity = stepsOf(message['q'], instrument.quantityDecimals)
  const buyerIsMaker = message['m']
  if (price === undefined || quantity === undefined || typeof buyerIsMaker !== 'boolean') return 'schema'
  if (price <= 0 || quantity <= 0) return 'range'
  return {
    kind: 'trade',
    ...happened,
    instrumentId: instrument.id,
    price: price as Price,
    quantity: quantity as Quantity,
    aggressor: buyerIsMaker ? 'sell' : 'buy',
  }
}

function quote(message: Message, happened: Happened, instrument: InstrumentSpec): Quote | FaultReason {
  const bid = stepsOf(message['b'], instrument.priceDecimals)
  const ask = stepsOf(message['a'], instrument.priceDecimals)
  const bidSize = stepsOf(message['B'], instrument.quantityDecimals)
  const askSize = stepsOf(message['A'], instrument.quantityDecimals)
  if (bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) return 'schema'
  if (bid <= 0 || ask <= 0 || bidSize < 0 || askSize < 0) return 'range'
  return {
    kind: 'quote',
    ...happened,
    instrumentId: instrument.id,
    bid: bid as Price,
    ask: ask as Price,
    bidSize: bidSize as Quantity,
    askSize: askSize as Quantity,
  }
}

function bookChange(message: Message, happened: Happened, instrument: InstrumentSpec): BookChange | FaultReason {
  const { U: first, u: last, pu: previous = -1 } = message
  const bids = levelsOf(message['b'], instrument)
  const asks = levelsOf(message['a'], instrument)
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || !Number.isSafeInteger(previous) || !bids || !asks)
    return 'schema'
  return {
    kind: 'book-change',
    ...happened,
    instrumentId: instrument.id,
    firstUpdateId: first as number,
    lastUpdateId: last as number,
    previousUpdateId: previous as number,
    bids,
    asks,
  }
}

function bookSnapshot(message: Message, happened: Happened, instrument: InstrumentSpec): BookSnapshot | FaultReason {
  const updateId = message['lastUpdateId']
  const bids = levelsOf(message['bids'], instrument)
  const asks = levelsOf(message['asks'], instrument)
  if (!Number.isSafeInteger(updateId) || !bids || !asks) return 'schema'
  return { kind: 'book-snapshot', ...happened, instrumentId: instrument.id, updateId: updateId as number, bids, asks }
}

/** Pairs of texts; undefined when one is no pair of numbers, or finer than the instrument. */
function levelsOf(pairs: unknown, instrument: InstrumentSpec): readonly BookLevel[] | undefined {
  if (!Array.isArray(pairs)) return undefined
  const levels: BookLevel[] = []
  for (const pair of pairs) {
    if (!Array.isArray(pair)) return undefined
    const price = stepsOf(pair[0], instrument.priceDecimals)
    const quantity = stepsOf(pair[1], instrument.quantityDecimals)
    if (price === undefined || quantity === undefined) return undefined
    levels.push({ price: price as Price, quantity: quantity as Quantity })
  }
  return levels
}

const stepsOf = (text: unknown, decimals: number): number | undefined =>
  typeof text === 'string' ? parseSteps(text, decimals) : undefined

const timeOf = (millis: unknown): Micros | undefined =>
  typeof millis === 'number' && Number.isSafeInteger(millis * 1000) && millis > 0 ? ((millis * 1000) as Micros) : undefined

// Which instrument: every kind of message tells spot from futures by a field that only one of them has.

async function instrumentOf(path: string, options: ImportOptions): Promise<InstrumentSpec> {
  const named = options.instrument === undefined ? await marketSymbol(path) : options.instrument
  const found = findInstrument(named)
  if (found) return found
  throw new ImportError(
    'IMPORT_UNKNOWN_INSTRUMENT',
    `${path} is of ${named}, which the catalogue does not know`,
    'Name a known one with the same decimals: --instrument BTCUSDT.BINANCE or BTCUSDT-PERP.BINANCE.',
  )
}

async function marketSymbol(path: string): Promise<string> {
  const reader = new FieldReader()
  let empty = true
  for await (const block of lineBlocks(chunksOf(path), path)) {
    reader.load(block)
    while (reader.nextLine() && reader.line <= PEEK_LINES) {
      empty = false
      const line = reader.text()
      const message = kindOf(line) && parse(line)?.message
      if (message && typeof message['s'] === 'string') return `${venueSymbol(message)}${isFuture(message) ? '-PERP' : ''}.BINANCE`
    }
    if (reader.line > PEEK_LINES) break
  }
  if (empty) throw emptyFile(path)
  throw new ImportError(
    'IMPORT_NOT_BINANCE',
    `${path} has no Binance depth, trade or bookTicker message in its first ${PEEK_LINES} lines`,
    'A capture has lines of a time in nanoseconds, a blank and the message. Other venues’ captures are not read.',
  )
}

const venueSymbol = (message: Message): string => String(message['s']).replace(/_PERP$/, '')

const symbolOf = (instrument: InstrumentSpec): string =>
  instrument.id.slice(0, instrument.id.lastIndexOf('.')).replace(/-PERP$/, '')

/** Futures give `pu` with depth, `X` with trades and `e` with bookTicker; spot gives none of them. */
function isFuture(message: Message): boolean {
  if (message['e'] === 'depthUpdate') return message['pu'] !== undefined
  if (message['e'] === 'trade') return message['X'] !== undefined
  return message['e'] === 'bookTicker'
}
