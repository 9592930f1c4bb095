// Those who come in numbers, slowly, without reading, or with two meanings: they are closed, and meanwhile everybody else is served.
import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { deflateRawSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { GatewayHouse, type TestSocket } from '../gateway-house.ts'
import { PLENTY } from './plenty.ts'
import { RawLine, textOf } from './raw-line.ts'

let house: GatewayHouse
let token: string
/** Calls of the emergency stop: nobody here has a reason for one. */
let stops = 0

beforeAll(async () => {
  house = await GatewayHouse.open({
    gateway: {
      rates: PLENTY,
      limits: {
        requestsPerConnection: 1e9,
        headersMillis: 1_000,
        requestMillis: 1_500,
        keepAliveMillis: 1_000,
        socketsPerSession: 100,
      },
    },
    handlers: {
      'POST /emergency-stop': () => {
        stops++
        return { engaged: true, mode: 'halt', reason: '', operator: '', time: null, obeyed: [] }
      },
    },
  })
  await house.addUser('ann', ['read', 'trade'])
  token = await house.apiToken('ann', ['read', 'trade'])
})
afterAll(async () => {
  await house.close()
})

const reach = () => ({ port: house.gateway.port, ca: house.authority.pem })
const mine = () => ({ authorization: `Bearer ${token}` })

/** Somebody who behaves: asks one thing after the other, and looks at prices as they come. */
class GoodClient {
  readonly #socket: TestSocket
  readonly #asking: Promise<readonly number[]>
  #done = false
  #prices = 0

  private constructor(socket: TestSocket) {
    this.#socket = socket
    this.#asking = this.#ask()
  }

  static async begin(): Promise<GoodClient> {
    const socket = await house.socket({ token })
    socket.say({ type: 'subscribe', topic: 'prints' })
    await socket.until(({ type }) => type === 'snapshot')
    return new GoodClient(socket)
  }

  /** Every question was answered, and every price that was told came in its order. */
  async end(): Promise<void> {
    this.#done = true
    const statuses = await this.#asking
    expect(statuses.length).toBeGreaterThan(0)
    expect(statuses.filter(status => status !== 200)).toEqual([])

    const last = this.#prices
    const keyed = (rows: readonly { readonly key: string }[] = []) => rows.map(({ key }) => Number(key.split('-')[1]))
    await this.#socket.until(({ rows }) => keyed(rows).includes(last))
    const heard = this.#socket.heard.filter(({ type }) => type === 'delta').flatMap(({ rows }) => keyed(rows))
    expect(heard).toEqual(Array.from({ length: last }, (_, i) => i + 1))
    this.#socket.socket.terminate()
  }

  async #ask(): Promise<readonly number[]> {
    const statuses: number[] = []
    let line = await RawLine.open(reach())
    while (!this.#done) {
      house.hub.publish('prints', [{ key: `p-${++this.#prices}`, instrument: 'A.X' } as never])
      if (line.isOver) line = await RawLine.open(reach())
      const answer = await line.ask({ path: '/api/v1/instruments', headers: mine() })
      // A connection that was quiet for too long may end between two questions; the question is put again.
      if (answer !== undefined) statuses.push(answer.status)
    }
    line.close()
    return statuses
  }
}

let good: GoodClient
beforeEach(async () => {
  house.hub.publish('prints', [], ['x'])
  good = await GoodClient.begin()
})
afterEach(async () => {
  await good.end()
  expect(stops).toBe(0)
})

async function plainSocket(): Promise<TLSSocket> {
  const { port, ca } = reach()
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}

/** However it ends. */
const closing = (socket: TLSSocket): Promise<void> => new Promise(resolve => socket.once('close', () => resolve()))
/** There is room for more, or nobody to take it. */
const room = (socket: TLSSocket): Promise<void> => new Promise(resolve => socket.once('drain', resolve).once('close', resolve))

const many = <Thing>(count: number, make: () => Promise<Thing>): Promise<Thing[]> =>
  Promise.all(Array.from({ length: count }, make))

/** Says one byte more, again and again, until the other side has had enough. */
async function dribble(opening: string, byte: string): Promise<string> {
  const socket = await plainSocket()
  let heard = ''
  socket.on('data', data => {
    heard += data
  })
  socket.write(opening)
  const timer = setInterval(() => socket.write(byte), 50)
  await closing(socket)
  clearInterval(timer)
  return heard
}

