// The talk with the Python sidecar beside a terminal: newline JSON on loopback, its protocol in deploy/mt5/README.md.
import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import type { Subscription } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { AccountView } from './bridge-conversation.ts'
import { isMillis, type Line, type LineContext, MarketLines } from './market-lines.ts'
import type { SymbolFacts } from './symbol-facts.ts'

export interface SidecarConversationOptions {
  readonly subscriptions: readonly Subscription[]
  readonly provenance: Provenance
  readonly token: string
  /** Empty: whichever account the terminal is logged in to. */
  readonly login: string
  readonly server: string
  readonly onSymbol?: (facts: SymbolFacts) => void
  readonly onAccount?: (account: AccountView) => void
}

/** The sidecar's heartbeat is the answer to ours. */
const PING_MILLIS = 1000
const PINGS_MISSED_MAX = 3
const OFF_MILLIS_MAX = 10 * 60_000

type Stage = 'hello' | 'live' | 'over'

export class SidecarConversation implements Conversation {
  readonly #options: SidecarConversationOptions
  readonly #lines: MarketLines
  #stage: Stage = 'hello'
  #next = 1
  #openedMicros = 0
  #pingedMicros = 0
  #unanswered = 0
  #measured = false
  #connected = true
  #said = ''

  constructor(options: SidecarConversationOptions) {
    this.#options = options
    this.#lines = new MarketLines(options)
  }

  open(now: Micros, out: Reactions): void {
    this.#openedMicros = now
    out.link('authenticating', '', 'the sidecar answers')
    out.send(JSON.stringify({ t: 'hello', v: 1, token: this.#options.token }))
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    if (this.#stage === 'over') return
    const line = typeof frame === 'string' ? objectOf(frame) : undefined
    if (line === undefined) {
      out.fault('schema', '', 'a line that is no JSON object')
      return
    }
    if (this.#stage === 'hello') {
      this.#welcome(line, now, out)
      return
    }

    const { n } = line
    if (!Number.isSafeInteger(n)) {
      out.fault('schema', '', `${String(line['t'])} without a number`)
      return
    }
    if ((n as number) < this.#next) {
      out.fault('duplicate', '', `line ${String(n)} came again`)
      return
    }
    if (n !== this.#next) {
      out.fault('gap', '', `line ${String(n)} came where ${this.#next} belongs`)
      this.#end('lines are missing, and the sidecar keeps none', out)
      return
    }
    this.#next++
    this.#line(line, now, out)
  }

  tick(now: Micros, out: Reactions): void {
    if (this.#stage === 'over') return
    const patience = PING_MILLIS * 1000
    if (this.#stage === 'hello') {
      if (now - this.#openedMicros > PINGS_MISSED_MAX * patience) this.#end('the sidecar does not answer hello', out)
      return
    }
    if (now - this.#pingedMicros < patience) return
    if (this.#unanswered >= PINGS_MISSED_MAX) {
      this.#end(`${PINGS_MISSED_MAX} pings are unanswered`, out)
      return
    }
    this.#pingedMicros = now
    this.#unanswered++
    out.send(JSON.stringify({ t: 'ping', id: now }))
  }

  #welcome(line: Line, now: Micros, out: Reactions): void {
    const { login, server, subscriptions } = this.#options
    if (line['t'] === 'no') {
      this.#stage = 'over'
      out.refuse(
        new SourceError('MT5_SIDECAR_REFUSED', {
          message: `the sidecar refused: ${String(line['why'])}`,
          fix: 'give both sides the same QUADRANT_MT5_SIDECAR_TOKEN, and the same version of Quadrant',
        }),
      )
      return
    }
    if (line['t'] !== 'ok' || line['v'] !== 1) {
      this.#end('this is no sidecar of this version', out)
      return
    }
    const isOurs = (login === '' || line['login'] === login) && (server === '' || line['server'] === server)
    if (!isOurs) {
      out.fault('authenticity', '', `the terminal is logged in as ${String(line['login'])} at ${String(line['server'])}`)
      this.#end('the terminal is logged in to another account', out)
      return
    }
    this.#stage = 'live'
    this.#pingedMicros = now
    out.link('syncing', '', 'the sidecar took the token')
    const books = subscriptions.filter(({ wants }) => wants.includes('book'))
    out.send(
      JSON.stringify({
        t: 'watch',
        symbols: subscriptions.map(({ symbol }) => symbol),
        books: books.map(({ symbol }) => symbol),
      }),
    )
  }

  #line(line: Line, now: Micros, out: Reactions): void {
    switch (line['t']) {
      case 'tick':
      case 'book': {
        const at = this.#at(line, now, out)
        if (at === undefined) return
        this.#say(now, out)
        if (line['t'] === 'tick') this.#lines.tick(line, at, out)
        else this.#lines.book(line, at, out)
        return
      }
      case 'sym': {
        const facts = this.#lines.symbol(line, out)
        if (facts) this.#options.onSymbol?.(facts)
        return
      }
      case 'nosym':
        this.#lines.absent(line['sym'], out)
        return
      case 'state':
        this.#connected = line['connected'] === true
        this.#measured = Number.isSafeInteger(line['tz'])
        this.#say(now, out)
        return
      case 'acct':
        this.#options.onAccount?.({
          balance: String(line['bal']),
          equity: String(line['eq']),
          margin: String(line['mg']),
          freeMargin: String(line['fm']),
          marginLevel: String(line['ml']),
        })
        return
      case 'pong':
        this.#unanswered = 0
        if (typeof line['id'] === 'number') out.measure(now - line['id'], Number.NaN)
        return
      default:
        out.unknown(String(line['t']))
    }
  }

  /** Broker's milliseconds, labelled as if they were UTC, less the offset that the sidecar measured. */
  #at(line: Line, now: Micros, out: Reactions): LineContext | undefined {
    const { raw, tz, n } = line
    if (!isMillis(raw)) {
      out.fault('schema', this.#lines.instrumentId(line['sym']), `${String(line['t'])} without the terminal's time`)
      return undefined
    }
    this.#measured = typeof tz === 'number' && Number.isSafeInteger(tz) && Math.abs(tz) <= 86_400
    if (!this.#measured) {
      this.#say(now, out)
      return undefined
    }
    const utcMillis = raw - (tz as number) * 1000
    // A clock change is whole quarters of an hour; a tick marked 0 may be of any age.
    if (line['fl'] !== 0 && line['t'] === 'tick' && Math.abs(utcMillis - now / 1000) > OFF_MILLIS_MAX) {
      out.fault('schema', this.#lines.instrumentId(line['sym']), `${Math.round(utcMillis - now / 1000)} ms from now`)
      this.#measured = false
      this.#say(now, out)
      return undefined
    }
    return { sequence: n as number, now, utcMillis }
  }

  #say(now: Micros, out: Reactions): void {
    const [state, reason] = !this.#connected
      ? (['degraded', 'the terminal has no connection to its broker'] as const)
      : !this.#measured
        ? (['degraded', "the offset of the broker's clock is not measured yet: it takes moving prices"] as const)
        : (['live', 'the terminal is connected'] as const)
    if (reason === this.#said) return
    this.#said = reason
    out.link(state, '', reason)
    if (state === 'live') this.#lines.retell(now, out)
  }

  #end(reason: string, out: Reactions): void {
    this.#stage = 'over'
    out.reconnect('later', reason)
  }
}

function objectOf(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Line) : undefined
  } catch {
    return undefined
  }
}
