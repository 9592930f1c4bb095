// Stands where a living run's facts come in: what the guard finds of a source becomes a notice of its own, before the fact.
import { sessionCalendar } from '../../domain/calendar.ts'
import type { LiveEvent, OperatorCommand } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { DERIVED } from '../../domain/provenance.ts'
import type { IntegrityFault } from '../../domain/source.ts'
import { FeedGuard } from '../../guard/provenance/feed-guard.ts'
import { findingWords } from '../../guard/provenance/finding.ts'
import type { RecordedBlocks } from '../../guard/provenance/recorded-blocks.ts'
import type { LivePlan } from './live-plan.ts'

/**
 * A notice is recorded and goes through the session like one of the source's own. So a replay hears it where the run heard
 * it, and decides the same, whatever recordings its own machine knows.
 */
export class FeedSentry {
  readonly #guard: FeedGuard

  constructor(plan: LivePlan, instruments: ReadonlyMap<string, Instrument>, known: RecordedBlocks) {
    const unstamped = new Map(plan.descriptors.map(({ name, unstamped: kinds = [] }) => [name, kinds]))
    this.#guard = new FeedGuard({
      known,
      isStamped: (source, kind) => unstamped.get(source)?.includes(kind) !== true,
      instruments: [...instruments.values()].flatMap(({ id, tick, calendar: name }) => {
        const calendar = sessionCalendar(name)
        return calendar === undefined ? [] : [{ id, tick, calendar }]
      }),
    })
  }

  /** What must be said before this event; undefined nearly always. */
  hear(event: LiveEvent): IntegrityFault | undefined {
    const finding = this.#guard.see(event)
    if (finding === undefined) return undefined
    const { source, instrumentId, at } = finding
    return {
      kind: 'integrity-fault',
      eventTime: at,
      receivedTime: at,
      sequence: 0,
      provenance: DERIVED,
      source,
      // Who pretends one market is believed about none.
      instrumentId: '',
      fault: 'pretended',
      detail: `${instrumentId} ${findingWords(finding)}`,
    }
  }

  /** A person who chooses a source by its name vouches for it. */
  obey({ order }: OperatorCommand): void {
    if (order.action === 'failover' && order.source !== '') this.#guard.release(order.source, order.instrumentId)
  }
}
