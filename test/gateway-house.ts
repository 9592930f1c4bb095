// A gateway for tests: real TLS on a free port, people and rows in memory, and a client that speaks as a browser or a program does.
import { randomBytes } from 'node:crypto'
import { type Agent, request as httpsRequest } from 'node:https'
import WebSocket from 'ws'
import { Access, type AccessOptions } from '../src/access/access.ts'
import type { AuditEntry, AuditRecord } from '../src/access/audit-entry.ts'
import type { AuditReader } from '../src/adapters/gateway/audit-reader.ts'
import { Gateway } from '../src/adapters/gateway/gateway.ts'
import type { Handlers } from '../src/adapters/gateway/handlers.ts'
import { Hub, type HubOptions } from '../src/adapters/gateway/hub.ts'
import type { GatewayOptions, HouseRouteName } from '../src/adapters/gateway/options.ts'
import { ROUTE_NAMES, routeOf } from '../src/wire/contract.ts'
import type { Role } from '../src/wire/route.ts'
import { exampleOf } from './example-of.ts'
import { MemoryPeople } from './memory-people.ts'
import { Authority } from './venues/authority.ts'

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire is looked at field by field
export type Said = any

export const PASSWORD = 'correct horse battery staple'

export interface HouseOptions {
  readonly gateway?: Partial<GatewayOptions>
  readonly access?: Partial<AccessOptions>
  readonly hub?: HubOptions
  /** Answers of some routes; every other gives the smallest reply of its form. */
  readonly handlers?: Partial<Handlers<HouseRouteName>>
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** Undefined where the text is no JSON. */
  readonly json: Said
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is a text. */
  readonly body?: unknown
  readonly agent?: Agent
  readonly cert?: string
  readonly key?: string
}

/** One signed-in browser: its cookies and the csrf it was told. */
export interface BrowserSession {
  cookie: string
  csrf: string
}

export class GatewayHouse {
  readonly gateway: Gateway
  readonly access: Access
  readonly hub: Hub
  readonly authority: Authority
  readonly people: MemoryPeople
  readonly audit: AuditEntry[]
  readonly clock: { millis: number }

  private constructor(parts: Pick<GatewayHouse, 'gateway' | 'access' | 'hub' | 'authority' | 'people' | 'audit' | 'clock'>) {
    this.gateway = parts.gateway
    this.access = parts.access
    this.hub = parts.hub
    this.authority = parts.authority
    this.people = parts.people
    this.audit = parts.audit
    this.clock = parts.clock
  }

  static async open(options: HouseOptions = {}): Promise<GatewayHouse> {
    const authority = await Authority.create()
    const certificate = await authority.issue(['localhost', '127.0.0.1'])
    const clock = { millis: Date.parse('2026-11-21T09:00:00Z') }
    const now = () => clock.millis
    const audit: AuditEntry[] = []
    const people = new MemoryPeople()
    const access = new Access({
      people,
      pepper: randomBytes(32),
      seal: text => Buffer.from(text).toString('base64'),
      open: sealed => Buffer.from(sealed, 'base64').toString(),
      now,
      passwordCost: { memoryKibibytes: 64, passes: 1, lanes: 1 },
      on: entry => void audit.push(entry),
      ...options.access,
    })
    const hub = new Hub(options.hub)
    const gateway = await Gateway.start({
      host: '127.0.0.1',
      port: 0,
      certificate,
      version: '0.1.0',
      access,
      audit: async entry => void audit.push(entry),
      auditReader: readerOf(audit),
      handlers: { ...exampleHandlers(), ...options.handlers },
      hub,
      now,
      ...options.gateway,
    })
    return new GatewayHouse({ gateway, access, hub, authority, people, audit, clock })
  }

  async addUser(name: string, roles: readonly Role[], accounts: readonly string[] = ['*']): Promise<void> {
    const user = { name, password: PASSWORD, roles: [...roles], accounts: [...accounts] }
    await this.access.addUser(user, { actor: 'system', session: '' }, { address: '', device: '', correlationId: '' })
  }

  async signIn(name: string): Promise<BrowserSession> {
    const { status, headers, json, text } = await this.ask('/api/v1/session', {
      method: 'POST',
      body: { name, password: PASSWORD },
    })
    if (status !== 201) throw new Error(`sign-in of ${name}: ${status} ${text}`)
    return { cookie: cookiesOf(headers), csrf: json.csrf }
  }

  async apiToken(name: string, scopes: readonly Role[]): Promise<string> {
    const { cookie, csrf } = await this.signIn(name)
    const asked = { method: 'POST', headers: this.browser({ cookie, csrf }), body: { name: 'test', scopes, days: 30 } }
    const { json, status, text } = await this.ask('/api/v1/tokens', asked)
    if (status !== 201) throw new Error(`token of ${name}: ${status} ${text}`)
    return json.token
  }

