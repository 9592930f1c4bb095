// The gateway's side of SBP/1: asks the terminal to prove itself, subscribes, keeps the numbering whole, and passes facts on.
import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import type { Subscription } from '../../connectivity/source.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { isMillis, type Line, type LineContext, MarketLines } from './market-lines.ts'
import { SBP_HEARTBEAT_MILLIS, SBP_MISSES_MAX, type SbpBody, SbpChannel } from './sbp.ts'
import { SBP_HANDSHAKE_MILLIS, SbpHandshake } from './sbp-handshake.ts'
import type { SymbolFacts } from './symbol-facts.ts'

export interface BridgeConversationOptions {
  readonly subscriptions: readonly Subscription[]
  readonly provenance: Provenance
  readonly login: string
  readonly server: string
  readonly secret: string
  /** Of the connection that has just been opened: 32 random bytes, hex. */
  readonly nonce: () => string
  readonly session: string
  readonly onSymbol?: (facts: SymbolFacts) => void
  /** Where it is given, everything that the broker lists is asked for instead of a subscription. */
  readonly onListed?: () => void
  readonly onAccount?: (account: AccountView) => void
}

/** The account as the terminal shows it; amounts are decimal texts in its currency. */
export interface AccountView {
  readonly balance: string
  readonly equity: string
  readonly margin: string
  readonly freeMargin: string
  readonly marginLevel: string
}

/** A tick this far ahead of the line it came in was moved by an offset that no longer holds: a clock change is whole hours. */
const AHEAD_MILLIS_MAX = 60_000
/** Behind, a little less than the quarter of an hour that is the smallest change of any clock. */
const BEHIND_MILLIS_MAX = 14 * 60_000

type Doubt = 'lines' | 'clock' | 'broker'
type Stage = 'handshake' | 'snapshot' | 'live' | 'over'

export class BridgeConversation implements Conversation {
  readonly #options: BridgeConversationOptions
  readonly #lines: MarketLines
  readonly #channel = new SbpChannel()
  #handshake: SbpHandshake | undefined
  #stage: Stage = 'handshake'
  #openedMillis = 0
  #heardMillis = 0
  /** Prices came while they could not be believed. */
  #passedOver = false
  #beatMillis = 0
  #offsetSeconds = Number.NaN
  /** Why nothing may be trusted now, each until it is settled. */
  readonly #doubts = new Set<Doubt>()

  constructor(options: BridgeConversationOptions) {
    this.#options = options
    this.#lines = new MarketLines(options)
  }

  /** Seconds of the broker's clock before UTC, as the terminal last said it. */
  get offsetSeconds(): number {
    return this.#offsetSeconds
  }

