// What a source is to the rest of Quadrant: one descriptor, registered with one line in apps/sources.ts.

import type { FeedEvent, LiveEvent } from '../domain/event.ts'
import type { AssetClass, Instrument } from '../domain/instrument.ts'
import type { InstrumentMeta } from '../domain/instrument-meta.ts'
import type { Micros } from '../domain/numbers.ts'
import type { Clock } from './clock.ts'
import type { Conversation, HttpRequest } from './conversation.ts'
import type { FrameTap } from './frame-line.ts'
import type { HttpClient } from './http-client.ts'
import type { Lease } from './lease.ts'
import type { Network } from './network.ts'
import type { RateRule } from './rate-governor.ts'

/** Which of a venue's worlds: `practice` has no money in it. A source without a practice world has the same hosts in both. */
export type Environment = 'live' | 'practice'

/**
 * How far a source has been proven. L0 parses recorded payloads · L1 passes the conformance suite against a simulated venue ·
 * L2 verified by its owner against the real service · L3 a week of live running.
 */
export type SourceLevelProven = 'L0' | 'L1' | 'L2' | 'L3'

export type Gives = 'quotes' | 'trades' | 'books' | 'bars' | 'history' | 'series' | 'vintages' | 'instruments' | 'calendar'

/** A key, a token, an account number: read from the environment variable or the encrypted store, never from argv. */
export interface Need {
  /** QUADRANT_OANDA_TOKEN */
  readonly variable: string
  readonly what: string
  readonly secret: boolean
  readonly optional?: boolean
  /** The form a real one has (venues.md §7), as a warning where it differs. */
  readonly pattern?: RegExp
}

/** What is wanted of one instrument. Facts arrive under `instrument.id`, in its decimals. */
export interface Subscription {
  readonly instrument: Instrument
  /** As the venue spells it: 'BTC/USD', 'EUR_USD'. */
  readonly symbol: string
  readonly wants: readonly ('quote' | 'trade' | 'book')[]
}

