// What the gateway counts, for the metrics, and what of it the house's own health looks at: open pages, and those that do not read.
import type { GatewayMeter } from '../../adapters/gateway/meter.ts'

const MINUTE_MILLIS = 60_000

export class HouseMeter implements GatewayMeter {
  readonly #meter: GatewayMeter
  readonly #now: () => number
  #slow: number[] = []
  sockets = 0

  constructor(meter: GatewayMeter, now: () => number) {
    this.#meter = meter
    this.#now = now
  }

  /** Sockets closed within the last minute because they did not read. */
  get slowCloses(): number {
    const since = this.#now() - MINUTE_MILLIS
    this.#slow = this.#slow.filter(time => time > since)
    return this.#slow.length
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.#meter.request(method, route, status, seconds)
  }

  socketOpened(): void {
    this.sockets += 1
    this.#meter.socketOpened()
  }

  socketClosed(reason: string): void {
    this.sockets -= 1
    if (reason === 'slow') this.#slow.push(this.#now())
    this.#meter.socketClosed(reason)
  }

  frames(count: number, bytes: number): void {
    this.#meter.frames(count, bytes)
  }

  refused(code: string): void {
    this.#meter.refused(code)
  }
}
