// One host's rate limits: who may send when, what the server says it has counted, and when a ban ends.

/** Weight allowed in any window of this length. */
export interface RateLimit {
  readonly weight: number
  readonly windowMillis: number
  /** The reply's header, lower case, with the weight that the host has counted in this window: 'x-mbx-used-weight-1m'. */
  readonly usedHeader?: string
}

/** A host's limits as its venue documents them; all of them bind. */
export interface RateRule {
  readonly limits: readonly RateLimit[]
  /** The share of each limit kept for what is urgent, 0 to 1; 0.2 leaves a fifth for cancels. */
  readonly reserved?: number
}
