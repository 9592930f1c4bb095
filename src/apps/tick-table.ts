// A table of ticks of anybody's making, read by the names in its header: time, bid and ask, or price and size.
import { lineBlocks } from '../adapters/files/field-reader.ts'
import { fileChunks, gunzipChunks } from '../adapters/files/source-file.ts'
import type { Quote, Trade } from '../domain/market.ts'
import { type Micros, type Price, parseMicros, type Quantity } from '../domain/numbers.ts'
import type { Provenance } from '../domain/provenance.ts'
import { Failure } from './failure.ts'

/** Prices between the steps stay what they are, as fractions: that is a thing to be found. What is nearer than this is dust. */
const DUST = 1e-3

/** What columns are called, without case, blanks, dots and dashes. The first that is there is taken. */
const NAMES = {
  time: 'eventtime exchangetime exchangetimestamp timestamp datetime time ts gmttime utctime utc date t'.split(' '),
  clock: ['time', 'clock', 'timeofday'],
  received: 'receivedtime received receivetime recvtime arrivaltime arrival localtimestamp localtime tsrecv tslocal'.split(' '),
  bid: 'bid bidprice bestbid bestbidprice b'.split(' '),
  ask: 'ask askprice offer bestask bestaskprice a'.split(' '),
  bidSize: 'bidsize bidqty bidquantity bidvolume bidvol bestbidsize'.split(' '),
  askSize: 'asksize askqty askquantity askvolume askvol bestasksize'.split(' '),
  price: 'price tradeprice last px lastprice mid close value'.split(' '),
  size: 'size quantity qty volume amount lastsize vol'.split(' '),
} as const

type Field = keyof typeof NAMES

export interface TickTable {
  readonly instrumentId: string
  /** Decimals of a price step. */
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly provenance: Provenance
}

export interface TickRows {
  readonly ticks: readonly (Quote | Trade)[]
  /** Rows that are no tick. */
  readonly unreadable: number
  /** The first of them, as 'line 17: …'. */
  readonly example: string
}

/**
 * The ticks of a table, block by block. Times are ISO instants (UTC where no zone is said) or numbers of seconds, milli-,
 * micro- or nanoseconds since 1970, told apart by their size. Of a row without a time of arrival `receivedTime` is NaN:
 * nobody knows it. Throws Failure IMPORT_COLUMNS when the header does not name what is needed.
 */
export async function* tickRows(path: string, table: TickTable): AsyncGenerator<TickRows> {
  const chunks = path.endsWith('.gz') ? gunzipChunks(path) : fileChunks(path)
  let read: ((cells: readonly string[], sequence: number) => Quote | Trade | undefined) | undefined
  let separator = ','
  let line = 0
  for await (const block of lineBlocks(chunks, path)) {
    const ticks: (Quote | Trade)[] = []
    let unreadable = 0
    let example = ''
    for (const raw of block.toString('utf8').split('\n')) {
      line += 1
      const text = raw.trim()
      if (text === '') continue
      if (read === undefined) {
        separator = [',', ';', '\t', '|'].find(each => text.includes(each)) ?? ','
        read = rowReader(path, text.split(separator), table)
        continue
      }
      const tick = read(text.split(separator), line)
      if (tick !== undefined) ticks.push(tick)
      else {
        unreadable += 1
        if (example === '') example = `line ${line}: ${text.slice(0, 80)}`
      }
    }
    // What follows the last newline of a block is nothing.
    line -= 1
    yield { ticks, unreadable, example }
  }
  if (read === undefined) throw columns(path, 'it is empty')
}

