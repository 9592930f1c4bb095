// TLS with a 4-byte big-endian length before each message, as cTrader speaks it.
import type { OpenLink } from './link.ts'
import type { Address, Network } from './network.ts'

export interface FramedTarget extends Address {
  /** Until TLS stands; 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Largest message taken or sent; 15,000,000 when not given. */
  readonly maxBytes?: number
}

/** Frames are bytes without their length. */
export function framedLink(_network: Network, target: FramedTarget): OpenLink {
  throw new Error(`${target.host}: the link is being written`)
}
