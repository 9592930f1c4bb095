// The sockets of the simulated venues, seen through the door that adapters use.
import { once } from 'node:events'
import { get } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Network } from '../../src/connectivity/network.ts'
import { Authority, CERTIFICATE_FLAWS } from './authority.ts'
import { VenueClock } from './venue-clock.ts'
import { cutInTwo } from './venue-line.ts'
import { VenueServer } from './venue-server.ts'

const HOST = 'ws.venue.example'
const RAW = 'raw.venue.example'

let authority: Authority
let server: VenueServer
let network: Network

beforeAll(async () => {
  authority = await Authority.create()
  server = new VenueServer({ authority, clock: new VenueClock(), hosts: [HOST, RAW] })
    .webSocket(HOST, '/v2', line => {
      line.reply('hello')
      line.onFrame = frame => line.send(`you said ${frame}`)
    })
    .http(HOST, 'GET', '/time', (_request, reply) => reply.json({ time: 1 }))
    .http(HOST, 'GET', '/stream', (_request, reply) => {
      const line = reply.stream()
      line?.send('één')
      line?.send('twee')
      line?.close()
    })
    .framed(RAW, 5035, line => {
      line.onFrame = frame => line.send(frame)
    })
    .tlsLines(RAW, 7000, line => {
      line.onFrame = frame => line.send(frame)
    })
    .plainLines('127.0.0.1', 7001, line => {
      line.onFrame = frame => line.send(frame)
    })
  await server.start()
  network = new Network([HOST, RAW, '127.0.0.1', 'unknown.example'], server.routes)
})

afterAll(() => server.stop())

const socketTo = (host: string) => () => network.tls({ host, port: 443 })

async function speak(words: readonly string[], answers = words.length): Promise<string[]> {
  const socket = new WebSocket(`wss://${HOST}/v2`, { createConnection: socketTo(HOST) })
  const heard: string[] = []
  const done = new Promise<void>((resolve, reject) => {
    socket.on('open', () => {
      for (const word of words) socket.send(word)
    })
    socket.on('message', data => {
      heard.push(data.toString())
      if (heard.length === answers + 1) resolve()
    })
    socket.on('error', reject)
  })
  await done
  socket.terminate()
  return heard
}

function ask(path: string): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    get({ host: HOST, path, createConnection: socketTo(HOST), headers: { host: HOST } }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode!, type: response.headers['content-type']!, body }))
      response.on('error', reject)
    }).on('error', reject)
  })
}

async function secured(socket: TLSSocket): Promise<string> {
  try {
    await once(socket, 'secureConnect')
    return 'connected'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  } finally {
    socket.destroy()
  }
}

describe('a simulated venue', () => {
  test('a WebSocket under the real name lands on loopback', async () => {
    expect(await speak(['a', 'b'])).toEqual(['hello', 'you said a', 'you said b'])
  })

  test('HTTP, and a reply without an end in chunks', async () => {
    expect(await ask('/time')).toEqual({ status: 200, type: 'application/json', body: '{"time":1}' })
    expect((await ask('/stream')).body).toBe('één\ntwee\n')
  })

  test('length-prefixed bytes, lines, and lines without TLS', async () => {
    const framed = network.tls({ host: RAW, port: 5035 })
    framed.write(Buffer.from([0, 0, 0, 2, 7]))
    framed.write(Buffer.from([8, 0]))
    expect(await readBytes(framed, 6)).toEqual(Buffer.from([0, 0, 0, 2, 7, 8]))

    const lines = network.tls({ host: RAW, port: 7000 })
    lines.write('grüße\r\n')
    expect((await readBytes(lines, 8)).toString()).toBe('grüße\n')

    const plain = network.tcp({ host: '127.0.0.1', port: 7001 })
    plain.write('hi\n')
    expect((await readBytes(plain, 3)).toString()).toBe('hi\n')
  })

  test.each(CERTIFICATE_FLAWS)('a certificate that is %s is not trusted, and a sound one again is', async flaw => {
    server.arm({ kind: 'certificate', flaw })
    expect(await secured(network.tls({ host: HOST, port: 443 }))).toMatch(
      /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_SIGNATURE_FAILURE|UNABLE_TO/,
    )
    server.heal()
    expect(await secured(network.tls({ host: HOST, port: 443 }))).toBe('connected')
  })

  test('armed faults hit the next messages, once each', async () => {
    server.arm({ kind: 'duplicate' })
    expect(await speak(['a', 'b'], 3)).toEqual(['hello', 'you said a', 'you said a', 'you said b'])
    server.arm({ kind: 'reorder' })
    expect(await speak(['a', 'b'])).toEqual(['hello', 'you said b', 'you said a'])
    server.arm({ kind: 'split-utf8' })
    expect(await speak(['é', 'b'])).toEqual(['hello', 'you said é', 'you said b'])
    server.arm({ kind: 'http-html' })
    expect(await ask('/time')).toMatchObject({ status: 200, type: 'text/html' })
    server.arm({ kind: 'http-429-retry-after' })
    await expect(speak(['a'])).rejects.toThrow('429')
    expect(await speak(['a'])).toHaveLength(2)
  })

  test('what the venue does not have is a violation', async () => {
    expect(server.violations).toEqual([])

    expect((await ask('/orders')).status).toBe(404)
    await expect(once(network.tls({ host: 'unknown.example', port: 443 }), 'secureConnect')).rejects.toThrow('ECONNREFUSED')

    expect(server.violations).toEqual([
      `asked for GET ${HOST}/orders, which is not documented`,
      'dialled unknown.example:443, which the venue does not have',
    ])
  })

  test('bytes are cut inside of a character', () => {
    // é is c3 a9.
    expect(cutInTwo(Buffer.from('aé'), 'split-utf8')).toEqual([Buffer.from([0x61, 0xc3]), Buffer.from([0xa9])])
    expect(cutInTwo(Buffer.from('abcd'), 'fragmented')).toEqual([Buffer.from('ab'), Buffer.from('cd')])
  })
})

function readBytes(socket: NodeJS.ReadableStream & { destroy(): void }, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let held = Buffer.alloc(0)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      if (held.length < count) return
      socket.destroy()
      resolve(held)
    })
  })
}
