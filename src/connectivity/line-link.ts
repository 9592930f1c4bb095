// Lines of UTF-8 over TLS, or over plain TCP on this machine.
import type { OpenLink } from './link.ts'
import type { Address, Network } from './network.ts'

export interface LineTarget extends Address {
  /** Plain TCP; the network allows it for loopback only. TLS when not given. */
  readonly plain?: boolean
  /** Until the connection stands; 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Longest line taken or sent, in bytes without its end; 65,536 when not given. */
  readonly maxLineBytes?: number
}

/** Frames are text without the line's end; a line `\r\n` loses both. */
export function lineLink(_network: Network, target: LineTarget): OpenLink {
  throw new Error(`${target.host}: the link is being written`)
}
