// A gate with somebody listening to what it lets through.
import type { FeedEvent } from '../../domain/event.ts'
import type { Gate } from '../../stages/quality/gate.ts'

/** The same gate; `accepted` hears each fact that passes before the engine does. */
export function watched(gate: Gate, accepted: (event: FeedEvent) => void): Gate {
  return {
    inspect(event) {
      const withheld = gate.inspect(event)
      // What passes is a fact: notices never do.
      if (withheld === undefined) accepted(event as FeedEvent)
      return withheld
    },
    takeChange() {
      const change = gate.takeChange()
      if (change !== undefined && change.kind !== 'source-change') accepted(change)
      return change
    },
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
