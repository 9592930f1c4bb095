// The four kinds of links against real TLS servers on loopback: whole frames, clean ends, and no way around the checks.
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import fc from 'fast-check'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Authority, CERTIFICATE_FLAWS, type CertificateFlaw } from '../../test/venues/authority.ts'
import type { Frame } from './conversation.ts'
import { framedLink } from './framed-link.ts'
import { httpStreamLink } from './http-stream-link.ts'
import { lineLink } from './line-link.ts'
import type { Link, LinkEvents, OpenLink } from './link.ts'
import { Network, type Routes } from './network.ts'
import type { SourceError } from './source-error.ts'
import { webSocketLink } from './web-socket-link.ts'

const HOST = 'feed.venue.test'
let authority: Authority
const closing: (() => unknown)[] = []

beforeAll(async () => {
  authority = await Authority.create()
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Listening {
  listen(port: number, host: string, done: () => void): unknown
  address(): unknown
  close(done: () => void): unknown
}

/** The door to a server on loopback under the venue's name. */
async function doorTo(server: Listening): Promise<Network> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  closing.push(() => new Promise<void>(resolve => server.close(resolve)))
  const routes: Routes = { route: () => ({ host: '127.0.0.1', port }), authorities: [authority.pem] }
  return new Network([HOST, '127.0.0.1'], routes)
}

async function tlsDoor(talk: (socket: Socket) => void, flaw?: CertificateFlaw): Promise<Network> {
  const server = createTlsServer(await authority.issue([HOST], flaw), socket => {
    socket.on('error', () => undefined)
    closing.unshift(() => socket.destroy())
    talk(socket)
  })
  server.on('tlsClientError', () => undefined)
  return doorTo(server)
}

async function httpsDoor(set: (server: HttpsServer) => void, flaw?: CertificateFlaw): Promise<Network> {
  const server = createHttpsServer(await authority.issue([HOST], flaw))
  set(server)
  closing.push(() => server.closeAllConnections())
  return doorTo(server)
}

/** A WebSocket server; each connection is given to `talk`. */
const webSocketDoor = (talk: (socket: WebSocket, url: string) => void, flaw?: CertificateFlaw) =>
  httpsDoor(server => {
    const sockets = new WebSocketServer({ server, handleProtocols: offered => [...offered][0] ?? false })
    sockets.on('connection', (socket, request) => {
      socket.on('error', () => undefined)
      closing.unshift(() => socket.terminate())
      talk(socket, `${request.url} ${request.headers['user-agent']} ${request.headers['sec-websocket-extensions'] ?? 'plain'}`)
    })
  }, flaw)

/** What a link has said, and promises for what it will say. */
class Ear implements LinkEvents {
  readonly frames: Frame[] = []
  readonly endings: { readonly reason: string; readonly error: SourceError | undefined }[] = []
  readonly pongs: number[] = []
  #wakes: (() => void)[] = []

  frame(frame: Frame): void {
    this.frames.push(frame)
    this.#wake()
  }

  closed(reason: string, error?: SourceError): void {
    this.endings.push({ reason, error })
    this.#wake()
  }

  pong(roundTripMicros: number): void {
    this.pongs.push(roundTripMicros)
    this.#wake()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#wakes.push(resolve))
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }
}

async function open(opener: OpenLink, signal = new AbortController().signal): Promise<{ link: Link; ear: Ear }> {
  const ear = new Ear()
  const link = await opener(ear, signal)
  closing.unshift(() => link.close())
  return { link, ear }
}

const WSS = `wss://${HOST}/v2`
const STREAM = `https://${HOST}/accounts/s3cret/prices?key=s3cret`
const codeOf = (opener: OpenLink) =>
  open(opener).then(
    () => 'opened',
    (error: SourceError) => error.code,
  )

test('WebSocket: text is text, bytes are bytes, pings are answered, and it introduces itself without compression', async () => {
  const heard: string[] = []
  let pong = () => {}
  const ponged = new Promise<void>(resolve => {
    pong = resolve
  })
  const network = await webSocketDoor((socket, url) => {
    heard.push(url)
    socket.on('message', (data, binary) => heard.push(`${binary ? 'bytes' : 'text'} ${data}`))
    socket.on('pong', pong)
    socket.ping('are you there')
    socket.send('{"a":"ü"}')
    socket.send(Buffer.of(0, 255))
  })
  const { link, ear } = await open(webSocketLink(network, { url: WSS, subprotocol: 'v10' }))
  link.send('hello')
  link.send(Buffer.from('raw'))
  link.ping!()
  await ear.until(() => ear.frames.length === 2 && ear.pongs.length === 1)
  await ponged

  expect(ear.frames[0]).toBe('{"a":"ü"}')
  expect([...(ear.frames[1] as Uint8Array)]).toEqual([0, 255])
  expect(ear.pongs[0]).toBeGreaterThan(0)
  expect(heard).toEqual(['/v2 Quadrant/0.1 (self-hosted) plain', 'text hello', 'bytes raw'])
})

test('WebSocket: the end is told once, with its reason', async () => {
  const network = await webSocketDoor(socket => socket.close(1012, 'service restart'))
  const { ear } = await open(webSocketLink(network, { url: WSS }))
  await ear.until(() => ear.endings.length > 0)
  expect(ear.endings).toEqual([{ reason: 'closed with 1012: service restart', error: undefined }])
})

test('WebSocket: a cut in the middle of a frame ends it', async () => {
  const network = await webSocketDoor(socket => {
    const raw = (socket as unknown as { _socket: Socket })._socket
    // Text, final, 100 bytes announced, two sent.
    raw.write(Buffer.of(0x81, 100, 65, 66), () => raw.destroy())
  })
  const { ear } = await open(webSocketLink(network, { url: WSS }))
  await ear.until(() => ear.endings.length > 0)
  expect(ear.frames).toEqual([])
})

test('WebSocket: too long a message, and text that is no UTF-8, end it', async () => {
  const long = await webSocketDoor(socket => socket.send('x'.repeat(2000)))
  const { ear } = await open(webSocketLink(long, { url: WSS, maxBytes: 1000 }))
  await ear.until(() => ear.endings.length > 0)
  expect(ear.endings[0]?.error?.code).toBe('LINK_FRAME_TOO_LARGE')

  const garbled = await webSocketDoor(socket => socket.send(Buffer.of(0xc3, 0x28), { binary: false }))
  const { ear: other } = await open(webSocketLink(garbled, { url: WSS }))
  await other.until(() => other.endings.length > 0)
  expect(other.endings[0]?.error?.code).toBe('LINK_FRAME_INVALID')
})

test.each([
  [401, 'SOURCE_REFUSED'],
  [403, 'SOURCE_REFUSED'],
  [451, 'SOURCE_REFUSED'],
  [418, 'SOURCE_BANNED'],
  [429, 'SOURCE_RATE_LIMITED'],
  [302, 'SOURCE_REDIRECTED'],
  [503, 'SOURCE_UNREACHABLE'],
])('a handshake that is met with %i fails with %s, for sockets and streams', async (status, code) => {
  const headers = { 'retry-after': '7', location: 'https://elsewhere.test/' }
  const network = await httpsDoor(server => {
    server.on('upgrade', (_, socket) => {
      socket.end(`HTTP/1.1 ${status} No\r\nretry-after: 7\r\nlocation: https://elsewhere.test/\r\ncontent-length: 0\r\n\r\n`)
    })
    server.on('request', (_, response) => response.writeHead(status, headers).end('{"error":1}'))
  })
  for (const opener of [webSocketLink(network, { url: WSS }), httpStreamLink(network, { url: STREAM })]) {
    const error = await open(opener).catch((error: SourceError) => error)
    expect(error).toMatchObject({ code, ...(status === 429 ? { retryAfterMillis: 7000 } : {}) })
    expect(String((error as SourceError).message), 'an address may hold a key').not.toContain('s3cret')
  }
})

test.each(CERTIFICATE_FLAWS)('no link is opened to a certificate that is %s', async flaw => {
  const [https, tls] = [await httpsDoor(() => undefined, flaw), await tlsDoor(() => undefined, flaw)]
  expect(await codeOf(webSocketLink(https, { url: WSS }))).toBe('SOURCE_TLS')
  expect(await codeOf(httpStreamLink(https, { url: STREAM }))).toBe('SOURCE_TLS')
  expect(await codeOf(framedLink(tls, { host: HOST, port: 5035 }))).toBe('SOURCE_TLS')
  expect(await codeOf(lineLink(tls, { host: HOST, port: 443 }))).toBe('SOURCE_TLS')
})

test('no link is opened to a host that no source names, nor without encryption beyond this machine', async () => {
  const network = await tlsDoor(() => undefined)
  const elsewhere = { host: 'elsewhere.test', port: 1 }
  expect(await codeOf(webSocketLink(network, { url: 'wss://elsewhere.test/' }))).toBe('EGRESS_REFUSED')
  expect(await codeOf(webSocketLink(network, { url: `ws://${HOST}/` }))).toBe('EGRESS_REFUSED')
  expect(await codeOf(httpStreamLink(network, { url: 'https://elsewhere.test/' }))).toBe('EGRESS_REFUSED')
  expect(await codeOf(framedLink(network, elsewhere))).toBe('EGRESS_REFUSED')
  expect(await codeOf(lineLink(network, elsewhere))).toBe('EGRESS_REFUSED')
  const away = new Network([HOST], { route: () => ({ host: '192.0.2.1', port: 9 }) })
  expect(await codeOf(lineLink(away, { host: HOST, port: 9, plain: true }))).toBe('EGRESS_REFUSED')
})

test('an opening that is no longer wanted, or takes too long, is let go', async () => {
  const silent = createTcpServer(socket => {
    socket.on('error', () => undefined)
    closing.unshift(() => socket.destroy())
  })
  const network = await doorTo(silent)
  const rest = { handshakeMillis: 50 }
  expect(await codeOf(webSocketLink(network, { url: WSS, ...rest }))).toBe('SOURCE_SLOW')
  expect(await codeOf(httpStreamLink(network, { url: STREAM, ...rest }))).toBe('SOURCE_SLOW')
  expect(await codeOf(framedLink(network, { host: HOST, port: 1, ...rest }))).toBe('SOURCE_SLOW')

  for (const opener of [
    webSocketLink(network, { url: WSS }),
    httpStreamLink(network, { url: STREAM }),
    lineLink(network, { host: HOST, port: 1 }),
  ]) {
    const leaving = new AbortController()
    const opening = open(opener, leaving.signal)
    leaving.abort()
    await expect(opening).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
    await expect(open(opener, leaving.signal)).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
  }
})

test('a port where nobody listens is unreachable', async () => {
  const network = new Network([HOST], { route: () => ({ host: '127.0.0.1', port: 1 }), authorities: [authority.pem] })
  expect(await codeOf(webSocketLink(network, { url: WSS }))).toBe('SOURCE_UNREACHABLE')
  expect(await codeOf(httpStreamLink(network, { url: STREAM }))).toBe('SOURCE_UNREACHABLE')
  expect(await codeOf(framedLink(network, { host: HOST, port: 1 }))).toBe('SOURCE_UNREACHABLE')
})

test('HTTP stream: one line, one frame, wherever the chunks are cut', async () => {
  const text = '{"price":"1.08"}\n\n{"name":"Zürich €"}\r\n{"last":1}\n'
  const bytes = Buffer.from(text, 'utf8')
  const asked: string[] = []
  const network = await httpsDoor(server =>
    server.on('request', async ({ url, headers }, response) => {
      asked.push(`${url} ${headers.authorization} ${headers['user-agent']}`)
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      for (const byte of bytes) await new Promise<void>(resolve => response.write(Buffer.of(byte), () => resolve()))
      response.end()
    }),
  )
  const { ear, link } = await open(httpStreamLink(network, { url: STREAM, headers: { authorization: 'Bearer t' } }))
  link.send('nothing')
  await ear.until(() => ear.endings.length > 0)
  expect(ear.frames).toEqual(['{"price":"1.08"}', '{"name":"Zürich €"}', '{"last":1}'])
  expect(ear.endings).toEqual([{ reason: 'the stream ended', error: undefined }])
  expect(asked).toEqual(['/accounts/s3cret/prices?key=s3cret Bearer t Quadrant/0.1 (self-hosted)'])
})

test('HTTP stream: a cut chunk, a line without end and a line that is no text end it', async () => {
  const endings: (string | undefined)[] = []
  for (const talk of [
    (socket: Socket) => void socket.write('50\r\n{"half":', () => socket.destroy()),
    (socket: Socket) => void socket.write(`${(3000).toString(16)}\r\n${'x'.repeat(3000)}\r\n`),
    (socket: Socket) => void socket.write(Buffer.concat([Buffer.from('3\r\n'), Buffer.of(0xc3, 0x28, 10), Buffer.from('\r\n')])),
  ]) {
    const network = await tlsDoor(socket =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
        talk(socket)
      }),
    )
    const { ear } = await open(httpStreamLink(network, { url: STREAM, maxLineBytes: 2000 }))
    await ear.until(() => ear.endings.length > 0)
    expect(ear.frames).toEqual([])
    endings.push(ear.endings[0]?.error?.code)
  }
  expect(endings).toEqual(['SOURCE_UNREACHABLE', 'LINK_FRAME_TOO_LARGE', 'LINK_FRAME_INVALID'])
})

