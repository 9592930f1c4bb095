// The terminal's side of SBP/1, written from the protocol's text alone: what the Expert Advisor does, without sockets and clock.
import { createHash } from 'node:crypto'

/** A field's order in a line is part of the protocol: the Expert Advisor writes them one after the other. */
type Fields = readonly (readonly [name: string, value: string | number | boolean | readonly unknown[]])[]

export interface TerminalFacts {
  readonly version: string
  readonly login: string
  readonly server: string
  readonly accounting: 'hedge' | 'net'
  readonly currency: string
  readonly build: number
  readonly epoch: string
  readonly secret: string
}

export interface TerminalTick {
  readonly symbol: string
  readonly bid: string
  readonly ask: string
  readonly last: string
  readonly lots: string
  readonly flags: number
  readonly utcMillis: number
}

/** What the gateway asked of the terminal, for the owner of the market to answer. */
export interface TerminalDuties {
  /** Symbols to tell and to follow; those with depth. */
  subscribe(symbols: readonly string[], books: readonly string[]): void
  /** Lines were lost for good: the whole state again. */
  tellAll(): void
  /** Everything that the broker lists, then `listed`. */
  list?(): void
}

const KEEP = 4096
const RESENT_AT_MOST = KEEP

export class SbpTerminal {
  readonly #facts: TerminalFacts
  readonly #say: (line: string, kind: string) => void
  readonly #now: () => number
  readonly #duties: TerminalDuties
  /** What the gateway did that the protocol does not allow. */
  readonly #complain: (what: string) => void
  #offsetSeconds: number
  #stage: 'hello' | 'asked' | 'open' = 'hello'
  #sent = 0
  #heard = 0
  #kept = new Map<number, string>()
  #heardAt = 0

  constructor(
    facts: TerminalFacts,
    world: {
      readonly offsetSeconds: number
      readonly now: () => number
      readonly say: (line: string, kind: string) => void
      readonly complain: (what: string) => void
      readonly duties: TerminalDuties
    },
  ) {
    this.#facts = facts
    this.#offsetSeconds = world.offsetSeconds
    this.#now = world.now
    this.#say = world.say
    this.#complain = world.complain
    this.#duties = world.duties
  }

  get isOpen(): boolean {
    return this.#stage === 'open'
  }

  /** Milliseconds since the gateway was last heard. */
  get silence(): number {
    return this.#now() - this.#heardAt
  }