  open(now: Micros, out: Reactions): void {
    const { login, server, secret, nonce } = this.#options
    this.#handshake = new SbpHandshake({ login, server, secret, nonce: nonce() })
    this.#openedMillis = now / 1000
    this.#heardMillis = now / 1000
    out.link('authenticating', '', 'the terminal has dialled in')
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    if (this.#stage === 'over') return
    if (typeof frame !== 'string') {
      out.fault('schema', '', 'bytes where a line of text belongs')
      return
    }
    const nowMillis = Math.floor(now / 1000)
    this.#heardMillis = nowMillis

    const received = this.#channel.read(frame, nowMillis)
    switch (received.kind) {
      case 'line':
        if (this.#stage === 'handshake') {
          this.#prove(received.line, now, out)
          return
        }
        if (received.recovered) this.#settle('lines', 'the missing lines came', now, out)
        this.#line(received.line, now, out)
        return
      case 'gap':
        if (received.ask === undefined) return
        out.fault('gap', '', `line ${received.got} came where ${received.expected} belongs`)
        this.#distrust('lines', 'lines are missing', out)
        out.send(received.ask)
        return
      case 'duplicate':
        out.fault('duplicate', '', `line ${received.sequence} came again`)
        return
      case 'resend':
        for (const line of received.lines) out.send(line)
        return
      case 'reset':
        this.#stage = 'snapshot'
        this.#doubts.clear()
        this.#lines.forget()
        out.link('syncing', '', 'the terminal tells its state anew')
        return
      case 'malformed':
        out.fault('schema', '', received.why)
        if (this.#stage === 'handshake') this.#end('no SBP/1 is spoken', out)
    }
  }

  tick(now: Micros, out: Reactions): void {
    if (this.#stage === 'over') return
    const nowMillis = Math.floor(now / 1000)
    if (this.#stage === 'handshake') {
      if (nowMillis - this.#openedMillis > SBP_HANDSHAKE_MILLIS) this.#end('the terminal did not prove itself in time', out)
      return
    }
    if (nowMillis - this.#heardMillis > SBP_MISSES_MAX * SBP_HEARTBEAT_MILLIS) {
      this.#end(`${SBP_MISSES_MAX} heartbeats are missing`, out)
      return
    }
    if (nowMillis - this.#beatMillis < SBP_HEARTBEAT_MILLIS) return
    this.#beatMillis = nowMillis
    out.send(this.#channel.write({ t: 'hb' }, nowMillis))
  }

  #prove(line: SbpBody, now: Micros, out: Reactions): void {
    const verdict = this.#handshake!.hear(line)
    if (verdict.kind === 'refused') {
      // Not fatal: whoever may dial in must not be able to stop the source for good.
      if (verdict.impostor) out.fault('authenticity', '', verdict.reason)
      this.#end(verdict.reason, out)
    } else if (verdict.kind === 'challenge') {
      if (this.#takeOffset(line, out)) out.send(verdict.line)
      else this.#end('hello has no offset of the broker clock', out)
    } else {
      this.#begin(now, out)
    }
  }

  #begin(now: Micros, out: Reactions): void {
    const { session, onListed } = this.#options
    this.#stage = 'snapshot'
    const nowMillis = Math.floor(now / 1000)
    this.#beatMillis = nowMillis
    out.link('syncing', '', 'the terminal proved itself')
    out.send(JSON.stringify({ t: 'ok', sess: session, ack: 0 }))
    if (onListed) {
      out.send(this.#channel.write({ t: 'symbols' }, nowMillis))
      return
    }
    this.#subscribe(nowMillis, out)
  }

  /** The terminal answers with everything as it stands, and then with what changes. */
  #subscribe(nowMillis: number, out: Reactions): void {
    const { subscriptions } = this.#options
    const names = (of: readonly Subscription[]): string => of.map(({ symbol }) => symbol).join(',')
    const books = subscriptions.filter(({ wants }) => wants.includes('book'))
    this.#passedOver = false
    out.send(this.#channel.write({ t: 'sub', syms: names(subscriptions), books: names(books) }, nowMillis))
  }

  #line(line: SbpBody, now: Micros, out: Reactions): void {
    switch (line.t) {
      case 'tick':
      case 'book':
      case 'bar':
      case 'cal': {
        const at = this.#at(line, now, out)
        if (at === undefined) return
        if (this.#doubts.size > 0) {
          this.#passedOver = true
          return
        }
        if (line.t === 'tick') this.#lines.tick(line, at, out)
        else if (line.t === 'book') this.#lines.book(line, at, out)
        else if (line.t === 'bar') this.#lines.bar(line, at, out)
        else this.#lines.calendar(line, at, out)
        return
      }
      case 'sym': {
        const facts = this.#lines.symbol(line, out)
        if (facts) this.#options.onSymbol?.(facts)
        return
      }
      case 'acct':
        this.#options.onAccount?.(accountView(line))
        return
      case 'nosym':
        this.#lines.absent(line['sym'], out)
        return
      case 'snap':
        this.#stage = 'live'
        if (this.#doubts.size > 0) return
        out.link('live', '', 'the terminal has told its state')
        // Told before, while nothing could be believed yet.
        this.#lines.retell(now, out)
        return
      case 'end':
        out.link('live', '', 'the terminal has listed its symbols')
        this.#options.onListed?.()
        return
      case 'hb':
        if (typeof line['ts'] === 'number') out.measure(Number.NaN, line['ts'] * 1000 - now)
        return
      case 'tz':
        if (!this.#takeOffset(line, out)) return
        this.#settle('clock', "the broker's clock changed", now, out)
        return
      case 'term':
        if (line['conn'] === false) {
          this.#distrust('broker', 'the terminal has no connection to its broker', out)
          return
        }
        this.#settle('broker', 'the terminal is connected to its broker', now, out)
        return
      case 'res':
        return
      default:
        out.unknown(line.t)
    }
  }

  /** The line's place and time, or undefined with the reason said. */
  #at(line: Line, now: Micros, out: Reactions): LineContext | undefined {
    const { tm, ts, s } = line
    if (!isMillis(tm) || typeof ts !== 'number') {
      out.fault('schema', this.#lines.instrumentId(line['sym']), `${String(line['t'])} without a time`)
      return undefined
    }
    const utcMillis = tm
    if (line['t'] === 'cal') return { sequence: s as number, now, utcMillis }

    const ahead = utcMillis - ts
    // A standing tick and a bar may be of any age; a tick that moved is not.
    const isMove = line['t'] === 'tick' && line['fl'] !== 0 && this.#stage === 'live'
    const isOff = ahead > AHEAD_MILLIS_MAX || (isMove && ahead < -BEHIND_MILLIS_MAX)
    if (isOff && !this.#doubts.has('clock')) {
      out.fault('schema', this.#lines.instrumentId(line['sym']), `${Math.round(ahead / 1000)} s ahead of its own line`)
      this.#distrust('clock', "the broker's clock has moved and its offset has not", out)
    } else if (isMove && !isOff) {
      this.#settle('clock', "the broker's clock agrees again", now, out)
    }
    return { sequence: s as number, now, utcMillis }
  }

  /** Seconds, in quarters of an hour: no zone is finer. */
  #takeOffset({ tz }: Line, out: Reactions): boolean {
    if (Number.isSafeInteger(tz) && (tz as number) % 900 === 0 && Math.abs(tz as number) <= 50_400) {
      this.#offsetSeconds = tz as number
      return true
    }
    out.fault('schema', '', `offset of the broker clock ${JSON.stringify(tz)}`)
    return false
  }

  #distrust(doubt: Doubt, reason: string, out: Reactions): void {
    this.#doubts.add(doubt)
    out.link('degraded', '', reason)
  }

  #settle(doubt: Doubt, reason: string, now: Micros, out: Reactions): void {
    if (!this.#doubts.delete(doubt) || this.#doubts.size > 0 || this.#stage !== 'live') return
    if (this.#passedOver) {
      // What was known before the doubt has changed since, and nobody knows where.
      this.#stage = 'snapshot'
      this.#lines.forget()
      out.link('syncing', '', `${reason}; what stands is asked for anew`)
      this.#subscribe(Math.floor(now / 1000), out)
      return
    }
    out.link('live', '', reason)
    this.#lines.retell(now, out)
  }

  #end(reason: string, out: Reactions): void {
    this.#stage = 'over'
    out.reconnect('later', reason)
  }
}

function accountView(line: Line): AccountView {
  const text = (key: string): string => (typeof line[key] === 'string' ? line[key] : '')
  return { balance: text('bal'), equity: text('eq'), margin: text('mg'), freeMargin: text('fm'), marginLevel: text('ml') }
}