function rowReader(path: string, header: readonly string[], { instrumentId, provenance, ...table }: TickTable) {
  const names = header.map(name =>
    bare(name)
      .toLowerCase()
      .replaceAll(/[\s._-]/g, ''),
  )
  const at = (field: Field): number => NAMES[field].map(name => names.indexOf(name)).find(index => index >= 0) ?? -1
  const [time, received, bid, ask, price] = [at('time'), at('received'), at('bid'), at('ask'), at('price')]
  // A day in one column and the clock in another.
  const clock = names[time] === 'date' ? at('clock') : -1
  if (time < 0) throw columns(path, 'no column is a time')
  if (!(bid >= 0 && ask >= 0) && price < 0) throw columns(path, 'no columns are bid and ask, and none is a price')

  const [bidSize, askSize, size] = [at('bidSize'), at('askSize'), at('size')]
  const priceOf = (cells: readonly string[], index: number) => steps(cells[index], table.priceDecimals) as Price
  const sizeOf = (cells: readonly string[], index: number) =>
    (index < 0 ? 0 : Math.round(steps(cells[index], table.quantityDecimals))) as Quantity
  const eventTimeOf = timeReader()
  const receivedTimeOf = timeReader()
  const isQuote = bid >= 0 && ask >= 0
  return (cells: readonly string[], sequence: number): Quote | Trade | undefined => {
    const day = bare(cells[time] ?? '')
    const eventTime = eventTimeOf(clock < 0 ? day : `${day} ${bare(cells[clock] ?? '')}`)
    const receivedTime = received < 0 ? (Number.NaN as Micros) : receivedTimeOf(bare(cells[received] ?? ''))
    if (Number.isNaN(eventTime) || (received >= 0 && Number.isNaN(receivedTime))) return undefined
    const common = { eventTime, receivedTime, sequence, provenance, instrumentId }
    if (isQuote) {
      const quote = {
        bid: priceOf(cells, bid),
        ask: priceOf(cells, ask),
        bidSize: sizeOf(cells, bidSize),
        askSize: sizeOf(cells, askSize),
      }
      return Number.isNaN(quote.bid + quote.ask + quote.bidSize + quote.askSize)
        ? undefined
        : { ...common, kind: 'quote', ...quote }
    }
    const trade = { price: priceOf(cells, price), quantity: sizeOf(cells, size) }
    return Number.isNaN(trade.price + trade.quantity) ? undefined : { ...common, kind: 'trade', ...trade, aggressor: 'unknown' }
  }
}

/** NaN for what is no number. */
function steps(cell: string | undefined, decimals: number): number {
  const text = bare(cell ?? '')
  if (text === '') return Number.NaN
  const count = Number(text) * 10 ** decimals
  const whole = Math.round(count)
  if (!Number.isSafeInteger(whole)) return Number.NaN
  return Math.abs(count - whole) < DUST ? whole : count
}

/** Numbers above these count milli-, micro- and nanoseconds: all three lie in the year 1971 of the finer unit. */
const UNITS = [
  [1e17, 1e-3],
  [1e14, 1],
  [1e11, 1e3],
  [0, 1e6],
] as const

/** One column's times. The first number says for all of them what it counts. */
function timeReader(): (text: string) => Micros {
  let factor: number | undefined
  return text => {
    if (/^\d+(\.\d+)?(e\+?\d+)?$/i.test(text)) {
      const count = Number(text)
      factor ??= UNITS.find(([least]) => count >= least)![1]
      return Math.round(count * factor) as Micros
    }
    // '2014.05.08 09:12:01.5', '20140508 09:12:01', '2014/05/08' and comma for the point are common.
    const iso = text
      .replace(/^(\d{4})[./]?(\d\d)[./]?(\d\d)(?=\D|$)/, '$1-$2-$3')
      .replace(/ (?=UTC$)/, '')
      .replace(/UTC$/, 'Z')
    return parseMicros(iso) ?? (Number.NaN as Micros)
  }
}

const bare = (cell: string): string =>
  cell
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1')

const columns = (path: string, why: string): Failure =>
  new Failure('IMPORT_COLUMNS', {
    message: `${path} is no table of ticks: ${why}`,
    fix: 'its first line names the columns: time, then bid and ask, or price and size; received where it is known',
  })
