// The pooled HTTP client against real HTTPS servers on loopback that behave as badly as venues do.
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Authority, CERTIFICATE_FLAWS, type CertificateFlaw } from '../../test/venues/authority.ts'
import { SystemClock } from './clock.ts'
import { Network, type Routes } from './network.ts'
import { PooledHttp, type PooledHttpOptions } from './pooled-http.ts'

const HOST = 'api.venue.test'
const URL_OF_TIME = `https://${HOST}/time`
let authority: Authority
const closing: (() => unknown)[] = []

beforeAll(async () => {
  authority = await Authority.create()
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0)) await close()
})

async function venue(listener: RequestListener, { flaw, ...rest }: { flaw?: CertificateFlaw } & Partial<PooledHttpOptions> = {}) {
  const server: Server = createServer({ ...(await authority.issue([HOST], flaw)) }, listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const dialled: string[] = []
  const routes: Routes = {
    route: ({ host, port: asked }) => {
      dialled.push(`${host}:${asked}`)
      return { host: '127.0.0.1', port }
    },
    authorities: [authority.pem],
  }
  const http = new PooledHttp({ network: new Network([HOST], routes), clock: new SystemClock(), ...rest })
  closing.push(
    () => http.close(),
    () => server.closeAllConnections(),
    () => new Promise(resolve => server.close(resolve)),
  )
  return { http, dialled }
}

/** Answers in turn, the last one from then on; counts. */
function inTurn(...answers: RequestListener[]): RequestListener & { count: () => number } {
  let count = 0
  const listener: RequestListener = (request, response) => {
    const answer = answers[Math.min(count, answers.length - 1)]!
    count += 1
    answer(request, response)
  }
  return Object.assign(listener, { count: () => count })
}

const json =
  (body: string, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

const GET = { method: 'GET', url: URL_OF_TIME } as const

test('a reply comes with status, headers in lower case and body, on a connection that is kept', async () => {
  const seen: string[] = []
  const { http, dialled } = await venue((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['user-agent']} ${request.headers['x-key']}`)
    json('{"time":1}', 200, { 'X-Used': '3' })(request, response)
  })
  const reply = await http.send({ ...GET, url: `${URL_OF_TIME}?a=b`, headers: { 'x-key': 'k' } })
  for (let n = 0; n < 9; n++) await http.send(GET)

  expect(reply).toMatchObject({ status: 200, body: '{"time":1}' })
  expect(reply.headers['x-used']).toBe('3')
  expect(seen[0]).toBe('GET /time?a=b Quadrant/0.1 (self-hosted) k')
  expect(dialled.length, 'connections are kept').toBeLessThan(10)
})

test('a body is sent', async () => {
  const { http } = await venue(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    json(JSON.stringify({ got: body, method: request.method }))(request, response)
  })
  const { body } = await http.send({ method: 'POST', url: URL_OF_TIME, body: 'a=1' })
  expect(body).toBe('{"got":"a=1","method":"POST"}')
})

test('a host that no source names is not dialled', async () => {
  const { http, dialled } = await venue(json('{}'))
  await expect(http.send({ method: 'GET', url: 'https://elsewhere.test/' })).rejects.toMatchObject({ code: 'EGRESS_REFUSED' })
  await expect(http.send({ method: 'GET', url: `http://${HOST}/` })).rejects.toMatchObject({ code: 'EGRESS_REFUSED' })
  expect(dialled).toEqual([])
})

test.each(CERTIFICATE_FLAWS)('a certificate that is %s is not talked to', async flaw => {
  const answer = inTurn(json('{}'))
  const { http } = await venue(answer, { flaw })
  await expect(http.send(GET, { tries: 1 })).rejects.toMatchObject({ code: 'SOURCE_TLS' })
  expect(answer.count()).toBe(0)
})

test('proxies of the environment are ignored', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1')
  vi.stubEnv('ALL_PROXY', 'http://127.0.0.1:1')
  const { http } = await venue(json('{}'))
  expect((await http.send(GET)).status).toBe(200)
  vi.unstubAllEnvs()
})

test('a redirect is not followed', async () => {
  const answer = inTurn(json('', 302, { location: 'https://elsewhere.test/' }))
  const { http } = await venue(answer)
  await expect(http.send(GET)).rejects.toMatchObject({ code: 'SOURCE_REDIRECTED' })
  expect(answer.count()).toBe(1)
})

const page: RequestListener = (_, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><p>hello')
const disguised: RequestListener = (_, response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('  \n<html>')

test('a page with status 200 is no JSON and no data', async () => {
  const { http } = await venue(inTurn(page, disguised, json(''), page, json('\uFEFF {"a":1}'), json('null')))
  for (let n = 0; n < 3; n++) await expect(http.send(GET)).rejects.toMatchObject({ code: 'SOURCE_NOT_JSON' })
  await expect(http.bytes(GET)).rejects.toMatchObject({ code: 'SOURCE_PAGE' })
  expect((await http.send(GET)).body).toContain('{"a":1}')
  expect((await http.send(GET)).body).toBe('null')
})

test('text and bytes come as they are', async () => {
  const csv: RequestListener = (_, response) => void response.writeHead(200, { 'content-type': 'text/csv' }).end('a,b\n1,2\n')
  const raw: RequestListener = (_, response) => void response.writeHead(200).end(Buffer.of(0, 255, 1))
  const { http } = await venue(inTurn(csv, raw))
  expect((await http.send(GET, { expect: 'text' })).body).toBe('a,b\n1,2\n')
  expect([...(await http.bytes(GET)).body]).toEqual([0, 255, 1])
})

test('refusals are answers', async () => {
  const { http } = await venue(inTurn(...[400, 401, 403, 404].map(status => json('{"error":1}', status))))
  const statuses = []
  for (let n = 0; n < 4; n++) statuses.push((await http.send(GET)).status)
  expect(statuses).toEqual([400, 401, 403, 404])
})

test('what passes is tried again; what changes something is not', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const cut: RequestListener = request => void request.socket.destroy()
  const answer = inTurn(json('', 503), cut, json('{"a":1}'), json('', 503))
  const { http } = await venue(answer)
  expect((await http.send(GET)).body).toBe('{"a":1}')
  expect(answer.count()).toBe(3)

  await expect(http.send({ ...GET, method: 'POST' })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  expect(answer.count()).toBe(4)
})

test('a cut in the middle of a body is no reply', async () => {
  const half: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    response.write('{"half":', () => response.socket?.destroy())
  }
  const { http } = await venue(half)
  await expect(http.send(GET, { tries: 1 })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
})

test('429 is waited for, 418 is told', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const answer = inTurn(json('{}', 429, { 'retry-after': '0.05' }), json('{}'), json('{}', 418, { 'retry-after': '900' }))
  const { http } = await venue(answer)
  expect((await http.send(GET)).status).toBe(200)
  await expect(http.send(GET)).rejects.toMatchObject({ code: 'SOURCE_BANNED', retryAfterMillis: 900_000 })
  await expect(http.send(GET)).rejects.toMatchObject({ code: 'SOURCE_BANNED' })
  expect(answer.count(), 'nothing is sent during a ban').toBe(3)
})

test('five failures in a row open the breaker of that host', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const answer = inTurn(json('', 500))
  const { http } = await venue(answer)
  for (let n = 0; n < 8; n++) await expect(http.send(GET, { tries: 1 })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  expect(answer.count()).toBe(5)
})

test('a body larger than is taken is cut off, packed or not', async () => {
  const packed: RequestListener = (_, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(`[${'0,'.repeat(500_000)}0]`))
  const { http } = await venue(inTurn(json(`"${'x'.repeat(20_000)}"`), packed))
  await expect(http.send(GET, { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'SOURCE_REPLY_TOO_LARGE' })
  await expect(http.send(GET, { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'SOURCE_REPLY_TOO_LARGE' })
  expect((await http.send(GET)).body).toHaveLength(1_000_003)
})

test('a packing that is damaged is no reply', async () => {
  const damaged: RequestListener = (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('no gzip')
  const { http } = await venue(damaged)
  await expect(http.send(GET, { tries: 1 })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
})

test('a reply that drips is given up', async () => {
  const drip: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(timer))
  }
  const silent: RequestListener = () => undefined
  const { http } = await venue(inTurn(drip, silent))
  await expect(http.send(GET, { tries: 1, timeoutMillis: 200 })).rejects.toMatchObject({ code: 'SOURCE_SLOW' })
  await expect(http.send(GET, { tries: 1, timeoutMillis: 200 })).rejects.toMatchObject({ code: 'SOURCE_SLOW' })
})

test('whoever no longer wants a reply is let go', async () => {
  const leaving = new AbortController()
  const { http } = await venue(() => leaving.abort())
  await expect(http.send(GET, { signal: leaving.signal })).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
  await expect(http.send(GET, { signal: leaving.signal })).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
})

test('closing lets go of what is on its way', async () => {
  let arrived = () => {}
  const asked = new Promise<void>(resolve => {
    arrived = resolve
  })
  const { http } = await venue(() => arrived())
  const reply = http.send(GET)
  reply.catch(() => undefined)
  await asked
  await http.close()
  await expect(reply).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
})

test('the limits of a host hold for all who ask', async () => {
  const answer = inTurn(json('{}'))
  const { http } = await venue(answer, { rates: { [HOST]: { limits: [{ weight: 2, windowMillis: 300 }] } } })
  const started = performance.now()
  await Promise.all(Array.from({ length: 5 }, () => http.send(GET)))
  // Two at once, two after 300 ms, one after 600 ms.
  expect(performance.now() - started).toBeGreaterThan(590)
})
