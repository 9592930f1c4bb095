// The gateway's door: who is let in, in which order, and what is said where it cannot be opened.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Authority } from '../../../test/venues/authority.ts'
import type { Link } from '../../connectivity/link.ts'
import { BridgeGateway } from './bridge-gateway.ts'

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

function opened(port = 0): BridgeGateway {
  const gateway = new BridgeGateway({ address: { host: '127.0.0.1', port }, ...files })
  open.gateways.push(gateway)
  return gateway
}

function dial(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  open.sockets.push(socket)
  socket.on('error', () => undefined)
  return new Promise(done => socket.on('secureConnect', () => done(socket)))
}

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

  test('passes lines both ways, however they are cut', async () => {
    const gateway = opened()
    const socket = await dial(await gateway.listen())
    const heard = await accept(gateway)
    const line = heard.next()
    socket.write('{"t":"hé')
    socket.write('llo"}\n')
    expect(await line).toBe('{"t":"héllo"}')

    const answer = new Promise(done => socket.once('data', chunk => done(String(chunk))))
    heard.link.send('{"t":"chal"}')
    expect(await answer).toBe('{"t":"chal"}\n')
  })

  test('who dials while another is spoken to waits for his turn', async () => {
    const gateway = opened()
    const port = await gateway.listen()
    const [first] = [await dial(port)]
    const one = await accept(gateway)
    const second = await dial(port)
    second.write('second\n')

    first.destroy()
    await one.closed
    const two = await accept(gateway)
    if (two.lines.length === 0) await two.next()
    expect(two.lines).toEqual(['second'])
  })

  test('a line of more than 64 KiB ends the connection', async () => {
    const gateway = opened()
    const socket = await dial(await gateway.listen())
    const heard = await accept(gateway)
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
    expect(() => new BridgeGateway({ address, certificateFile: missing, keyFile: files.keyFile })).toThrow(
      expect.objectContaining({ code: 'MT5_BRIDGE_CERTIFICATE' }),
    )
    expect(() => new BridgeGateway({ address, certificateFile: files.certificateFile, keyFile: files.certificateFile })).toThrow(
      expect.objectContaining({ code: 'MT5_BRIDGE_CERTIFICATE' }),
    )
  })
})
