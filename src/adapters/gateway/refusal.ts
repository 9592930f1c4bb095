// What the server answers instead of what was asked: a status, and the three things every error says.

export interface RefusalText {
  readonly message: string
  readonly fix: string
  /** How long to stay away; sent as Retry-After. */
  readonly retryAfterSeconds?: number
}

/** An error meant for the caller. Handlers may throw it, or any error with `code` and `fix`, whose status its code tells. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly fix: string
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, code: string, { message, fix, retryAfterSeconds }: RefusalText) {
    super(message)
    this.status = status
    this.code = code
    this.fix = fix
    this.retryAfterSeconds = retryAfterSeconds
  }
}

interface Explained {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly status?: unknown
  readonly retryAfterSeconds?: unknown
}

/** True of what any floor throws to be read by people. */
export const isExplained = (error: unknown): error is Error & Explained =>
  error instanceof Error &&
  typeof (error as Partial<Explained>).code === 'string' &&
  typeof (error as Partial<Explained>).fix === 'string'

/** The status of an explained error: its own, or the one that the family of its code has. The first line that fits wins. */
export function statusOf({ code, status }: { readonly code: string; readonly status?: unknown }): number {
  if (typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599) return status
  return FAMILIES.find(([pattern]) => pattern.test(code))?.[1] ?? 422
}

const FAMILIES: readonly (readonly [RegExp, number])[] = [
  [/(?:^|_)NOT_FOUND$|(?:^|_)UNKNOWN(?:_|$)/, 404],
  [/(?:_EXISTS|_TAKEN|_CONFLICT|_RUNNING|_HELD|_CHANGED)$/, 409],
  [/(?:^|_)(?:BUSY|THROTTLED)$/, 429],
  [/^UPSTREAM_|(?:_UNAVAILABLE|_UNREACHABLE|_TIMEOUT|_CLOSED|_LOST)$/, 503],
]

export const notFound = (): Refusal =>
  new Refusal(404, 'NOT_FOUND', {
    message: 'There is nothing under this address.',
    fix: 'See /api/docs for what there is.',
  })
