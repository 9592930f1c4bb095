// Binance's archives of aggregated trades: a zip of one CSV file for each day that is over, with its SHA-256 beside it.
//
//   https://data.binance.vision/data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2026-07-01.zip   and …zip.CHECKSUM
//   id, price, quantity, first trade id, last trade id, time, buyer is maker, best match
//
// Times are milliseconds until the end of 2024 and microseconds since, told apart by their size. Some files have a header.
import { crc32, inflateRawSync } from 'node:zlib'
import { schemaFailure } from '../../connectivity/json-reply.ts'
import type { HistoryRequest, Piece } from '../../connectivity/source.ts'
import type { Trade } from '../../domain/market.ts'
import { DAY, formatMicros, type Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { tradeOf } from './binance-facts.ts'
import { printOf } from './binance-messages.ts'

export const ARCHIVE_HOST = 'data.binance.vision'

/** A day of the busiest symbol unpacks to some hundred megabytes. */
const UNPACKED_BYTES_MAX = 2 ** 30

/** Days are UTC. One that is not over yet has no archive. */
export function archivePieces({ symbol, from, to }: HistoryRequest, now: Micros): readonly Piece[] {
  const pieces: Piece[] = []
  for (let day = Math.floor(from / DAY) * DAY; day < to && day + DAY <= now; day += DAY) {
    const key = formatMicros(day as Micros).slice(0, 10)
    const name = encodeURIComponent(symbol)
    const url = `https://${ARCHIVE_HOST}/data/spot/daily/aggTrades/${name}/${name}-aggTrades-${key}.zip`
    pieces.push({
      key,
      from: day as Micros,
      to: (day + DAY) as Micros,
      request: { method: 'GET', url },
      checksum: { method: 'GET', url: `${url}.CHECKSUM` },
    })
  }
  return pieces
}

export function tradesOfArchive(
  { instrument, symbol }: HistoryRequest,
  piece: Piece,
  { bytes, provenance }: { readonly bytes: Uint8Array; readonly provenance: Provenance },
): readonly Trade[] {
  const where = `binance ${symbol} ${piece.key}`
  const lines = new TextDecoder().decode(onlyEntry(Buffer.from(bytes), where)).split('\n')
  const trades: Trade[] = []
  let last = -1
  for (const [at, line] of lines.entries()) {
    if (line === '' || (at === 0 && !/^\d/.test(line))) continue
    const [a, p, q, , , T, maker = ''] = line.split(',')
    const print = printOf({ a: Number(a), p, q, T: Number(T), m: /^true$/i.test(maker.trim()) }, instrument)
    if (print === undefined || !/^(?:true|false)$/i.test(maker.trim()))
      throw schemaFailure(where, `line ${at + 1} cannot be read`)
    if (print.id <= last) throw schemaFailure(where, `line ${at + 1} is out of order`)
    last = print.id
    // History is known when it happens, whenever it is fetched.
    trades.push(tradeOf(print, { instrument, provenance, receivedTime: print.eventTime }))
  }
  return trades
}

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const DEFLATED = 8

/** The one file of a zip in memory. The archive library reads files, and waits; nothing here may wait. */
function onlyEntry(zip: Buffer, where: string): Buffer {
  const broken = (what: string) => schemaFailure(where, `no archive of one file: ${what}`)
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || end + END_BYTES > zip.length || zip.readUInt32LE(end) !== END) throw broken('it has no end')
  if (zip.readUInt16LE(end + 10) !== 1) throw broken(`it holds ${zip.readUInt16LE(end + 10)}`)

  const entry = zip.readUInt32LE(end + 16)
  if (entry + 46 > zip.length || zip.readUInt32LE(entry) !== ENTRY) throw broken('its directory is damaged')
  const [method, checksum] = [zip.readUInt16LE(entry + 10), zip.readUInt32LE(entry + 16)]
  const [packed, unpacked, local] = [zip.readUInt32LE(entry + 20), zip.readUInt32LE(entry + 24), zip.readUInt32LE(entry + 42)]
  if (unpacked > UNPACKED_BYTES_MAX) throw broken(`it would unpack to ${unpacked} bytes`)
  if (local + 30 > zip.length || zip.readUInt32LE(local) !== LOCAL) throw broken('its file is damaged')

  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const body = zip.subarray(start, start + packed)
  let text: Buffer
  try {
    text = method === DEFLATED ? inflateRawSync(body, { maxOutputLength: unpacked + 1 }) : body
  } catch {
    throw broken('it does not unpack')
  }
  if (text.length !== unpacked || crc32(text) !== checksum) throw broken('its file is not what it says')
  return text
}