  dialled(): void {
    const { version, login, server, accounting, currency, build, epoch } = this.#facts
    this.#heardAt = this.#now()
    this.#bare([
      ['t', 'hello'],
      ['v', 1],
      ['ea', version],
      ['login', login],
      ['srv', server],
      ['acct', accounting],
      ['cur', currency],
      ['tz', this.#offsetSeconds],
      ['build', build],
      ['epoch', epoch],
    ])
  }

  hear(text: string): void {
    this.#heardAt = this.#now()
    if (Buffer.byteLength(text) + 1 > 65_536) this.#complain('a line of more than 64 KiB')
    const line = JSON.parse(text) as Record<string, unknown> & { t: string }
    if (this.#stage === 'hello') {
      if (line.t !== 'chal' || !/^[0-9a-f]{64}$/.test(String(line['n']))) this.#complain(`answered hello with ${text}`)
      this.#bare([
        ['t', 'auth'],
        ['kid', 'k1'],
        ['mac', this.#proof(String(line['n']))],
      ])
      this.#stage = 'asked'
    } else if (this.#stage === 'asked') {
      if (line.t !== 'ok' || line['ack'] !== 0) this.#complain(`answered auth with ${text}`)
      this.#stage = 'open'
    } else {
      this.#inSession(line)
    }
  }

  heartbeat(): void {
    if (this.isOpen) this.#numbered([['t', 'hb']])
  }

  /** The broker's clock has changed: told before anything that was stamped by it. */
  offset(seconds: number): void {
    this.#offsetSeconds = seconds
    if (this.isOpen)
      this.#numbered([
        ['t', 'tz'],
        ['tz', seconds],
      ])
  }

  connected(isConnected: boolean): void {
    this.#numbered([
      ['t', 'term'],
      ['conn', isConnected],
      ['trade', false],
    ])
  }

  symbol(name: string, fields: Fields): void {
    this.#numbered([['t', 'sym'], ['sym', name], ...fields])
  }

  noSymbol(name: string): void {
    this.#numbered([
      ['t', 'nosym'],
      ['sym', name],
    ])
  }

  account(amounts: readonly [balance: string, equity: string, margin: string, free: string, level: string]): void {
    const [bal, eq, mg, fm, ml] = amounts
    this.#numbered([
      ['t', 'acct'],
      ['bal', bal],
      ['eq', eq],
      ['mg', mg],
      ['fm', fm],
      ['ml', ml],
    ])
  }

  tick({ symbol, bid, ask, last, lots, flags, utcMillis }: TerminalTick): void {
    this.#numbered([
      ['t', 'tick'],
      ['sym', symbol],
      ['b', bid],
      ['a', ask],
      ['l', last],
      ['v', lots],
      ['fl', flags],
      ['tm', utcMillis],
    ])
  }

  book(
    symbol: string,
    utcMillis: number,
    levels: readonly (readonly [type: number, price: string | null, lots: string])[],
  ): void {
    this.#numbered([
      ['t', 'book'],
      ['sym', symbol],
      ['tm', utcMillis],
      ['lv', levels],
    ])
  }

  calendar(fields: Fields): void {
    this.#numbered([['t', 'cal'], ...fields])
  }

  bar(fields: Fields): void {
    this.#numbered([['t', 'bar'], ...fields])
  }

  snapshotDone(): void {
    this.#numbered([['t', 'snap']])
  }

  listed(): void {
    this.#numbered([
      ['t', 'end'],
      ['of', 'symbols'],
    ])
  }

  /** A line that the protocol does not know, for faults. */
  strange(fields: Fields): void {
    this.#numbered(fields)
  }

  /** Numbers that were never sent: the gateway will ask for them, and they are gone. */
  loseNumbers(count: number): void {
    this.#sent += count
    this.#kept.clear()
  }

  #inSession(line: Record<string, unknown> & { t: string }): void {
    const { s, ack } = line
    if (typeof s !== 'number' || typeof ack !== 'number' || typeof line['ts'] !== 'number') {
      this.#complain(`${line.t} without s, ack or ts`)
      return
    }
    if (ack > this.#sent) this.#complain(`acknowledged ${ack} of ${this.#sent}`)
    if (line.t === 'resend') {
      this.#resend(Number(line['from']))
      return
    }
    if (s !== this.#heard + 1) {
      if (s > this.#heard) this.#complain(`line ${s} came where ${this.#heard + 1} belongs`)
      return
    }
    this.#heard = s
    if (line.t === 'sub') {
      const list = (key: string) =>
        String(line[key])
          .split(',')
          .filter(name => name !== '')
      this.#duties.subscribe(list('syms'), list('books'))
    } else if (line.t === 'symbols' && this.#duties.list) {
      this.#duties.list()
    } else if (line.t !== 'hb') {
      this.#numbered([
        ['t', 'res'],
        ['of', line.t],
        ['ret', 'refused'],
      ])
      this.#complain(`asked for ${line.t}`)
    }
  }

  #resend(from: number): void {
    if (this.#sent - from + 1 > RESENT_AT_MOST || (from <= this.#sent && !this.#kept.has(from))) {
      this.#say(this.#line([['t', 'reset']]), 'reset')
      this.#duties.tellAll()
      return
    }
    for (let s = from; s <= this.#sent; s++) this.#say(this.#kept.get(s)!, 'resent')
  }

  #numbered(fields: Fields): void {
    this.#sent += 1
    const line = this.#line(fields)
    this.#kept.set(this.#sent, line)
    this.#kept.delete(this.#sent - KEEP)
    this.#say(line, String(fields[0]![1]))
  }

  /** The type, the three numbers of the session, then the rest. */
  #line([type, ...rest]: Fields): string {
    return text([type!, ['s', this.#sent], ['ack', this.#heard], ['ts', this.#now()], ...rest])
  }

  #bare(fields: Fields): void {
    this.#say(text(fields), String(fields[0]![1]))
  }

  #proof(nonce: string): string {
    const { login, epoch, secret } = this.#facts
    return hmac(secret, `${nonce}|${login}|${epoch}`)
  }
}

const text = (fields: Fields): string => `{${fields.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')}}`

/** RFC 2104 from the hash alone, as MQL5 has to do it. */
function hmac(secret: string, message: string): string {
  const sha = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  const key = Buffer.from(secret, 'utf8')
  const block = Buffer.alloc(64)
  ;(key.length > 64 ? sha(key) : key).copy(block)
  const inner = sha(
    block.map(byte => byte ^ 0x36),
    Buffer.from(message, 'utf8'),
  )
  return sha(
    block.map(byte => byte ^ 0x5c),
    inner,
  ).toString('hex')
}
