// HTTPS as sources need it: pooled, governed per host, retried with jitter, behind a breaker, and never surprised by a page.
import type { HttpReply, HttpRequest } from './conversation.ts'

export interface HttpClient {
  /**
   * The reply with its whole body as text. Waits for the host's rate limit. Retries what may pass (lost connections, 429
   * after its Retry-After, 5xx) within the budget. Throws SourceError: EGRESS_REFUSED, SOURCE_UNREACHABLE, SOURCE_TLS,
   * SOURCE_RATE_LIMITED, SOURCE_BANNED (418, until the stated time), SOURCE_REDIRECTED, SOURCE_NOT_JSON (a page with 200),
   * SOURCE_REPLY_TOO_LARGE, SOURCE_SLOW, LINK_CANCELLED. Other statuses of 4xx are returned: they are answers. Expects JSON
   * unless told otherwise.
   */
  send(request: HttpRequest, options?: HttpOptions): Promise<HttpReply>
  /** The same with the body as bytes, whatever they are: archives, compressed files. Throws SOURCE_PAGE for a web page. */
  bytes(request: HttpRequest, options?: HttpOptions): Promise<HttpBytes>
  close(): Promise<void>
}

export interface HttpOptions {
  readonly signal?: AbortSignal
  /** What the body must be: its content type and first bytes are checked before anybody reads it. */
  readonly expect?: 'json' | 'text' | 'bytes'
  readonly timeoutMillis?: number
  readonly maxBytes?: number
  /** Tries in all, the first included; 3 for GET and 1 for POST when not given. */
  readonly tries?: number
}

export interface HttpBytes {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}
