// The bad network does what it says, to bytes of any protocol, and is good again afterwards.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Routes } from '../../src/connectivity/network.ts'
import { ChaosProxy } from './chaos-proxy.ts'
import type { WireFault } from './fault.ts'
import { VenueClock } from './venue-clock.ts'

const TARGET = { host: 'somewhere.example', port: 443 }

let server: Server
let venues: Socket[]
let proxy: ChaosProxy

beforeEach(async () => {
  venues = []
  server = createServer(socket => {
    socket.on('error', () => {})
    venues.push(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const inner: Routes = { route: () => ({ host: '127.0.0.1', port }) }
  proxy = await ChaosProxy.start(inner, new VenueClock())
})

afterEach(async () => {
  await proxy.stop()
  for (const venue of venues) venue.destroy()
  await new Promise(resolve => server.close(resolve))
})

/** A client and the venue's end of its connection, after a first word in each direction. */
async function pair(): Promise<{ client: Client; venue: Socket }> {
  const before = venues.length
  const client = new Client(connect(proxy.routes.route(TARGET)))
  client.socket.write('up')
  while (venues.length === before) await once(server, 'connection')
  const venue = venues[before]!
  await once(venue, 'data')
  venue.write('down')
  await client.has('down')
  return { client, venue }
}

class Client {
  readonly socket: Socket
  heard = ''
  /** 'end', 'reset', or how else it was over. */
  readonly over: Promise<string>

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      this.heard += text
    })
    this.over = new Promise(resolve => {
      socket.on('end', () => resolve('end'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNRESET' ? 'reset' : String(error.code)))
      socket.on('close', () => resolve('close'))
    })
  }

  async has(text: string): Promise<void> {
    while (!this.heard.includes(text)) await once(this.socket, 'data')
  }
}

const hit = (kind: WireFault, millis?: number) => proxy.apply({ kind, ...(millis === undefined ? {} : { millis }) })

describe('the chaos proxy', () => {
  test('bytes pass as they are, in both directions, on any number of connections', async () => {
    const [a, b] = [await pair(), await pair()]
    const long = 'é'.repeat(300_000)
    a.venue.write(long)
    b.venue.write('other')
    await Promise.all([a.client.has(long), b.client.has('other')])
    expect(a.client.heard).toBe(`down${long}`)
    expect(proxy.attempts).toBe(2)
  })

  test('cut says goodbye, reset does not', async () => {
    const first = await pair()
    hit('cut')
    expect(await first.client.over).toBe('end')

    const second = await pair()
    hit('reset')
    expect(await second.client.over).toBe('reset')
  })

  test('reset in the middle of a frame: half of it comes, then the end', async () => {
    const { client, venue } = await pair()
    hit('reset-mid-frame')
    venue.write('0123456789')
    expect(await client.over).toBe('reset')
    expect('down01234'.startsWith(client.heard)).toBe(true)
  })

  test('half-open: everything is swallowed, and not even the end of the other side is heard', async () => {
    const { client, venue } = await pair()
    let heard = ''
    venue.on('data', (bytes: Buffer) => {
      heard += bytes
    })
    hit('half-open')
    venue.write('lost')
    client.socket.write('lost, too')
    venue.destroy()

    const next = await pair()
    next.venue.write('fresh')
    await next.client.has('fresh')
    expect(client.heard).toBe('down')
    expect(heard).toBe('')
    expect(client.socket.destroyed).toBe(false)
    client.socket.destroy()
  })

  test.each(['stall', 'delay', 'trickle'] as const)('%s: what is slow comes whole, and healing is felt', async kind => {
    const { client, venue } = await pair()
    hit(kind, 60_000)
    venue.write('late '.repeat(100))
    if (kind !== 'trickle') {
      const next = await pair()
      next.venue.write('in time')
      await next.client.has('in time')
      expect(client.heard, 'connections made later are not slow').toBe('down')
    }
    proxy.heal()
    venue.write('soon')
    await client.has('soon')
    expect(client.heard).toBe(`down${'late '.repeat(100)}soon`)
  })

  test('one direction can be bad alone', async () => {
    const { client, venue } = await pair()
    proxy.apply({ kind: 'half-open' }, 'down')
    venue.write('lost')
    client.socket.write('heard')
    const [bytes] = (await once(venue, 'data')) as [Buffer]
    expect(String(bytes)).toBe('heard')
    expect(client.heard).toBe('down')
    client.socket.destroy()
  })

  test('who is refused is counted, who is in stays', async () => {
    const { client, venue } = await pair()
    proxy.refuse()
    const refused = new Client(connect(proxy.routes.route(TARGET)))
    expect(await refused.over).toBe('reset')
    venue.write('still here')
    await client.has('still here')
    expect(proxy.attempts).toBe(2)

    proxy.heal()
    await pair()
    expect(proxy.attempts).toBe(3)
  })
})
