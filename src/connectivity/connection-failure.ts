// What went wrong below the protocol, in the words of SourceError: certificates, names, sockets, HTTP statuses.
import { SourceError } from './source-error.ts'

/** Node and OpenSSL name what they dislike of a certificate or a handshake in these families. */
const TLS =
  /^(?:CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/

const TIMEOUT = /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/

/** `where` is the host, with its port where that says more: paths and queries carry account numbers and keys. */
export function connectionFailure(error: unknown, where: string): SourceError {
  const inner = innermost(error)
  if (inner instanceof SourceError) return inner
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : ''
  const message = inner instanceof Error ? inner.message : String(inner)

  if (TLS.test(code)) {
    return new SourceError('SOURCE_TLS', {
      message: `${where} did not prove who it is (${code}): ${message}`,
      fix: "nothing was sent; check this machine's clock and certificate authorities, and whether a proxy is in between",
      passing: true,
    })
  }
  if (TIMEOUT.test(code)) return tooSlow(where, 'no answer in time')
  return new SourceError('SOURCE_UNREACHABLE', {
    message: `${where} cannot be reached${code === '' ? '' : ` (${code})`}: ${message}`,
    fix: 'check the connection to the internet and the status page of the source; it is tried again by itself',
    passing: true,
  })
}

export function tooSlow(where: string, what: string): SourceError {
  return new SourceError('SOURCE_SLOW', {
    message: `${where}: ${what}`,
    fix: 'nothing, if it passes: it is tried again by itself; else check the connection to the internet',
    passing: true,
  })
}

export function cancelled(where: string): SourceError {
  return new SourceError('LINK_CANCELLED', {
    message: `the connection to ${where} was given up before it stood`,
    fix: 'nothing: whoever asked for it no longer wants it',
    passing: true,
  })
}

export interface StatusReply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What a status that is no success says. `nowMillis` dates a Retry-After that names an instant. */
export function statusFailure({ status, headers }: StatusReply, where: string, nowMillis: number): SourceError {
  const retry = retryAfterMillis(headers['retry-after'], nowMillis)
  const later = retry === undefined ? {} : { retryAfterMillis: retry }

  if (status === 401 || status === 403) {
    return new SourceError('SOURCE_REFUSED', {
      message: `${where} refused the credentials (HTTP ${status})`,
      fix: 'check that the key is right, of this environment, not expired, and allowed to read market data',
    })
  }
  if (status === 451) {
    return new SourceError('SOURCE_REFUSED', {
      message: `${where} does not serve this country (HTTP 451)`,
      fix: 'use another source for these instruments',
    })
  }
  if (status === 418) {
    return new SourceError('SOURCE_BANNED', {
      message: `${where} has banned this address (HTTP 418)${retry === undefined ? '' : ` for ${Math.ceil(retry / 1000)} s`}`,
      fix: 'nothing is sent there until the ban ends; see that no other program of this address asks the same host',
      passing: true,
      ...later,
    })
  }
  if (status === 429) {
    return new SourceError('SOURCE_RATE_LIMITED', {
      message: `${where} is asked too often (HTTP 429)`,
      fix: 'it is tried again after the pause that the host asked for; see that no other program of this address asks it too',
      passing: true,
      ...later,
    })
  }
  if (status >= 300 && status < 400) {
    return new SourceError('SOURCE_REDIRECTED', {
      message: `${where} points to another address (HTTP ${status}), which is not followed`,
      fix: 'the source may have moved: look for a newer version of Quadrant; or a portal of the local network stands in between',
      passing: true,
    })
  }
  return new SourceError('SOURCE_UNREACHABLE', {
    message: `${where} answered with HTTP ${status}`,
    fix: 'check the status page of the source; it is tried again by itself',
    passing: true,
    ...later,
  })
}

/** Seconds, or an HTTP date; undefined when it is neither. Never less than zero. */
export function retryAfterMillis(header: string | readonly string[] | undefined, nowMillis: number): number | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? ''
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMillis)
}

/** Happy eyeballs and undici wrap what happened into what happened. */
function innermost(error: unknown): unknown {
  if (error instanceof SourceError) return error
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  if (error instanceof Error && error.cause instanceof Error) return innermost(error.cause)
  return error
}
