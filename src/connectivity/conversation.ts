// What is said over one connection to a source: the venue's protocol as a synchronous machine without clock or socket.
import type { FeedEvent } from '../domain/event.ts'
import type { Micros } from '../domain/numbers.ts'
import type { IntegrityFaultKind, LinkState } from '../domain/source.ts'
import type { SourceError } from './source-error.ts'

/** Text protocols speak strings, binary ones bytes. */
export type Frame = string | Uint8Array

/**
 * One connection's talk with a venue. The same machine decodes a living connection (LiveFeed), a captured session
 * (`data import capture`) and a fuzzed one; so it never waits, never reads a clock and never throws: what cannot be read
 * is a fault. A new one is made for each connection.
 */
export interface Conversation {
  /** The connection stands: authenticate, subscribe. */
  open(now: Micros, out: Reactions): void
  receive(frame: Frame, now: Micros, out: Reactions): void
  /** In a captured session: what was sent then, such as the depth that was subscribed. Nothing is sent now. */
  overhear?(frame: Frame, now: Micros): void
  /** The reply to a request made through `out.request`. A refusal that will not change ends in `out.refuse`. */
  answer?(tag: string, reply: HttpReply, now: Micros, out: Reactions): void
  /** Called about every 100 ms of a living connection: the place for pings and deadlines. */
  tick?(now: Micros, out: Reactions): void
}

/** What a conversation may cause. */
export interface Reactions {
  fact(event: FeedEvent): void
  /** An empty `instrumentId` means all that this connection delivers. A fact is delivered only while live. */
  link(state: LinkState, instrumentId: string, reason: string): void
  fault(fault: IntegrityFaultKind, instrumentId: string, detail: string): void
  /** The book was held against the venue's own figure of it. */
  compared(instrumentId: string, equal: boolean): void
  /** Microseconds; NaN where unknown. */
  measure(roundTripMicros: number, clockOffsetMicros: number): void
  send(frame: Frame): void
  request(tag: string, request: HttpRequest): void
  /** End this connection and open another: at once where it was announced, else after a pause. */
  reconnect(when: 'now' | 'later', reason: string): void
  /** Hopeless until a person acts: a wrong key, a forbidden account. */
  refuse(error: SourceError): void
  /** A message of a type that nobody here knows. It is counted, never fatal. */
  unknown(what: string): void
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** 'https://api.kraken.com/0/public/AssetPairs?pair=XBTUSD' */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** What it costs at the host's rate limit; 1 when not given. */
  readonly weight?: number
}

export interface HttpReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
