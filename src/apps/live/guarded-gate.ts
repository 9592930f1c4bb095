// A gate behind a door: market facts that are not what a living run may be fed with go no further.
import type { LiveEvent } from '../../domain/event.ts'
import type { ProvenanceDoor } from '../../guard/provenance/provenance-door.ts'
import type { Gate } from '../../stages/quality/gate.ts'

/** The same gate; what the door refuses is withheld as `provenance`. Notices and macro data pass the door unasked. */
export function guarded(gate: Gate, door: ProvenanceDoor): Gate {
  return {
    inspect: event => (isMarket(event) && !door.admits(event.provenance) ? 'provenance' : gate.inspect(event)),
    takeChange: () => gate.takeChange(),
    get decided() {
      return gate.decided
    },
    get nextDeadline() {
      return gate.nextDeadline
    },
    advance: now => gate.advance(now),
    obey: (failover, now) => gate.obey(failover, now),
    resume: change => gate.resume(change),
  }
}

function isMarket({ kind }: LiveEvent): boolean {
  switch (kind) {
    case 'quote':
    case 'trade':
    case 'bar':
    case 'book-snapshot':
    case 'book-change':
      return true
    default:
      return false
  }
}
