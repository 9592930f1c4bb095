// The gateway's door: who is let in, in which order, and what is said where it cannot be opened.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Authority } from '../../../test/venues/authority.ts'
import { TERMINAL } from '../../../test/venues/mt5-terminal.ts'
import type { Link } from '../../connectivity/link.ts'
import { BridgeGateway } from './bridge-gateway.ts'
import { sbpMac } from './sbp.ts'

let folder = ''
let files = { certificateFile: '', keyFile: '' }
let der: Buffer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-bridge-'))
  const { cert, key } = await (await Authority.create()).issue(['bridge.example'])
  files = { certificateFile: join(folder, 'bridge.pem'), keyFile: join(folder, 'bridge.key') }
  writeFileSync(files.certificateFile, cert)
  writeFileSync(files.keyFile, key)
  der = Buffer.from(cert.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open: { gateways: BridgeGateway[]; sockets: TLSSocket[] } = { gateways: [], sockets: [] }
afterEach(async () => {
  for (const socket of open.sockets.splice(0)) socket.destroy()
  for (const gateway of open.gateways.splice(0)) await gateway.close()
})

const { login, server, secret, epoch } = TERMINAL
const lock = { login, server, secret }

function opened(port = 0, onStranger: (reason: string) => void = () => undefined): BridgeGateway {
  const gateway = new BridgeGateway({ address: { host: '127.0.0.1', port }, ...files, lock, onStranger })
  open.gateways.push(gateway)
  return gateway
}

function dial(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  open.sockets.push(socket)
  socket.on('error', () => undefined)
  return new Promise(done => socket.on('secureConnect', () => done(socket)))
}

const HELLO = JSON.stringify({ t: 'hello', v: 1, login, srv: server, tz: 7200, epoch })

/** Dials, and answers the challenge with what the secret makes of it. */
async function dialAsTerminal(port: number, { secret: known = secret } = {}): Promise<TLSSocket> {
  const socket = await dial(port)
  const challenged = new Promise<string>(done => socket.once('data', chunk => done(String(chunk))))
  socket.write(`${HELLO}\n`)
  const { n: nonce } = JSON.parse(await challenged) as { n: string }
  socket.write(`${JSON.stringify({ t: 'auth', kid: 'k1', mac: sbpMac(known, { nonce, login, epoch }) })}\n`)
  return socket
}

const ended = (socket: TLSSocket): Promise<void> => new Promise(done => socket.on('close', () => done()))

interface Heard {
  readonly lines: string[]
  readonly link: Link
  /** Resolves to the next line. */
  next(): Promise<string>
  readonly closed: Promise<string>
}

async function accept(gateway: BridgeGateway): Promise<Heard> {
  const lines: string[] = []
  let wake = (_line: string) => {}
  let end = (_reason: string) => {}
  const closed = new Promise<string>(done => {
    end = done
  })
  const link = await gateway.link(
    {
      frame: frame => {
        lines.push(String(frame))
        wake(String(frame))
      },
      closed: reason => end(reason),
    },
    new AbortController().signal,
  )
  return {
    lines,
    link,
    closed,
    next: () =>
      new Promise(done => {
        wake = done
      }),
  }
}

describe('the gateway', () => {
  test('shows the SHA-1 of its certificate, as MQL5 gives it', () => {
    expect(opened().thumbprint).toBe(createHash('sha1').update(der).digest('hex').toUpperCase())
  })

  test('passes lines both ways, however they are cut, from the proof on', async () => {
    const gateway = opened()
    const port = await gateway.listen()
    const [socket, heard] = await Promise.all([dialAsTerminal(port), accept(gateway)])
    expect(heard.lines.map(line => (JSON.parse(line) as { t: string }).t)).toEqual(['hello', 'auth'])

    const line = heard.next()
    socket.write('{"t":"hé')
    socket.write('llo"}\n')
    expect(await line).toBe('{"t":"héllo"}')

    // The conversation's own challenge was put at the door already, with the nonce that it is told.
    const answer = new Promise(done => socket.once('data', chunk => done(String(chunk))))
    heard.link.send(JSON.stringify({ t: 'chal', n: gateway.nonce }))
    heard.link.send('{"t":"ok"}')
    expect(await answer).toBe('{"t":"ok"}\n')
  })

  test('the terminal gets in past strangers who say nothing, however many they are', async () => {
    const reasons: string[] = []
    const gateway = opened(0, reason => reasons.push(reason))
    const port = await gateway.listen()
    const strangers: Promise<void>[] = []
    for (let count = 0; count < 20; count++) strangers.push(ended(await dial(port)))
    const [, heard] = await Promise.all([dialAsTerminal(port), accept(gateway)])

    expect(heard.lines).toHaveLength(2)
    // Eight may be at the door, the terminal among them: of 20 and one, 13 had to leave.
    await Promise.all(strangers.slice(0, 13))
    expect(reasons).toEqual(Array.from({ length: 13 }, () => 'more than 8 dialled in before one proved himself'))
  })

  test('a stranger does not disturb the terminal that is spoken to', async () => {
    const reasons: string[] = []
    const gateway = opened(0, reason => reasons.push(reason))
    const port = await gateway.listen()
    const [socket, heard] = await Promise.all([dialAsTerminal(port), accept(gateway)])

    await ended(await dialAsTerminal(port, { secret: 'another secret' }))
    const noise = await dial(port)
    noise.write('GET / HTTP/1.1\r\n\r\n')
    await ended(noise)
    const weird = await dial(port)
    weird.write('{"t":"\\u001b[31m"}\n')
    await ended(weird)
    expect(reasons).toEqual([
      'the terminal does not know the secret of its login',
      'no SBP/1 is spoken: no JSON',
      "'?[31m' came before hello",
    ])

    const line = heard.next()
    socket.write('{"t":"hb"}\n')
    expect(await line).toBe('{"t":"hb"}')
  })

  test('of two that have proven themselves the newer is the terminal, and the older is closed with the reason', async () => {
    const gateway = opened()
    const port = await gateway.listen()
    const [first, one] = await Promise.all([dialAsTerminal(port), accept(gateway)])
    const left = ended(first)
    await dialAsTerminal(port)

    expect(await one.closed).toBe('a newer connection of the terminal has proven itself')
    await left
    const two = await accept(gateway)
    expect(two.lines).toHaveLength(2)
  })

  test('a line of more than 64 KiB ends the connection', async () => {
    const gateway = opened()
    const port = await gateway.listen()
    const [socket, heard] = await Promise.all([dialAsTerminal(port), accept(gateway)])
    socket.write('x'.repeat(70_000))
    expect(await heard.closed).toContain('longer than the 65536 bytes')
  })

  test('waiting for a terminal can be given up', async () => {
    const gateway = opened()
    await gateway.listen()
    const waiting = new AbortController()
    const link = gateway.link({ frame: () => {}, closed: () => {} }, waiting.signal)
    waiting.abort()
    await expect(link).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
  })

  test('a port that is taken and files that are none are said with what to do', async () => {
    const squatter = createServer()
    await new Promise<void>(done => {
      squatter.listen(0, '127.0.0.1', done)
    })
    const { port } = squatter.address() as { port: number }
    await expect(opened(port).listen()).rejects.toMatchObject({ code: 'MT5_BRIDGE_PORT' })
    squatter.close()

    const address = { host: '127.0.0.1', port: 0 }
    const missing = join(folder, 'missing.pem')
    expect(() => new BridgeGateway({ address, certificateFile: missing, keyFile: files.keyFile, lock })).toThrow(
      expect.objectContaining({ code: 'MT5_BRIDGE_CERTIFICATE' }),
    )
    expect(
      () => new BridgeGateway({ address, certificateFile: files.certificateFile, keyFile: files.certificateFile, lock }),
    ).toThrow(expect.objectContaining({ code: 'MT5_BRIDGE_CERTIFICATE' }))
  })
})
