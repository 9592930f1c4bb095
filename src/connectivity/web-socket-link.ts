// WebSocket connections through the network's door: verified TLS, no redirects, bounded in both directions.
import type { OpenLink } from './link.ts'
import type { Network } from './network.ts'

export interface WebSocketTarget {
  /** 'wss://ws.kraken.com/v2' */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly subprotocol?: string
  /** 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Largest message taken; 16 MiB when not given. */
  readonly maxBytes?: number
}

export function webSocketLink(_network: Network, target: WebSocketTarget): OpenLink {
  throw new Error(`${target.url}: the link is being written`)
}