test('framed and line links echo whatever is sent, however it is cut', async () => {
  const echo = await tlsDoor(socket =>
    socket.on('data', async (chunk: Buffer) => {
      socket.pause()
      for (let at = 0; at < chunk.length; at += 3)
        await new Promise<void>(resolve => socket.write(chunk.subarray(at, at + 3), () => resolve()))
      socket.resume()
    }),
  )
  const framed = await open(framedLink(echo, { host: HOST, port: 5035 }))
  const lines = await open(lineLink(echo, { host: HOST, port: 443 }))
  const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 })
  const texts = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => text.replace(/[\r\n]/g, '')),
    { minLength: 1, maxLength: 6 },
  )

  await fc.assert(
    fc.asyncProperty(messages, texts, async (sent, said) => {
      framed.ear.frames.length = lines.ear.frames.length = 0
      for (const message of sent) framed.link.send(message)
      for (const text of said) lines.link.send(text)
      await framed.ear.until(() => framed.ear.frames.length === sent.length)
      await lines.ear.until(() => lines.ear.frames.length === said.length)
      expect(framed.ear.frames.map(frame => [...(frame as Uint8Array)])).toEqual(sent.map(message => [...message]))
      expect(lines.ear.frames).toEqual(said)
    }),
    { numRuns: 30 },
  )
})

