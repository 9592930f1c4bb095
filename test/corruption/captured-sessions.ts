// Sessions captured at venues, through their own conversations and then the gate: all of it is as the venue said it.
import { BINANCE } from '../../src/adapters/binance/binance.ts'
import { COINBASE } from '../../src/adapters/coinbase/coinbase.ts'
import { KRAKEN } from '../../src/adapters/kraken/kraken.ts'
import type { SourceDescriptor } from '../../src/connectivity/source.ts'
import { sessionCalendar } from '../../src/domain/calendar.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import { OrderBook } from '../../src/stages/market/order-book.ts'
import { SourceDesk } from '../../src/stages/quality/source-desk.ts'
import { runCaptured } from '../captured.ts'
import { packPath } from '../pack.ts'
import { showAll } from '../source-world.ts'
import { type Rate, wilson } from './campaign.ts'

const SESSIONS: readonly (readonly [SourceDescriptor, readonly string[]])[] = [
  [KRAKEN, ['KRAKEN.0', 'KRAKEN.ws.48.0']],
  [KRAKEN, ['KRAKEN.0', 'KRAKEN.ws.49.0']],
  [KRAKEN, ['KRAKEN.0', 'KRAKEN.ws.50.0']],
  [BINANCE, ['BINANCE.0', 'BINANCE.http.0.0', 'BINANCE.ws.1.0']],
  [BINANCE, ['BINANCE_FUTURES.0', 'BINANCE_FUTURES.http.0.0', 'BINANCE_FUTURES.ws.1.0']],
  [COINBASE, ['COINBASE.0', 'COINBASE.ws.28.0']],
]

export interface CapturedAlarms {
  readonly session: string
  readonly kept: Rate
  readonly reasons: Readonly<Record<string, number>>
}

/** Quotes, trades and books of each session that were kept out. */
export const capturedAlarms = (): CapturedAlarms[] => SESSIONS.map(([source, files]) => alarmsOf(source, files))

function alarmsOf(source: SourceDescriptor, files: readonly string[]): CapturedAlarms {
  const instruments = new Map<string, Instrument>()
  const capture = source.capture!
  const { noted } = runCaptured(
    {
      ...capture,
      conversation: (url, resolve) =>
        capture.conversation(url, symbol => {
          const of = resolve(symbol)
          instruments.set(of.id, of)
          return of
        }),
    },
    files.map(file => packPath('api_payloads', 'cryptofeed', file)),
  )
  const facts = noted.facts.filter(({ kind }) => kind !== 'release' && kind !== 'calendar-entry')
  const name = facts[0]?.provenance.source ?? source.name
  const desk = new SourceDesk({
    instruments: [...instruments.values()].map(of => ({
      instrument: of,
      calendar: sessionCalendar(of.calendar)!,
      sources: [{ source: name, level: 'live' as const }],
    })),
    book: () => new OrderBook(),
  })
  const reasons: Record<string, number> = {}
  let kept = 0
  showAll(desk, facts, (_, answer) => {
    if (answer === undefined || answer === 'not-selected' || answer === 'duplicate') return
    kept += 1
    reasons[answer] = (reasons[answer] ?? 0) + 1
  })
  return { session: files.at(-1)!, kept: wilson(kept, facts.length), reasons }
}
