// A captured session of Kraken's first dialect told again in the second: the same texts as bare numbers, so its checksums hold.
import { crc32 } from 'node:zlib'

type Row = readonly [price: string, volume: string, time: string]

interface V1Part {
  readonly as?: readonly Row[]
  readonly bs?: readonly Row[]
  readonly a?: readonly Row[]
  readonly b?: readonly Row[]
  readonly c?: string
}

/** Lines of a v1 capture as lines of a v2 capture. Snapshots get the checksum that the old dialect did not send. */
export function asV2(lines: readonly string[]): string[] {
  const trades = new Map<string, number>()
  const count = (symbol: string) => {
    const id = (trades.get(symbol) ?? 0) + 1
    trades.set(symbol, id)
    return id
  }
  return lines.flatMap(line => {
    if (line.includes(' <-> ')) return line.replace('wss://ws.kraken.com', 'wss://ws.kraken.com/v2')
    const found = /^([\d.]+): (.*)$/.exec(line)
    if (found === null) return []
    const [, time, body = ''] = found
    const said = JSON.parse(body) as unknown
    const messages = Array.isArray(said) ? data(said, count) : event(said as Record<string, unknown>)
    return messages.map(message => `${time}: ${message}`)
  })
}

function data(message: readonly unknown[], tradeId: (symbol: string) => number): string[] {
  const channel = String(message.at(-2))
  const symbol = modern(String(message.at(-1)))
  if (channel === 'trade') {
    const rows = message[1] as readonly (readonly string[])[]
    const items = rows.map(
      ([price, volume, time, side]) =>
        `{"symbol":"${symbol}","side":"${side === 'b' ? 'buy' : 'sell'}","price":${price},"qty":${volume},"ord_type":"limit","trade_id":${tradeId(symbol)},"timestamp":"${iso(time!)}"}`,
    )
    return [`{"channel":"trade","type":"update","data":[${items.join(',')}]}`]
  }
  if (channel === 'ticker') {
    const { a, b } = message[1] as { a: readonly string[]; b: readonly string[] }
    return [
      `{"channel":"ticker","type":"update","data":[{"symbol":"${symbol}","bid":${b[0]},"bid_qty":${b[2]},"ask":${a[0]},"ask_qty":${a[2]},"last":${b[0]}}]}`,
    ]
  }
  const part = Object.assign({}, ...(message.slice(1, -2) as V1Part[])) as V1Part
  const [bids, asks] = [part.bs ?? part.b ?? [], part.as ?? part.a ?? []]
  const type = part.as || part.bs ? 'snapshot' : 'update'
  const newest = [...bids, ...asks]
    .map(([, , at]) => at)
    .sort()
    .at(-1)!
  const crc = part.c ?? crc32([...asks.slice(0, 10), ...bids.slice(0, 10)].map(([p, q]) => digits(p) + digits(q)).join(''))
  return [
    `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}","bids":[${levels(bids)}],"asks":[${levels(asks)}],"checksum":${crc},"timestamp":"${iso(newest)}"}]}`,
  ]
}

function event(message: Record<string, unknown>): string[] {
  if (message['event'] === 'heartbeat') return ['{"channel":"heartbeat"}']
  if (message['event'] === 'systemStatus')
    return [
      '{"channel":"status","type":"update","data":[{"api_version":"v2","connection_id":1,"system":"online","version":"2.0.0"}]}',
    ]
  const { depth, name } = message['subscription'] as { depth?: number; name: string }
  const more = depth === undefined ? '' : `,"depth":${depth}`
  return [
    `{"method":"subscribe","result":{"channel":"${name}","symbol":"${modern(String(message['pair']))}"${more},"snapshot":true},"success":true,"time_in":"2021-04-17T16:48:52.000000Z","time_out":"2021-04-17T16:48:52.000001Z","req_id":1}`,
  ]
}

const levels = (rows: readonly Row[]): string => rows.map(([price, volume]) => `{"price":${price},"qty":${volume}}`).join(',')
const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '')
const modern = (pair: string): string => pair.replace('XBT', 'BTC').replace('XDG', 'DOGE')

/** '1618678133.365913' → '2021-04-17T16:48:53.365913Z' */
function iso(seconds: string): string {
  const [whole = '', fraction = ''] = seconds.split('.')
  return `${new Date(Number(whole) * 1000).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`
}