test('framed: a length beyond the limit ends it before it is read, and is not sent', async () => {
  const network = await tlsDoor(socket => socket.write(Buffer.of(0xff, 0xff, 0xff, 0xff)))
  const { ear } = await open(framedLink(network, { host: HOST, port: 5035, maxBytes: 100 }))
  await ear.until(() => ear.endings.length > 0)
  expect(ear.endings[0]?.error?.code).toBe('LINK_FRAME_TOO_LARGE')

  const other = await open(framedLink(await tlsDoor(() => undefined), { host: HOST, port: 5035, maxBytes: 100 }))
  other.link.send(new Uint8Array(101))
  expect(other.ear.endings[0]?.error?.code).toBe('LINK_FRAME_TOO_LARGE')
})

test('framed: a large message in many pieces arrives whole', async () => {
  const large = Buffer.alloc(3_000_000, 'abcdefg')
  const head = Buffer.alloc(4)
  head.writeUInt32BE(large.length)
  const network = await tlsDoor(socket => socket.write(Buffer.concat([head, large, Buffer.of(0, 0, 0, 1, 7)])))
  const { ear } = await open(framedLink(network, { host: HOST, port: 5035 }))
  await ear.until(() => ear.frames.length === 2)
  expect(Buffer.compare(ear.frames[0] as Buffer, large)).toBe(0)
  expect([...(ear.frames[1] as Uint8Array)]).toEqual([7])
})

