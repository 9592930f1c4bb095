// An endless HTTP reply as a link: one line of text, one frame.
import type { OpenLink } from './link.ts'
import type { Network } from './network.ts'

export interface HttpStreamTarget {
  /** 'https://stream-fxpractice.oanda.com/v3/accounts/…/pricing/stream?instruments=EUR_USD' */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Until the reply's head is there; 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Longest line taken, in bytes; 1 MiB when not given. */
  readonly maxLineBytes?: number
}

/** Frames are text. Nothing can be sent: `send` does nothing. */
export function httpStreamLink(_network: Network, target: HttpStreamTarget): OpenLink {
  throw new Error(`${target.url}: the link is being written`)
}
