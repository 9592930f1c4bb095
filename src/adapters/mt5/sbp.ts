// SBP/1, the secure bridge's lines as a pure machine: numbering, acknowledgement, resending, and the proof of the secret.
import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * One line is one flat JSON object in UTF-8. Four lines open a session, without numbers:
 *
 *     terminal → {"t":"hello","v":1,"ea":"1.0.0","login":"5012345","srv":"Broker-Demo","acct":"hedge","cur":"USD",
 *                 "tz":7200,"build":5150,"epoch":"<new at each start>"}
 *     gateway  → {"t":"chal","n":"<64 hex>"}
 *     terminal → {"t":"auth","kid":"k1","mac":"<HMAC-SHA256(secret, n|login|epoch), hex>"}
 *     gateway  → {"t":"ok","sess":"…","ack":0}
 *
 * Then every line both ways has `s`, one more than the last of its sender, from 1; `ack`, the highest `s` up to which nothing
 * is missing; `ts`, UTC milliseconds. `resend` and `reset` must be understood while lines are missing, so they repeat the last
 * `s` instead of taking a new one: `{"t":"resend","from":n}` asks for everything from n on; who no longer has it answers
 * `{"t":"reset"}`, continues after its `s`, and tells its whole state again.
 */
export const SBP_VERSION = 1

/** Longest line either side sends, in bytes with its end. */
export const SBP_LINE_BYTES_MAX = 65_536

/** Lines a sender keeps for resending. */
export const SBP_KEPT_LINES = 4096

export const SBP_HEARTBEAT_MILLIS = 2000

/** Heartbeats missed before the other side is taken for gone. */
export const SBP_MISSES_MAX = 3

export type SbpValue = string | number | boolean | null | readonly SbpValue[]
export type SbpBody = Readonly<Record<string, SbpValue>> & { readonly t: string }

export type SbpReceived =
  /** In sequence, or a handshake line, which has no number. */
  | { readonly kind: 'line'; readonly line: SbpBody; readonly recovered: boolean }
  /** Something before it is missing; this line is not taken. `ask` is what to send, the first time and every two seconds. */
  | { readonly kind: 'gap'; readonly expected: number; readonly got: number; readonly ask?: string }
  | { readonly kind: 'duplicate'; readonly sequence: number }
  /** The other side misses lines of ours: what to send again. */
  | { readonly kind: 'resend'; readonly lines: readonly string[] }
  /** The other side begins anew: its whole state follows. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'malformed'; readonly why: string }

/** One side of a session after its handshake, and the reader of the handshake's own lines. The same for both roles. */
export class SbpChannel {
  #sent = 0
  #received = 0
  #acknowledged = 0
  readonly #kept: string[] = []
  #gapAskedMillis = Number.NEGATIVE_INFINITY
  #inGap = false

  /** The highest own line that the other side is known to have. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** A line of the session, numbered. */
  write(body: SbpBody, nowMillis: number): string {
    this.#sent += 1
    const line = this.#stamp(body, nowMillis)
    this.#kept.push(line)
    if (this.#kept.length > SBP_KEPT_LINES) this.#kept.shift()
    return line
  }

  read(text: string, nowMillis: number): SbpReceived {
    const line = parseLine(text)
    if (typeof line === 'string') return { kind: 'malformed', why: line }
    const { t, s, ack } = line
    if (s === undefined) {
      return isHandshake(t) ? { kind: 'line', line, recovered: false } : { kind: 'malformed', why: `'${t}' has no number` }
    }
    if (!isCount(s) || !isCount(ack)) return { kind: 'malformed', why: `'${t}' has no whole numbers s and ack` }
    if (ack > this.#sent) return { kind: 'malformed', why: `acknowledges ${ack}, and only ${this.#sent} were sent` }
    this.#acknowledged = Math.max(this.#acknowledged, ack)

    if (t === 'resend') return this.#answerResend(line, nowMillis)
    if (t === 'reset') {
      this.#received = s
      this.#inGap = false
      return { kind: 'reset' }
    }
    if (s <= this.#received) return { kind: 'duplicate', sequence: s }
    if (s > this.#received + 1) return this.#gap(s, nowMillis)

    this.#received = s
    const recovered = this.#inGap
    this.#inGap = false
    return { kind: 'line', line, recovered }
  }

  #gap(got: number, nowMillis: number): SbpReceived {
    const expected = this.#received + 1
    const patience = 2 * SBP_HEARTBEAT_MILLIS
    const asks = !this.#inGap || nowMillis - this.#gapAskedMillis >= patience
    this.#inGap = true
    if (!asks) return { kind: 'gap', expected, got }
    this.#gapAskedMillis = nowMillis
    return { kind: 'gap', expected, got, ask: this.#stamp({ t: 'resend', from: expected }, nowMillis) }
  }

  #answerResend({ from }: SbpBody, nowMillis: number): SbpReceived {
    const oldest = this.#sent - this.#kept.length + 1
    if (!isCount(from) || from < 1 || from > this.#sent + 1) return { kind: 'malformed', why: 'asks for lines that never were' }
    if (from < oldest) return { kind: 'resend', lines: [this.#stamp({ t: 'reset' }, nowMillis)] }
    return { kind: 'resend', lines: this.#kept.slice(from - oldest) }
  }

  #stamp({ t, ...rest }: SbpBody, nowMillis: number): string {
    return JSON.stringify({ t, s: this.#sent, ack: this.#received, ts: Math.floor(nowMillis), ...rest })
  }
}

/** What the terminal proves: that it has the secret, for this question, as this login, in this run. Hex. */
export function sbpMac(
  secret: string,
  proof: { readonly nonce: string; readonly login: string; readonly epoch: string },
): string {
  return createHmac('sha256', secret).update(`${proof.nonce}|${proof.login}|${proof.epoch}`, 'utf8').digest('hex')
}

/** Takes as long for a near miss as for a far one. */
export function isSameMac(given: string, wanted: string): boolean {
  const a = Buffer.from(given.toLowerCase(), 'latin1')
  const b = Buffer.from(wanted, 'latin1')
  return a.length === b.length && timingSafeEqual(a, b)
}

const HANDSHAKE = new Set(['hello', 'chal', 'auth', 'ok'])
const isHandshake = (t: string): boolean => HANDSHAKE.has(t)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** The line as an object, or what is wrong with it. */
export function parseLine(text: string): SbpBody | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'no JSON'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no object'
  return typeof (value as { t?: unknown }).t === 'string' ? (value as SbpBody) : 'has no type'
}
