// What a source could not do, said the way every error of Quadrant is: what, why, the fix, a stable code.

/** The fields of apps/failure.ts's Failure, so that apps can show it to a person as it is. */
export interface SourceErrorText {
  readonly message: string
  readonly fix: string
  /** Worth trying again without a person: a lost connection is, a wrong key is not. */
  readonly passing?: boolean
  /** How long the source said to stay away. */
  readonly retryAfterMillis?: number
}

export class SourceError extends Error {
  readonly code: string
  readonly fix: string
  readonly passing: boolean
  readonly retryAfterMillis?: number

  constructor(code: string, { message, fix, passing = false, retryAfterMillis }: SourceErrorText) {
    super(message)
    this.name = 'SourceError'
    this.code = code
    this.fix = fix
    this.passing = passing
    if (retryAfterMillis !== undefined) this.retryAfterMillis = retryAfterMillis
  }
}