/** Everything a source may use of the outside. */
export interface SourceParts {
  readonly network: Network
  readonly http: HttpClient
  readonly clock: Clock
  readonly environment: Environment
  /** By `Need.variable`. */
  readonly credentials: Readonly<Record<string, string>>
  /** Sees every raw frame, for the recorder. */
  readonly tap?: FrameTap
  /** A folder of its own for what must outlive the process: rotated tokens. */
  readonly stateFolder: string
  /** Tells a person what the stream itself does not show yet: tokens that cannot be renewed. Without secrets. */
  readonly alarm?: (message: string) => void
  /** What a stream tells of its instruments while it runs; an account type that it cannot judge is `unknown`. */
  readonly onInstruments?: (metas: readonly InstrumentMeta[]) => void
  /** Who of several processes may renew what only one may renew; files in the state folder when not given. */
  readonly lease?: Lease
  /** Settings of the configuration, by the source's own names. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A living stream. Ends, and closes its connection, when the iteration is left. Never throws for what may pass. */
export interface LiveSource {
  batches(): AsyncIterable<readonly LiveEvent[]>
}

export interface HistoryRequest {
  readonly instrument: Instrument
  readonly symbol: string
  readonly kind: 'quote' | 'trade' | 'bar'
  /** With kind bar, microseconds. */
  readonly barMicros?: number
  readonly from: Micros
  readonly to: Micros
}

export interface SeriesRequest {
  readonly series: string
  readonly from: Micros
  readonly to: Micros
}

/** One piece of a download: fetched whole or not at all, so that a broken download resumes at the next one. */
export interface Piece {
  /** Unique within the request, and a file name: '2026-07-01T10'. */
  readonly key: string
  readonly from: Micros
  readonly to: Micros
  readonly request: HttpRequest
  /** A text beside it that begins with the SHA-256 of its body, hexadecimal: nothing is kept that differs. */
  readonly checksum?: HttpRequest
}

/** What one piece's reply says. Throws SourceError where it is not what the venue documents: nothing half-read is kept. */
export interface Downloader<Request> {
  /** Status 404 means that the venue has nothing of that time. Where it is not said, it is an error. */
  readonly absent?: 'empty'
  pieces(request: Request): readonly Piece[]
  /** `bytes` is the body as it came. */
  read(request: Request, piece: Piece, bytes: Uint8Array, receivedTime: Micros): readonly FeedEvent[]
  /**
   * For a source that gives its history over a connection of its own: the piece's bytes as they came. Of the piece's HTTP
   * request only the address counts then; it says where the bytes are from. Throws SourceError.
   */
  fetch?(request: Request, piece: Piece, signal?: AbortSignal): Promise<Uint8Array>
  /** Ends that connection. */
  close?(): void
}

/** Decodes captured sessions: the same conversations, without a network. */
export interface CaptureReader {
  /** A conversation for one captured connection; undefined when the address is not of this source. */
  conversation(url: string, resolve: (symbol: string) => Instrument): Conversation | undefined
  /**
   * The tag under which a captured HTTP reply belongs to a conversation (`answer`), such as a depth snapshot; undefined for
   * replies that none waits for. */
  tagOf?(url: string): string | undefined
  /** Instruments that a captured HTTP reply describes (AssetPairs, exchangeInfo, products). */
  instruments?(url: string, body: string): readonly InstrumentMeta[]
}

/** An account that somebody has allowed us to read. */
export interface ConsentedAccount {
  readonly id: string
  /** Not given where the source does not say. */
  readonly environment?: Environment
  /** Broker and login, for people. */
  readonly title: string
}

/** How a source is opened that takes no key by hand: a person says yes in a browser, and a code comes back. */
export interface Consent {
  /** Those of the source's needs without which it cannot begin, by variable. */
  readonly needs: readonly string[]
  /** The variable of the account, which is known only afterwards. */
  readonly account: string
  /** Where a person says yes; the browser is then sent to `redirectUri` with a code, and with `state` where the source repeats it. */
  address(parts: SourceParts, asked: { readonly redirectUri: string; readonly state: string }): string
  /** Trades the code for tokens and keeps them, over those of before. Throws SourceError CONSENT_REFUSED. */
  adopt(parts: SourceParts, given: { readonly redirectUri: string; readonly code: string }): Promise<void>
  /** What the tokens open. */
  accounts(parts: SourceParts): Promise<readonly ConsentedAccount[]>
}

export interface SourceDescriptor {
  readonly name: string
  readonly title: string
  readonly assetClasses: readonly AssetClass[]
  readonly gives: readonly Gives[]
  readonly needs: readonly Need[]
  readonly hosts: Readonly<Record<Environment, readonly string[]>>
  /** Rate limits of its hosts' HTTP, by host name. */
  readonly rates?: Readonly<Record<string, RateRule>>
  readonly level: SourceLevelProven
  /** What may be done with the data, in a sentence. */
  readonly licence: string
  /** Live facts that the venue may send without a time: their event time is that of their arrival. */
  readonly unstamped?: readonly ('quote' | 'trade')[]
  /** Typical spelling of an instrument here: 'BTC/USD'. */
  readonly symbolExample: string
  readonly live?: (parts: SourceParts, subscriptions: readonly Subscription[]) => LiveSource
  readonly instruments?: (parts: SourceParts) => Promise<readonly InstrumentMeta[]>
  readonly history?: (parts: SourceParts) => Downloader<HistoryRequest>
  readonly series?: (parts: SourceParts) => Downloader<SeriesRequest>
  readonly capture?: CaptureReader
  readonly consent?: Consent
  /** Whose accounts the key opens, and of which world each is. Throws SourceError SOURCE_REFUSED where the key is none. */
  readonly accounts?: (parts: SourceParts) => Promise<readonly ConsentedAccount[]>
}
