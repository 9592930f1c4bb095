// A browser without a window: talks to a running server with cookies, the CSRF header and a WebSocket, over checked TLS.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import WebSocket from 'ws'
import type { BodyOf, ReplyOf, RouteName } from '../src/wire/contract.ts'
import type { ServerMessage, Topic } from '../src/wire/topics.ts'

export interface Answer<Body = unknown> {
  readonly status: number
  readonly body: Body
  readonly text: string
}

export interface ServerClientOptions {
  /** PEM. */
  readonly authority?: string
  /** A client certificate with its key, PEM. */
  readonly shown?: { readonly cert: string; readonly key: string }
  readonly cookies?: ReadonlyMap<string, string>
}

type Params = Readonly<Record<string, string | number>>

export class ServerClient {
  readonly url: string
  readonly #agent: Agent
  readonly #authority: string
  readonly #cookies: Map<string, string>
  csrf = ''

  /** `home` is the server's: its authority is the one that is believed, unless another is given. */
  constructor(url: string, home: string, { authority, shown, cookies = new Map() }: ServerClientOptions = {}) {
    this.url = url
    this.#authority = authority ?? readFileSync(join(home, 'certificates', 'authority.crt'), 'utf8')
    this.#agent = new Agent({ ca: this.#authority, keepAlive: true, ...shown })
    this.#cookies = new Map(cookies)
  }

  /** The same browser at another server of the same house. */
  at(url: string): ServerClient {
    const client = new ServerClient(url, '', { authority: this.#authority, cookies: this.#cookies })
    client.csrf = this.csrf
    return client
  }

  /** A route by its name in the contract; `params` fill its path, what is left of them is its query. */
  call<Name extends RouteName>(name: Name, params: Params = {}, body?: BodyOf<Name>): Promise<Answer<ReplyOf<Name>>> {
    const [method = '', pattern = ''] = name.split(' ')
    const left = new Map(Object.entries(params))
    const path = pattern.replaceAll(/:([a-z]+)/g, (_, key: string) => {
      const value = left.get(key)
      left.delete(key)
      return encodeURIComponent(String(value))
    })
    const query = new URLSearchParams(Object.fromEntries([...left].map(([key, value]) => [key, String(value)]))).toString()
    return this.#send(method, `/api/v1${path}${query === '' ? '' : `?${query}`}`, body) as Promise<Answer<ReplyOf<Name>>>
  }

  /** Any path of the server. */
  get(path: string): Promise<Answer> {
    return this.#send('GET', path)
  }

  /** Makes the owner account and stays signed in. */
  async setUp(owner: { readonly token: string; readonly name: string; readonly password: string }): Promise<void> {
    const { status, body, text } = await this.call('POST /setup', {}, owner)
    if (status !== 201) throw new Error(`the owner was not made: ${text}`)
    this.csrf = body.csrf
  }

  /** Rows as they come; `until` is asked at each message and ends the waiting. */
  async watch(topic: Topic, until: (rows: readonly Record<string, unknown>[]) => boolean): Promise<void> {
    const { body } = await this.call('POST /ws-ticket')
    const socket = new WebSocket(`${this.url.replace(/^https/, 'wss')}/ws`, ['quadrant.v1', `ticket.${body.ticket}`], {
      ca: this.#authority,
      origin: this.url,
      headers: { cookie: this.#cookieHeader() },
    })
    try {
      await new Promise<void>((resolve, reject) => {
        socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topic })))
        socket.on('message', data => {
          const message = JSON.parse(String(data)) as ServerMessage
          if (message.type === 'error') reject(new Error(message.message))
          if ((message.type === 'snapshot' || message.type === 'delta') && message.topic === topic) {
            if (until(message.rows as readonly Record<string, unknown>[])) resolve()
          }
        })
        socket.on('error', reject)
        socket.on('close', code => reject(new Error(`the socket was closed with ${code}`)))
      })
    } finally {
      socket.close()
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #send(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const changes = method !== 'GET'
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.url}${path}`,
        {
          method,
          agent: this.#agent,
          headers: {
            ...(this.#cookies.size > 0 ? { cookie: this.#cookieHeader() } : {}),
            ...(changes ? { origin: this.url, 'sec-fetch-site': 'same-origin', 'x-csrf': this.csrf } : {}),
            ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          },
        },
        reply => {
          for (const line of reply.headers['set-cookie'] ?? []) {
            const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
            this.#cookies.set(name, value)
          }
          let received = ''
          reply.setEncoding('utf8')
          reply.on('data', chunk => {
            received += chunk
          })
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: parsed(received), text: received }))
        },
      )
      sent.on('error', reject)
      sent.end(text)
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