  /** What our own page sends with every request. */
  browser({ cookie, csrf }: BrowserSession): Record<string, string> {
    return { cookie, 'x-csrf': csrf, origin: this.gateway.url, 'sec-fetch-site': 'same-origin' }
  }

  ask(path: string, { method = 'GET', headers = {}, body, agent, cert, key }: Asked = {}): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port: this.gateway.port,
          path,
          method,
          ca: this.authority.pem,
          servername: 'localhost',
          agent: agent ?? false,
          ...(cert === undefined ? {} : { cert, key }),
          headers: {
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
            ...headers,
          },
        },
        response => {
          const chunks: Buffer[] = []
          response.on('data', chunk => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const received = Buffer.concat(chunks).toString()
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: received, json: parsed(received) })
          })
        },
      )
      request.on('error', reject)
      request.end(text)
    })
  }

  async ticket(session: BrowserSession): Promise<string> {
    const { json } = await this.ask('/api/v1/ws-ticket', { method: 'POST', headers: this.browser(session) })
    return json.ticket
  }

  /** A WebSocket as a browser opens it, or as a program does. Rejects with the status where it is refused. */
  async socket(by: BrowserSession | { readonly token: string }, options: WebSocket.ClientOptions = {}): Promise<TestSocket> {
    const { headers, ...rest } = options
    const url = `wss://127.0.0.1:${this.gateway.port}/ws`
    const common = { ca: this.authority.pem, perMessageDeflate: false, ...rest }
    if ('token' in by)
      return TestSocket.open(new WebSocket(url, { ...common, headers: { authorization: `Bearer ${by.token}`, ...headers } }))
    const protocols = ['quadrant.v1', `ticket.${await this.ticket(by)}`]
    return TestSocket.open(
      new WebSocket(url, protocols, { ...common, headers: { cookie: by.cookie, origin: this.gateway.url, ...headers } }),
    )
  }

  /** Waits until the server holds no more. */
  async socketsAtMost(count: number): Promise<void> {
    while (this.gateway.sockets > count) await new Promise(resolve => setTimeout(resolve, 10))
  }

  async close(): Promise<void> {
    await this.gateway.close()
    this.hub.close()
    await this.access.close()
  }
}

/** A socket that remembers what it heard, and can be waited for. */
export class TestSocket {
  readonly socket: WebSocket
  readonly heard: Said[] = []
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  #wake: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise(resolve => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })))
    socket.on('message', data => {
      this.heard.push(JSON.parse(data.toString()))
      for (const wake of this.#wake.splice(0)) wake()
    })
    socket.on('error', () => {})
  }

  static open(socket: WebSocket): Promise<TestSocket> {
    const test = new TestSocket(socket)
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(test))
      socket.once('unexpected-response', (request, response) => {
        reject(new Error(`refused with ${response.statusCode}`))
        request.destroy()
      })
      socket.once('error', reject)
    })
  }

  say(words: unknown): void {
    this.socket.send(typeof words === 'string' || Buffer.isBuffer(words) ? words : JSON.stringify(words))
  }

  /** The first message that fits, from those heard already on. */
  async until(fits: (message: Said) => boolean): Promise<Said> {
    for (;;) {
      const found = this.heard.find(fits)
      if (found !== undefined) return found
      await new Promise<void>(resolve => this.#wake.push(resolve))
    }
  }
}

/** The smallest reply of each route's form. */
export function exampleHandlers(): Handlers<HouseRouteName> {
  const handlers = ROUTE_NAMES.map(name => [name, () => exampleOf(routeOf(name).reply)])
  return Object.fromEntries(handlers) as Handlers<HouseRouteName>
}

export const cookiesOf = (headers: Answered['headers']): string =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map(line => line.split(';')[0])
    .join('; ')

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readerOf = (audit: readonly AuditEntry[]): AuditReader => ({
  find: async ({ actor, action, limit, offset }) => {
    const records = audit.map(
      (entry, i): AuditRecord => ({
        ...entry,
        sequence: i + 1,
        time: '2026-11-21T09:00:00.000000Z',
        previousHash: '',
        hash: '',
      }),
    )
    const found = records
      .reverse()
      .filter(record => (actor ?? record.actor) === record.actor && (action ?? record.action) === record.action)
    return { items: found.slice(offset, offset + limit), total: found.length }
  },
  verify: async () => ({ whole: true, records: audit.length, heads: 0, head: null, faults: [] }),
  export: async () => audit.map(entry => `${JSON.stringify(entry)}\n`).join(''),
})