describe('are closed, and good clients get all their answers:', () => {
  test('a hundred who send headers byte by byte', async () => {
    const heard = await many(100, () => dribble('GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ', 'a'))
    expect(heard.filter(text => text !== '' && !text.startsWith('HTTP/1.1 408'))).toEqual([])
  })

  test('a hundred who send a body byte by byte', async () => {
    const headers = { ...mine(), 'content-type': 'application/json', 'content-length': '60000' }
    const opening = textOf({ method: 'POST', path: '/api/v1/emergency-stop', headers })
    const heard = await many(100, () => dribble(opening, ' '))
    expect(heard.filter(text => text !== '' && !text.startsWith('HTTP/1.1 408'))).toEqual([])
  })

  test('a hundred who send a chunked body byte by byte', async () => {
    const headers = { ...mine(), 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const opening = textOf({ method: 'POST', path: '/api/v1/emergency-stop', headers })
    const heard = await many(100, () => dribble(opening, '1\r\n \r\n'))
    expect(heard.filter(text => text !== '' && !text.startsWith('HTTP/1.1 408'))).toEqual([])
  })

  test('headers without end', async () => {
    const attack = async () => {
      const socket = await plainSocket()
      socket.resume()
      const closed = closing(socket)
      socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n')
      for (let i = 0; !socket.destroyed && i < 100_000; i++) {
        if (!socket.write(`x-${i}: ${'y'.repeat(100)}\r\n`)) await room(socket)
      }
      await closed
      return socket.destroyed
    }
    expect(await many(20, attack)).toEqual(new Array(20).fill(true))
  })

  test('a body without end', async () => {
    const attack = async () => {
      const socket = await plainSocket()
      let heard = ''
      socket.on('data', data => {
        heard += data
      })
      const closed = closing(socket)
      const headers = { ...mine(), 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
      socket.write(textOf({ method: 'POST', path: '/api/v1/emergency-stop', headers }))
      const chunk = `${(16_384).toString(16)}\r\n${' '.repeat(16_384)}\r\n`
      while (!socket.destroyed && heard === '') {
        if (!socket.write(chunk)) await Promise.race([room(socket), new Promise(resolve => socket.once('data', resolve))])
      }
      await closed
      return heard
    }
    for (const heard of await many(10, attack)) expect(heard).toMatch(/^(?:HTTP\/1.1 413|$)/)
  })

  test('those who ask and ask, and never read an answer', async () => {
    const ended = await many(3, async () => {
      const socket = await plainSocket()
      socket.pause()
      const closed = closing(socket)
      // Whoever reads nothing does not see the end either, but is told when asking once more.
      const asking = setInterval(() => socket.write(textOf({ path: '/api/docs/json' }).repeat(20)), 100)
      await closed
      clearInterval(asking)
      return socket.destroyed
    })
    expect(ended).toEqual([true, true, true])
  })

  test('ten thousand questions in one breath', async () => {
    const socket = await plainSocket()
    let heard = ''
    socket.on('data', data => {
      heard += data.toString('latin1')
    })
    socket.write(textOf({ path: '/healthz' }).repeat(10_000))
    await closing(socket)
    // Answered as far as they were, with a yes or with the end; never with a fault.
    expect(heard.match(/HTTP\/1\.1 \d+/g)?.filter(line => !/ (?:200|400)$/.test(line))).toEqual([])
  })

  test('a WebSocket that offers compression, and then sends a bomb all the same', async () => {
    const bad = await house.socket({ token }, { perMessageDeflate: true })
    expect(bad.socket.extensions, 'nothing was agreed on').toBe('')
    const bomb = deflateRawSync(Buffer.alloc(30 * 2 ** 20))
    const mask = randomBytes(4)
    const head = Buffer.alloc(4)
    head.writeUInt8(0xc1, 0)
    head.writeUInt8(0x80 | 126, 1)
    head.writeUInt16BE(bomb.length & 0xffff, 2)
    const wire = (bad.socket as unknown as { _socket: TLSSocket })._socket
    wire.write(Buffer.concat([head, mask, bomb]))
    expect((await bad.closed).code).toBeOneOf([1002, 1006])
  })

  test('fragments without end, each with a ping in between', async () => {
    const bad = await house.socket({ token })
    let open = true
    void bad.closed.then(() => {
      open = false
    })
    bad.socket.send('', { fin: false })
    for (let i = 0; open && i < 5_000; i++) {
      bad.socket.send('', { fin: false })
      if (i % 10 === 0) bad.socket.ping()
      if (i % 100 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    expect((await bad.closed).code).toBeOneOf([1008, 1006])
  })

  test('a hundred WebSockets that vanish in the middle of the upgrade', async () => {
    await many(100, async () => {
      const line = await RawLine.open(reach())
      line.write(
        textOf({
          path: '/ws',
          headers: {
            ...mine(),
            connection: 'upgrade',
            upgrade: 'websocket',
            'sec-websocket-key': 'eA==',
            'sec-websocket-version': '13',
          },
        }),
      )
      line.close()
    })
    await house.socketsAtMost(1)
  })
})

describe('one request that could be read as two is none or one, never two:', () => {
  const inner = () => {
    const body = '{"reason":"smuggled"}'
    return textOf({
      method: 'POST',
      path: '/api/v1/emergency-stop',
      headers: { ...mine(), 'content-type': 'application/json' },
      body,
    })
  }
  const outer = (...lines: string[]) => [
    'POST /api/v1/session HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    ...lines,
  ]

  test.each<readonly [string, () => string]>([
    ['length and chunks', () => [...outer('content-length: 4', 'transfer-encoding: chunked'), '', '0', '', inner()].join('\r\n')],
    ['chunks and length', () => [...outer('transfer-encoding: chunked', 'content-length: 4'), '', '0', '', inner()].join('\r\n')],
    ['two lengths', () => [...outer('content-length: 0', `content-length: ${inner().length}`), '', inner()].join('\r\n')],
    ['a list of lengths', () => [...outer(`content-length: 0, ${inner().length}`), '', inner()].join('\r\n')],
    ['chunks, spelled oddly', () => [...outer('transfer-encoding: \vchunked'), '', '0', '', inner()].join('\r\n')],
    ['chunks, twice', () => [...outer('transfer-encoding: chunked, chunked'), '', '0', '', inner()].join('\r\n')],
    ['a folded coding', () => [...outer('transfer-encoding:', ' chunked'), '', '0', '', inner()].join('\r\n')],
    ['a space before the colon', () => [...outer('transfer-encoding : chunked'), '', '0', '', inner()].join('\r\n')],
    [
      'a chunk of impossible size',
      () => [...outer('transfer-encoding: chunked'), '', 'ffffffffffffffffff', '', inner()].join('\r\n'),
    ],
    ['a chunk of negative size', () => [...outer('transfer-encoding: chunked'), '', '-1', '', inner()].join('\r\n')],
    ['a chunk that ends elsewhere', () => [...outer('transfer-encoding: chunked'), '', '1', 'ab', '0', '', inner()].join('\r\n')],
    ['a length with a plus', () => [...outer('content-length: +0'), '', inner()].join('\r\n')],
    ['a bare CR', () => [...outer('x: a\rcontent-length: 0'), '', inner()].join('\r\n')],
    ['a body that is a request', () => [...outer(`content-length: ${inner().length}`), '', inner()].join('\r\n')],
  ])('%s', async (_what, bytes) => {
    const socket = await plainSocket()
    let heard = ''
    socket.on('data', data => {
      heard += data
    })
    socket.end(bytes())
    await closing(socket)
    expect(heard.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(heard).not.toMatch(/HTTP\/1\.1 [25]/)
  })

  test('a body of a GET is not the next request', async () => {
    const line = await RawLine.open(reach())
    const answer = await line.say(textOf({ path: '/healthz', body: inner() }))
    expect([200, 400]).toContain(answer?.status)
    line.close()
  })
})

describe('the handshake', () => {
  const hasOpenssl = spawnSync('openssl', ['version']).status === 0
  const name = (what: string) => (hasOpenssl ? what : `${what} (skipped: needs openssl)`)
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quadrant-tls-'))
    writeFileSync(join(folder, 'ca.pem'), house.authority.pem)
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** Everything that `openssl s_client` says; what is typed goes through the connection. */
  const shake = (args: readonly string[], typed = ''): Promise<string> =>
    new Promise(resolve => {
      const target = ['s_client', '-connect', `127.0.0.1:${house.gateway.port}`, '-CAfile', join(folder, 'ca.pem')]
      const child = execFile('openssl', [...target, '-servername', 'localhost', ...args], (_error, out, said) =>
        resolve(out + said),
      )
      child.stdin?.end(typed)
    })

  test
    .skipIf(!hasOpenssl)
    .each([
      ['-tls1'],
      ['-tls1_1'],
      ['-tls1_2'],
      ['-tls1_2', '-cipher', 'RC4-SHA:DES-CBC3-SHA:AES128-SHA:@SECLEVEL=0'],
      ['-tls1_2', '-cipher', 'NULL:aNULL:EXPORT:@SECLEVEL=0'],
      ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_8_SHA256'],
      ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
      ['-tls1_3', '-groups', 'P-384'],
      ['-tls1_3', '-groups', 'ffdhe2048'],
    ])(name('agrees on nothing with %s %s %s'), async (...args) => {
    expect(await shake(args)).toMatch(
      /no peer certificate available|Cipher is \(NONE\)|unknown option|no ciphers? (?:match|available)/i,
    )
  })

  test.skipIf(!hasOpenssl)(name('agrees on TLS 1.3, takes no early data, and is not made again'), async () => {
    const said = await shake(['-tls1_3'], 'GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n')
    expect(said).toMatch(/Verify return code: 0 \(ok\)/)
    expect(said).toMatch(/New, TLSv1\.3/)
    expect(said).not.toMatch(/Max Early Data: [1-9]/)
    expect(said).toMatch(/Compression: NONE|No compression/i)
    // In TLS 1.3 there is no renegotiation; the request for one ends nothing but itself.
    expect(await shake(['-tls1_3'], 'R\n')).not.toMatch(/RENEGOTIATING\n[\s\S]*verify return:1/)
  })

  test('is for HTTP/1.1 alone', async () => {
    const { port, ca } = reach()
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols: ['h2'] })
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [NodeJS.ErrnoException]
    expect(error.code ?? error.message).toMatch(/NO_APPLICATION_PROTOCOL/)
    const line = await RawLine.open(reach())
    expect((await line.say('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))?.status ?? 400).toBe(400)
    await line.closed
  })
})
