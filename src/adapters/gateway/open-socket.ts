// One open WebSocket: what its owner asks of the hub, and how much may be sent before the other side has taken it.

import { Compile } from 'typebox/compile'
import type { WebSocket } from 'ws'
import type { Identity } from '../../access/principal.ts'
import { RESEARCH } from '../../wire/research.ts'
import { ClientMessage, type ServerMessage, TOPICS, type Topic } from '../../wire/topics.ts'
import type { Hub, Outlet, Reader } from './hub.ts'
import { faultOfJson } from './json-body.ts'
import type { GatewayMeter } from './meter.ts'
import type { GatewayLimits } from './options.ts'

/** Why the server closes a socket, with the code the other side gets (RFC 6455 §7.4; 4000 and up are ours). */
export const CLOSES = {
  /** It does not take what it is sent. It may come back and go on where it was. */
  slow: 1013,
  /** No answer to a ping. */
  dead: 1001,
  /** The session, the token or the user is let in no more. */
  ended: 4401,
  /** The access token ended and was not renewed. */
  expired: 4401,
  misbehaved: 1008,
  closing: 1001,
} as const
export type CloseReason = keyof typeof CLOSES

export interface OpenSocketParts {
  readonly socket: WebSocket
  readonly who: Identity
  readonly hub: Hub
  readonly limits: GatewayLimits
  readonly meter: GatewayMeter
  /** Milliseconds since 1970: what times of tokens are in. Patience is measured by a clock that nobody sets. */
  readonly now: () => number
  /** A topic was asked for without the right to it. */
  readonly refused: (topic: Topic) => void
  readonly closed: () => void
}

/**
 * So many bytes may be under way: sent, and not yet behind a ping that was answered. Beyond the first, tables wait; beyond the
 * second, logs too. What waits is not kept anywhere: it is made anew, of the newest rows, when there is room. So a slow
 * reader gets fewer frames but never old ones, and costs no memory.
 */
const TABLES_UNDER_WAY_MAX = 128 * 1024
const LOGS_UNDER_WAY_MAX = 512 * 1024
/** A ping follows what was sent after so many bytes, or so long. */
const PING_BYTES = 64 * 1024
const PING_AFTER_MILLIS = 1_000
/** The other side is told why before the line is cut. */
const FAREWELL_MILLIS = 250

const message = Compile(ClientMessage)

export class OpenSocket implements Outlet {
  readonly who: Identity
  readonly #parts: OpenSocketParts
  readonly #socket: WebSocket
  readonly #reader: Reader

  /** Bytes ever sent, and how many of them the other side has taken for certain. */
  #sent = 0
  #taken = 0
  /** The ping under way: when it left, and what was sent before it. */
  #ping: { at: number; readonly sent: number; readonly heavy: boolean } | undefined
  #lastPing = 0
  #lastHeard: number
  #buffered = 0
  /** Somebody waited for room. */
  #waiting = false
  #deadline: number
  #why: CloseReason | undefined
  #tokens: number
  #tokensAt: number
  readonly #warned = new Set<Topic>()

