// The HttpClient of production: undici pools through the network's door.
import type { Clock } from './clock.ts'
import type { Network } from './network.ts'
import type { RateRule } from './rate-governor.ts'

export interface PooledHttpOptions {
  readonly network: Network
  readonly clock: Clock
  /** Rate limits by host, from the sources' descriptors. A host without one is asked at most ten times a second. */
  readonly rates?: Readonly<Record<string, RateRule>>
  /** Connections to one host at once; 4 when not given. */
  readonly connections?: number
}
