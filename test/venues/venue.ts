// What a simulated venue is to the conformance harness. Everything a simulator has to offer is on this page.
//
// A simulator keeps a true market and speaks the venue's protocol over real sockets (venue-server.ts). It judges its client
// strictly and writes each breach into `violations`; it never helps. What the contract asks of it:
//
//   1. `play(n)` makes n steps of a market: each changes some symbol's book (or quote) and now and then makes a trade, and
//      sends at once what the venue would send to those subscribed. With the same seed the same market. Heartbeats go by
//      the venue's clock, by themselves (`server.every`).
//   2. `truth` is what a perfect client would know now. Texts are as they were sent, byte for byte.
//   3. Each trade has a price and size text pair that no other trade of the symbol has, so that losing, doubling and
//      inventing can be told apart. Some texts have trailing zeros, or many decimals: those are what floats break.
//   4. `apply(fault)` does the faults of the protocol itself and gives all others to `server.arm(fault)`; false means that
//      this protocol cannot have the fault, and then the contract's caller must have said why in `exempt`.
//   5. `heal()` ends all faults: from now on the venue is correct, and what it said before is put right the way the venue
//      itself would (a new snapshot when asked, never unasked).
//   6. Messages about the market go through `line.send`, answers and heartbeats through `line.reply`: only the first are
//      hit by frame faults.
//
// `true-market.ts` is a market for 1 to 3, `judge.ts` counts rates, `chaos-proxy.ts` is put in front by the contract.
import type { Routes } from '../../src/connectivity/network.ts'
import type { Authority } from './authority.ts'
import type { Fault } from './fault.ts'
import type { VenueClock } from './venue-clock.ts'

/** What a simulator is started with. */
export interface VenueOptions {
  readonly authority: Authority
  readonly clock: VenueClock
  readonly seed: number
}

export interface Venue {
  readonly name: string
  /** Names it answers for; the same as in the descriptor it stands in for. */
  readonly hosts: readonly string[]
  /** For `new Network(hosts, routes)`: real names land on loopback. */
  readonly routes: Routes
  readonly truth: VenueTruth
  /** What the strict judge found wrong in the client, in words. */
  readonly violations: readonly string[]
  /** Everything that the client asked of it, counted by what the venue calls it: 'subscribe', 'ping', 'GET /api/v3/depth'. */
  readonly requests: ReadonlyMap<string, number>
  /** Connections opened until now, and open now. */
  readonly connections: { readonly opened: number; readonly open: number }
  play(steps: number): void
  /** False: this protocol cannot have it. */
  apply(fault: Fault): boolean
  heal(): void
  stop(): Promise<void>
  /** Tokens it has given out: they must never be seen in events, errors or recorded frames. */
  secrets?(): readonly string[]
}

/** `[price, size]` as sent. */
export type TextLevel = readonly [price: string, size: string]

export interface TextBook {
  /** Best first, no more than the depth that the client subscribed. */
  readonly bids: readonly TextLevel[]
  readonly asks: readonly TextLevel[]
}

export interface TextTrade {
  readonly price: string
  readonly size: string
  /** UTC microseconds of the venue's clock, as far as the venue's format keeps them. */
  readonly time: number
}

export interface VenueTruth {
  /** The venue's spelling: 'BTC/USD'. */
  readonly symbols: readonly string[]
  /** Undefined for a venue that has no books. */
  book(symbol: string): TextBook | undefined
  /** Best bid and ask as last told to subscribers; undefined where there is no quote. */
  quote(symbol: string): { readonly bid: string; readonly ask: string } | undefined
  /** Every trade made while somebody was subscribed to the symbol's trades, in order. Empty where the venue has none. */
  trades(symbol: string): readonly TextTrade[]
  /** Drops the trades told until now: a million messages should not be remembered. */
  forget(): void
}

export type StartVenue = (options: VenueOptions) => Promise<Venue>