test('lines: plain TCP to this machine, and no line within a line', async () => {
  const heard: string[] = []
  const network = await doorTo(
    createTcpServer(socket => {
      socket.on('error', () => undefined)
      closing.unshift(() => socket.destroy())
      socket.on('data', data => heard.push(String(data)))
      socket.write('{"t":"hello"}\r\n')
    }),
  )
  const { ear, link } = await open(lineLink(network, { host: '127.0.0.1', port: 18_812, plain: true }))
  await ear.until(() => ear.frames.length === 1)
  expect(ear.frames).toEqual(['{"t":"hello"}'])
  link.send('{"a":1}\n{"b":2}')
  expect(ear.endings[0]?.error?.code).toBe('LINK_FRAME_INVALID')
  expect(heard).toEqual([])
})

test('lines: the longest line is taken, one byte more is not', async () => {
  const network = await tlsDoor(socket => socket.write(`${'a'.repeat(100)}\r\n${'b'.repeat(102)}\n`))
  const { ear } = await open(lineLink(network, { host: HOST, port: 443, maxLineBytes: 100 }))
  await ear.until(() => ear.endings.length > 0)
  expect(ear.frames).toEqual(['a'.repeat(100)])
  expect(ear.endings[0]?.error?.code).toBe('LINK_FRAME_TOO_LARGE')
})

test('an end that does not read what is sent is taken for dead', async () => {
  let connected = () => {}
  const there = new Promise<void>(resolve => {
    connected = resolve
  })
  const deaf = await tlsDoor(socket => {
    socket.pause()
    connected()
  })
  const { link, ear } = await open(lineLink(deaf, { host: HOST, port: 443 }))
  await there
  const line = 'x'.repeat(60_000)
  for (let n = 0; n < 2000 && ear.endings.length === 0; n++) link.send(line)
  expect(ear.endings[0]?.error?.code).toBe('LINK_OVERFLOW')
})

test('nothing is said after it was closed from this side, and a closed link takes what is sent without a word', async () => {
  let ended = () => {}
  const gone = new Promise<void>(resolve => {
    ended = resolve
  })
  const network = await tlsDoor(socket => {
    socket.write('one\n')
    socket.on('close', ended)
    socket.on('data', () => undefined)
  })
  const { link, ear } = await open(lineLink(network, { host: HOST, port: 443 }))
  await ear.until(() => ear.frames.length === 1)
  link.close()
  link.close()
  link.send('late')
  await gone
  expect(ear.endings).toEqual([])
})
