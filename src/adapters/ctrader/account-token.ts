// The access token as a conversation sees it: what it is now, and a way to say that the venue refused it.
import type { SourceError } from '../../connectivity/source-error.ts'
import type { TokenKeeper } from '../../connectivity/token-keeper.ts'

export interface AccountToken {
  /** Empty while there is none. */
  readonly latest: string
  /** Why there will be no other without a person. */
  readonly lost: SourceError | undefined
  /** Asks for a younger one; `latest` changes when it is there. */
  refused(access: string): void
}

export class KeptToken implements AccountToken {
  readonly #keeper: TokenKeeper
  #lost: SourceError | undefined
  #asking = false

  constructor(keeper: TokenKeeper) {
    this.#keeper = keeper
  }

  get latest(): string {
    return this.#keeper.latest
  }

  get lost(): SourceError | undefined {
    return this.#lost
  }

  refused(access: string): void {
    if (this.#asking) return
    this.#asking = true
    this.#keeper
      .renewed(access)
      .catch((error: SourceError) => {
        if (error.passing !== true) this.#lost = error
      })
      .finally(() => {
        this.#asking = false
      })
  }
}
