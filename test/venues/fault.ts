// What can go wrong between a venue and us, by name.
import type { CertificateFlaw } from './authority.ts'

/** Done to single messages by any venue (venue-line.ts). Lossy ones are a venue's own bugs: TCP itself loses nothing. */
export const FRAME_FAULTS = ['drop', 'duplicate', 'reorder', 'fragmented', 'split-utf8', 'huge-frame', 'garbage'] as const

/** Done to bytes on their way, below any protocol (chaos-proxy.ts). */
export const WIRE_FAULTS = ['cut', 'reset', 'reset-mid-frame', 'half-open', 'stall', 'delay', 'trickle'] as const

/** Done to the next HTTP request or WebSocket handshake of any venue (venue-server.ts). */
export const HTTP_FAULTS = [
  'http-401',
  'http-403',
  'http-418',
  'http-429',
  'http-429-retry-after',
  'http-503',
  'http-html',
  'http-empty',
  'http-null',
  'http-empty-array',
  'http-redirect',
  'slow-body',
] as const

/** What only the venue's own simulator knows how to do. */
export const PROTOCOL_FAULTS = [
  'gap',
  'bad-checksum',
  'stale-snapshot',
  'crossed-book',
  'ping-silence',
  'token-expired',
  'token-rotated',
  'refresh-lost',
  'dot-value',
  'null-value',
  'empty-array',
  'unknown-type',
  'new-enum',
  'clock-skew',
  'zone-shift',
  'shutdown-notice',
] as const

export type FrameFault = (typeof FRAME_FAULTS)[number]
export type WireFault = (typeof WIRE_FAULTS)[number]
export type HttpFault = (typeof HTTP_FAULTS)[number]
export type ProtocolFault = (typeof PROTOCOL_FAULTS)[number]
export type FaultKind = FrameFault | WireFault | HttpFault | ProtocolFault | 'certificate'

export const FAULT_KINDS: readonly FaultKind[] = [
  ...FRAME_FAULTS,
  ...WIRE_FAULTS,
  ...HTTP_FAULTS,
  ...PROTOCOL_FAULTS,
  'certificate',
]

export interface Fault {
  readonly kind: FaultKind
  /** Messages, requests or levels it hits; 1 when not given. */
  readonly count?: number
  /** How long it lasts or how far a clock is off, in the venue's milliseconds. May be negative for clocks. */
  readonly millis?: number
  /** With kind certificate. */
  readonly flaw?: CertificateFlaw
  /** A number for choices within the fault: which level, which byte. */
  readonly seed?: number
}

const among = <Kind extends string>(kinds: readonly Kind[], kind: string): kind is Kind =>
  (kinds as readonly string[]).includes(kind)

export const isFrameFault = (kind: FaultKind): kind is FrameFault => among(FRAME_FAULTS, kind)
export const isWireFault = (kind: FaultKind): kind is WireFault => among(WIRE_FAULTS, kind)
export const isHttpFault = (kind: FaultKind): kind is HttpFault => among(HTTP_FAULTS, kind)