  constructor(parts: OpenSocketParts) {
    const { socket, who, hub, limits, now } = parts
    this.#parts = parts
    this.#socket = socket
    this.who = who
    this.#lastHeard = performance.now()
    this.#deadline = who.accessExpires
    this.#tokens = limits.messagesPerSecond * 2
    this.#tokensAt = performance.now()
    this.#reader = hub.attach(this, seenAccounts(who))

    socket.on('message', (data, isBinary) => this.#hear(data as Buffer, isBinary))
    socket.on('ping', data => this.#answerPing(data))
    socket.on('pong', data => this.#acknowledge(data))
    socket.on('error', () => this.#socket.terminate())
    socket.on('close', () => this.#ended())

    this.say({
      type: 'hello',
      epoch: this.#reader.epoch,
      user: who.user,
      time: iso(now()),
      sessionExpires: iso(who.sessionExpires),
    })
  }

  // What the hub sees.

  get room(): 'all' | 'logs' | 'none' {
    const underWay = this.#sent - this.#taken
    if (underWay < TABLES_UNDER_WAY_MAX) return 'all'
    this.#waiting = true
    return underWay < LOGS_UNDER_WAY_MAX ? 'logs' : 'none'
  }

  write(frame: Buffer): void {
    this.#sent += frame.length
    this.#parts.meter.frames(1, frame.length)
    this.#socket.send(frame, TEXT)
  }

  cork(): void {
    // The frames of one moment leave in one record of TLS.
    ;(this.#socket as Wired)._socket?.cork()
  }

  uncork(): void {
    this.#pingIfDue()
    ;(this.#socket as Wired)._socket?.uncork()
  }

  // What the house of sockets does with it.

  say(words: ServerMessage): void {
    this.write(Buffer.from(JSON.stringify(words)))
  }

  /** The access token was renewed; the socket may stay as long. */
  extend(accessExpires: number): void {
    this.#deadline = Math.max(this.#deadline, accessExpires)
  }

  close(why: CloseReason): void {
    if (this.#why !== undefined) return
    this.#why = why
    this.#reader.detach()
    this.#socket.close(CLOSES[why], why)
    setTimeout(() => this.#socket.terminate(), FAREWELL_MILLIS).unref()
  }

  /** To be called a few times a second. */
  look(): void {
    const { limits, now } = this.#parts
    const time = performance.now()
    if (now() >= this.#deadline) {
      this.close('expired')
      return
    }

    if (this.#ping === undefined) {
      if (this.#sent > this.#taken && time - this.#lastPing >= PING_AFTER_MILLIS) this.#sendPing()
      else if (time - this.#lastHeard >= limits.pingMillis) this.#sendPing()
      return
    }

    // As long as the system takes what waits here, the other side is only slow, not stuck.
    const { bufferedAmount } = this.#socket
    const moves = bufferedAmount < this.#buffered
    this.#buffered = bufferedAmount
    const age = time - this.#ping.at
    if (age >= limits.deadMillis - (this.#ping.heavy ? 0 : limits.pingMillis)) this.close('dead')
    else if (this.#ping.heavy && age >= limits.unreadMillis && !moves) this.close('slow')
  }

  #hear(data: Buffer, isBinary: boolean): void {
    this.#lastHeard = performance.now()
    if (this.#why !== undefined) return
    if (isBinary || !this.#mayStillSpeak()) {
      this.close('misbehaved')
      return
    }

    const said = readMessage(data.toString('utf8'))
    if (said === undefined) {
      this.say({
        type: 'error',
        code: 'MESSAGE_INVALID',
        message: 'This is no message that the server knows.',
        fix: 'Send subscribe, unsubscribe or ping in the form that the documentation gives.',
      })
    } else if (said.type === 'ping') this.say({ type: 'pong', time: iso(this.#parts.now()) })
    else if (said.type === 'unsubscribe') this.#reader.unsubscribe(said.topic)
    else this.#subscribe(said)
  }

  #subscribe(wanted: Extract<ClientMessage, { type: 'subscribe' }>): void {
    const { topic } = wanted
    const { right } = TOPICS[topic]
    if (this.who.rights.has(right)) {
      this.#reader.subscribe(wanted)
      return
    }

    // The trail hears it once; who asks a thousand times shall not fill it.
    if (!this.#warned.has(topic)) this.#parts.refused(topic)
    this.#warned.add(topic)
    this.say({
      type: 'error',
      code: 'NOT_ALLOWED',
      message: `The topic ${topic} needs the right ${right}, which your roles do not give.`,
      fix: 'Ask an admin for the role.',
    })
  }

  #mayStillSpeak(): boolean {
    const { limits } = this.#parts
    const time = performance.now()
    const most = limits.messagesPerSecond * 2
    this.#tokens = Math.min(most, this.#tokens + (Math.max(0, time - this.#tokensAt) / 1_000) * limits.messagesPerSecond)
    this.#tokensAt = time
    this.#tokens -= 1
    return this.#tokens >= 0
  }

  #answerPing(data: Buffer): void {
    this.#lastHeard = performance.now()
    if (this.#mayStillSpeak()) this.#socket.pong(data)
    else this.close('misbehaved')
  }

  #pingIfDue(): void {
    if (this.#ping !== undefined) return
    const isMuch = this.#sent - this.#taken >= PING_BYTES
    if (isMuch || performance.now() - this.#lastPing >= PING_AFTER_MILLIS) this.#sendPing()
  }

  #sendPing(): void {
    if (this.#why !== undefined) return
    this.#lastPing = performance.now()
    this.#ping = { at: this.#lastPing, sent: this.#sent, heavy: this.#sent > this.#taken }
    this.#buffered = this.#socket.bufferedAmount
    this.#socket.ping(String(this.#sent))
  }

  /** The pong says how far the other side has read. One that answers no ping of ours says nothing. */
  #acknowledge(data: Buffer): void {
    if (this.#ping === undefined || data.toString() !== String(this.#ping.sent)) return
    this.#lastHeard = performance.now()
    this.#taken = this.#ping.sent
    this.#ping = undefined
    if (this.#sent - this.#taken >= PING_BYTES) this.#sendPing()
    if (!this.#waiting) return
    this.#waiting = false
    this.#reader.drained()
  }

  #ended(): void {
    this.#reader.detach()
    this.#parts.meter.socketClosed(this.#why ?? 'client')
    this.#parts.closed()
  }
}

/** Not in the types of ws, which offers no way to hold frames back for a moment. */
interface Wired extends WebSocket {
  readonly _socket?: { cork(): void; uncork(): void }
}

const TEXT = { binary: false, compress: false } as const

const iso = (millis: number): string => new Date(millis).toISOString()

const seenAccounts = ({ roles, accounts }: Identity): ReadonlySet<string> | undefined =>
  roles.includes('admin') || accounts.includes('*') ? undefined : new Set([...accounts, RESEARCH])

function readMessage(text: string): ClientMessage | undefined {
  if (faultOfJson(text) !== undefined) return undefined
  try {
    const said: unknown = JSON.parse(text)
    return message.Check(said) ? said : undefined
  } catch {
    return undefined
  }
}
