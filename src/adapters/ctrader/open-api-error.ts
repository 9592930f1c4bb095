// The venue's error codes, sorted by what can be done about them.
import { SourceError } from '../../connectivity/source-error.ts'
import { type Fields, textOf, wholeOf } from './open-api-message.ts'

/**
 * done: what was asked is so already · token: a younger access token is needed · account: log in to the account again ·
 * slower: too many requests · blocked: this kind of request waits · absent: the venue is not there now ·
 * symbol: one symbol is not to be had · key: a person must correct the application's keys · denied: the account is not ours.
 */
export type ErrorClass = 'done' | 'token' | 'account' | 'slower' | 'blocked' | 'absent' | 'symbol' | 'key' | 'denied' | 'other'

const CLASSES: Readonly<Record<string, ErrorClass>> = {
  OA_AUTH_TOKEN_EXPIRED: 'token',
  CH_ACCESS_TOKEN_INVALID: 'token',
  ACCOUNT_NOT_AUTHORIZED: 'account',
  ALREADY_LOGGED_IN: 'done',
  CH_CLIENT_ALREADY_AUTHENTICATED: 'done',
  ALREADY_SUBSCRIBED: 'done',
  REQUEST_FREQUENCY_EXCEEDED: 'slower',
  BLOCKED_PAYLOAD_TYPE: 'blocked',
  SERVER_IS_UNDER_MAINTENANCE: 'absent',
  CH_SERVER_NOT_REACHABLE: 'absent',
  CONNECTIONS_LIMIT_EXCEEDED: 'absent',
  CANT_ROUTE_REQUEST: 'absent',
  TIMEOUT_ERROR: 'absent',
  SYMBOL_NOT_FOUND: 'symbol',
  UNKNOWN_SYMBOL: 'symbol',
  CH_CLIENT_AUTH_FAILURE: 'key',
  CH_OA_CLIENT_NOT_FOUND: 'key',
  CH_CTID_TRADER_ACCOUNT_NOT_FOUND: 'denied',
  RET_NO_SUCH_LOGIN: 'denied',
  RET_ACCOUNT_DISABLED: 'denied',
}

/** The same by number, which some answers carry instead of the name. */
const NUMBERS: Readonly<Record<string, ErrorClass>> = {
  1: 'token',
  2: 'account',
  5: 'absent',
  7: 'absent',
  11: 'blocked',
  12: 'denied',
  14: 'done',
  64: 'denied',
  67: 'absent',
  101: 'key',
  103: 'done',
  104: 'token',
  105: 'absent',
  106: 'denied',
  107: 'key',
  108: 'slower',
  109: 'absent',
  113: 'done',
  114: 'symbol',
  115: 'symbol',
}

export interface VenueError {
  readonly class: ErrorClass
  readonly text: string
  /** How long this kind of request is not taken; undefined where the venue does not say. */
  readonly retryMicros: number | undefined
}

export function venueError(fields: Fields): VenueError {
  const code = textOf(fields, 'errorCode') ?? String(wholeOf(fields, 'errorCode') ?? 'no code')
  const description = textOf(fields, 'description')
  const seconds = wholeOf(fields, 'retryAfter')
  return {
    class: (Object.hasOwn(CLASSES, code) ? CLASSES[code] : NUMBERS[code]) ?? 'other',
    text: description === undefined || description === '' ? code : `${code}: ${description}`,
    retryMicros: seconds === undefined ? undefined : seconds * 1_000_000,
  }
}

/** A question that was not answered as asked. */
export class CtraderRefusal extends SourceError {
  readonly kind: ErrorClass

  constructor({ class: kind, text, retryMicros }: VenueError) {
    const passing = PASSING.has(kind)
    super('UPSTREAM_ANSWER', {
      message: `cTrader did not answer as asked: ${text}`,
      fix: passing ? 'try again in a while' : 'the venue documents this code at help.ctrader.com/open-api',
      passing,
      ...(retryMicros === undefined ? {} : { retryAfterMillis: retryMicros / 1000 }),
    })
    this.kind = kind
  }
}

const PASSING: ReadonlySet<ErrorClass> = new Set(['absent', 'slower', 'blocked'])

export const notAnswered = (text: string): CtraderRefusal => new CtraderRefusal({ class: 'absent', text, retryMicros: undefined })

export const keyRefused = (text: string): SourceError =>
  new SourceError('SOURCE_REFUSED', {
    message: `cTrader does not know this application: ${text}`,
    fix: 'check QUADRANT_CTRADER_CLIENT_ID and QUADRANT_CTRADER_CLIENT_SECRET; the application must be active at openapi.ctrader.com',
  })

export const accountRefused = (text: string): SourceError =>
  new SourceError('SOURCE_REFUSED', {
    message: `the cTrader account cannot be read: ${text}`,
    fix: 'QUADRANT_CTRADER_ACCOUNT must be a ctidTraderAccountId that the consent covers, in the world (live or practice) that is configured',
  })
