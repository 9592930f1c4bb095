// The recorded dialogue of a terminal and the gateway: what happened in the terminal, and what each side then said.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BridgeConversation } from '../../src/adapters/mt5/bridge-conversation.ts'
import type { Reactions } from '../../src/connectivity/conversation.ts'
import { instrument } from '../../src/domain/instrument.ts'
import { micros } from '../../src/domain/numbers.ts'
import { mt5SymbolFields } from './mt5-market.ts'
import { TERMINAL } from './mt5-terminal.ts'
import { SbpTerminal } from './sbp-terminal.ts'

/** `millis` is UTC. `happens` is in the terminal; a `line` is said by one side and heard by the other. */
export type DialogueEntry =
  | { readonly millis: number; readonly happens: string; readonly of: readonly unknown[] }
  | { readonly millis: number; readonly says: 'terminal' | 'gateway'; readonly line: string }

export function readDialogue(): readonly DialogueEntry[] {
  return readFileSync(join(import.meta.dirname, 'mt5-dialogue.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as DialogueEntry)
}

/** The gateway's side: what it says is collected by whoever drives it. */
export function dialogueGateway(): BridgeConversation {
  const euro = instrument({
    ...{
      id: 'EURUSD..MT5',
      assetClass: 'forex',
      base: 'EUR',
      quote: 'USD',
      settle: 'USD',
      priceDecimals: 5,
      quantityDecimals: 2,
    },
    ...{ tick: 1, lot: 1, multiplier: 1, calendar: 'fx-cfd', negativePrices: false },
  })
  return new BridgeConversation({
    subscriptions: [{ instrument: euro, symbol: 'EURUSD.', wants: ['quote', 'trade', 'book'] }],
    provenance: { source: 'mt5-bridge', kind: 'live', origin: 'sbp://dialogue', checksum: '', licence: '' },
    login: TERMINAL.login,
    server: TERMINAL.server,
    secret: TERMINAL.secret,
    nonce: () => '6b1f'.repeat(16),
    session: 'session-1',
  })
}

const nothing = () => undefined

export const reactions = (out: Partial<Reactions>): Reactions => ({
  fact: nothing,
  link: nothing,
  fault: nothing,
  compared: nothing,
  measure: nothing,
  send: nothing,
  request: nothing,
  reconnect: nothing,
  refuse: nothing,
  unknown: nothing,
  ...out,
})

export interface DialogueTerminal {
  readonly terminal: SbpTerminal
  /** Something happens in the terminal, by its name in the dialogue. */
  readonly happen: (name: string, of: readonly unknown[]) => void
}

const STANDING = { symbol: 'EURUSD.', bid: '1.08340', ask: '1.08341', last: '0.00000', lots: '0', flags: 0 }

/** The terminal's side, with one symbol and a clock that stands where the dialogue says. */
export function dialogueTerminal(of: {
  readonly now: () => number
  readonly say: (line: string) => void
  readonly complain: (what: string) => void
}): DialogueTerminal {
  const tellAll = () => {
    terminal.connected(true)
    terminal.account(['10000.00', '10000.00', '0.00', '10000.00', '0.00'])
    terminal.symbol('EURUSD.', mt5SymbolFields('EURUSD.'))
    terminal.tick({ ...STANDING, utcMillis: of.now() })
    terminal.book('EURUSD.', of.now(), [
      [1, '1.08341', '2.5'],
      [2, '1.08340', '1'],
    ])
    terminal.snapshotDone()
  }
  const terminal = new SbpTerminal(TERMINAL, {
    offsetSeconds: 7200,
    now: of.now,
    say: line => of.say(line),
    complain: of.complain,
    duties: { subscribe: tellAll, tellAll },
  })
  const acts: Readonly<Record<string, (...given: never[]) => void>> = {
    dialled: () => terminal.dialled(),
    tick: (bid: string, ask: string, flags: number) => terminal.tick({ ...STANDING, bid, ask, flags, utcMillis: of.now() }),
    trade: (last: string, lots: string) => terminal.tick({ ...STANDING, last, lots, flags: 62, utcMillis: of.now() }),
    heartbeat: () => terminal.heartbeat(),
    offset: (seconds: number) => terminal.offset(seconds),
    disconnected: () => terminal.connected(false),
    connected: () => terminal.connected(true),
    nosym: (name: string) => terminal.noSymbol(name),
    'minute ended': () =>
      terminal.bar([
        ['sym', 'EURUSD.'],
        ['per', 'M1'],
        ['tm', of.now() - 60_000],
        ['o', '1.08340'],
        ['h', '1.08343'],
        ['l', '1.08338'],
        ['c', '1.08341'],
        ['v', '57'],
      ]),
    'calendar entry': () =>
      terminal.calendar([
        ['id', '840030016-161204'],
        ['cur', 'USD'],
        ['imp', 3],
        ['name', 'Nonfarm Payrolls'],
        ['tm', of.now()],
        ['act', '227000'],
        ['fc', '220000'],
        ['prev', '36000'],
      ]),
  }
  return { terminal, happen: (name, given) => acts[name]!(...(given as never[])) }
}

export const at = (millis: number) => micros(millis * 1000)
