// A refusal by access: a stable code, what happened, what to do about it, and the status it has on the wire.

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 423 | 429
  readonly message: string
  readonly fix: string
  readonly retryAfterSeconds?: number
}

/** Said to whoever asked: neither message nor fix may tell more than they are allowed to know. */
export class AccessError extends Error {
  readonly code: string
  readonly fix: string
  readonly status: Refusal['status']
  readonly retryAfterSeconds: number | undefined

  constructor(code: string, { status, message, fix, retryAfterSeconds }: Refusal) {
    super(message)
    this.name = 'AccessError'
    this.code = code
    this.fix = fix
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}
