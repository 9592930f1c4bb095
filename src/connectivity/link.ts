// One open connection as a conversation sees it: whole frames in, whole frames out, and one word when it is over.
import type { Frame } from './conversation.ts'
import type { SourceError } from './source-error.ts'

export interface Link {
  /**
   * Hands a frame to the socket and returns at once; never throws. More than the link may hold unsent ends it
   * (`closed` with LINK_OVERFLOW): a venue that does not read is not alive.
   */
  send(frame: Frame): void
  /** Ends it without a word to `closed`. May be called twice. */
  close(): void
  /** Asks the other end for a sign of life below the protocol, where there is such a thing; answered by `pong`. */
  ping?(): void
}

/** What a link says. Nothing is said after `closed`, nor after `Link.close`. */
export interface LinkEvents {
  /** One whole message. The first may come before the promise of `OpenLink` is seen to be kept. */
  frame(frame: Frame): void
  /** Said once, when the other end or the network ends it. `error` where there is more to say than that it ended. */
  closed(reason: string, error?: SourceError): void
  pong?(roundTripMicros: number): void
}

/**
 * Opens a connection. Rejects with a SourceError where it cannot: EGRESS_REFUSED, SOURCE_TLS, SOURCE_UNREACHABLE,
 * SOURCE_REFUSED (401, 403), SOURCE_RATE_LIMITED (429), SOURCE_REDIRECTED, SOURCE_SLOW, and LINK_CANCELLED when `signal`
 * fired first. `signal` is for the opening only; afterwards `Link.close` ends it.
 */
export type OpenLink = (events: LinkEvents, signal: AbortSignal) => Promise<Link>
