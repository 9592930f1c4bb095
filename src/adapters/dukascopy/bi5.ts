// Dukascopy's archives, the `.bi5` of the older data feed: packed records of ticks and candles.
//
//   container  "LZMA alone": 13 bytes of header, one stream. A file of zero bytes is a time without data.
//   tick       20 bytes, big-endian:  i32 ms since the hour · i32 ask · i32 bid · f32 ask volume · f32 bid volume
//   candle     24 bytes, big-endian:  i32 s since the start of the file's time · i32 open · i32 close · i32 low · i32 high · f32 volume
//
// The ask comes before the bid, and the close before low and high. Prices are whole points; volumes are in millions of units.
// A tick's volume is cut to whole units here: 0.000001 stands where the JSON feed says 1.48.
import { createRequire } from 'node:module'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Bar, Quote } from '../../domain/market.ts'
import { HOUR, type Micros, type Price, type Quantity, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'

export const TICK_BYTES = 20
export const CANDLE_BYTES = 24
const VOLUME_UNIT = 1_000_000
/** A million ticks in one hour; the busiest hours on record have some tens of thousands. */
const UNPACKED_BYTES_MAX = 20_000_000
/** The decoder reserves what the header asks for; Dukascopy's files ask for 4 MiB. */
const DICTIONARY_BYTES_MAX = 1 << 26
const HEADER_BYTES = 13
const SIZE_UNKNOWN = 0xffff_ffff_ffff_ffffn

/** Why an archive cannot be unpacked: it is damaged, or the part of the machine that could is missing. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault'
  readonly kind: 'damaged' | 'no-decoder'

  constructor(kind: 'damaged' | 'no-decoder', message: string) {
    super(message)
    this.kind = kind
  }
}

/** The bytes of a container, a whole number of records. Throws ArchiveFault. */
export async function unpack(packed: Uint8Array, recordBytes: number): Promise<Buffer> {
  if (packed.length === 0) return Buffer.alloc(0)
  refuseUnsafe(packed)

  // Loaded here, so that a machine without its native part can still do everything else.
  const { lzma } = await import('@napi-rs/lzma').catch(noDecoder)
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of lzma.decompressStream(new Blob([new Uint8Array(packed)]).stream())) {
      parts.push(part)
      size += part.length
      if (size > UNPACKED_BYTES_MAX) throw new Error(`it unpacks to more than ${UNPACKED_BYTES_MAX} bytes`)
    }
  } catch (error) {
    throw damaged(messageOf(error))
  }
  return whole(Buffer.concat(parts), recordBytes)
}

/** As `unpack`, at once. The container must state its unpacked size, as Dukascopy's all do: it is what bounds the work. */
export function unpackSized(packed: Uint8Array, recordBytes: number): Buffer {
  if (packed.length === 0) return Buffer.alloc(0)
  if (refuseUnsafe(packed) === SIZE_UNKNOWN) throw damaged('its header does not state the unpacked size')
  try {
    const { lzma } = decoder()
    return whole(lzma.decompressSync(packed), recordBytes)
  } catch (error) {
    throw error instanceof ArchiveFault ? error : damaged(messageOf(error))
  }
}

/** byte 0: properties · bytes 1…4: dictionary size · bytes 5…12: unpacked size, all ones when the stream ends itself. */
function refuseUnsafe(packed: Uint8Array): bigint {
  if (packed.length <= HEADER_BYTES) throw damaged('it is shorter than its header')
  const header = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const dictionary = header.getUint32(1, true)
  if (dictionary > DICTIONARY_BYTES_MAX) throw damaged(`its header asks for a dictionary of ${dictionary} bytes`)
  const size = header.getBigUint64(5, true)
  if (size !== SIZE_UNKNOWN && size > UNPACKED_BYTES_MAX) throw damaged(`its header claims ${size} unpacked bytes`)
  return size
}

function whole(bytes: Buffer, recordBytes: number): Buffer {
  if (bytes.length % recordBytes === 0) return bytes
  throw damaged(`${bytes.length} bytes are no whole number of ${recordBytes}-byte records`)
}

const damaged = (why: string): ArchiveFault => new ArchiveFault('damaged', why)

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

function noDecoder(cause: unknown): never {
  throw new ArchiveFault('no-decoder', messageOf(cause))
}

function decoder(): typeof import('@napi-rs/lzma') {
  try {
    return createRequire(import.meta.url)('@napi-rs/lzma')
  } catch (error) {
    return noDecoder(error)
  }
}

/** What the records of one file share. */
export interface ArchiveContext {
  /** The start of the hour, day, month or year that the file's name says. */
  readonly start: Micros
  readonly instrument: InstrumentSpec
  readonly provenance: Provenance
}

/** The tick at this byte, or why it is none. */
export function tickAt(
  bytes: Buffer,
  offset: number,
  { start, instrument, provenance }: ArchiveContext,
): Quote | 'schema' | 'range' {
  const sinceHour = bytes.readInt32BE(offset) * 1000
  const ask = bytes.readInt32BE(offset + 4)
  const bid = bytes.readInt32BE(offset + 8)
  const askSize = volumeAt(bytes, offset + 12, instrument)
  const bidSize = volumeAt(bytes, offset + 16, instrument)
  if (!Number.isSafeInteger(askSize) || !Number.isSafeInteger(bidSize)) return 'schema'
  if (sinceHour < 0 || sinceHour >= HOUR || ask <= 0 || bid <= 0 || askSize < 0 || bidSize < 0) return 'range'

  const time = (start + sinceHour) as Micros
  return {
    kind: 'quote',
    eventTime: time,
    receivedTime: time,
    sequence: offset / TICK_BYTES + 1,
    provenance,
    instrumentId: instrument.id,
    bid: bid as Price,
    ask: ask as Price,
    bidSize: bidSize as Quantity,
    askSize: askSize as Quantity,
  }
}

/** The candle at this byte, of one side of the market, or why it is none. `length` and the file's own, microseconds. */
export function candleAt(
  bytes: Buffer,
  offset: number,
  { start, instrument, provenance, length, until }: ArchiveContext & { readonly length: number; readonly until: Micros },
): Bar | 'schema' | 'range' {
  const openTime = (start + bytes.readInt32BE(offset) * SECOND) as Micros
  const open = bytes.readInt32BE(offset + 4) as Price
  const close = bytes.readInt32BE(offset + 8) as Price
  const low = bytes.readInt32BE(offset + 12) as Price
  const high = bytes.readInt32BE(offset + 16) as Price
  const volume = volumeAt(bytes, offset + 20, instrument)
  if (!Number.isSafeInteger(volume)) return 'schema'
  if (openTime < start || openTime >= until || low <= 0 || volume < 0) return 'range'
  if (low > Math.min(open, close) || high < Math.max(open, close)) return 'range'

  const time = (openTime + length) as Micros
  return {
    kind: 'bar',
    eventTime: time,
    receivedTime: time,
    sequence: offset / CANDLE_BYTES + 1,
    provenance,
    instrumentId: instrument.id,
    basis: 'bid',
    openTime,
    open,
    high,
    low,
    close,
    askOpen: open,
    askHigh: high,
    askLow: low,
    askClose: close,
    volume,
  }
}

/** The addition of zero turns −0 into 0. */
const volumeAt = (bytes: Buffer, offset: number, instrument: InstrumentSpec): number =>
  Math.round(bytes.readFloatBE(offset) * VOLUME_UNIT * 10 ** instrument.quantityDecimals) + 0
