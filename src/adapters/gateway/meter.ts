// What the gateway counts about itself. Whoever keeps the metrics provides it; without one nothing is counted.

export interface GatewayMeter {
  /** One request that was answered. `route` is the pattern ('/api/v1/orders/:run/:order'), never what was sent. */
  request(method: string, route: string, status: number, seconds: number): void
  socketOpened(): void
  /** `reason` is one of a few: 'client', 'slow', 'ended', 'expired', 'misbehaved', 'dead', 'closing'. */
  socketClosed(reason: string): void
  /** Frames written to sockets, and their bytes together. */
  frames(count: number, bytes: number): void
  /** A request or an upgrade that was turned away before a handler saw it, by its code. */
  refused(code: string): void
}

export const NO_METER: GatewayMeter = {
  request: () => {},
  socketOpened: () => {},
  socketClosed: () => {},
  frames: () => {},
  refused: () => {},
}
