// Several sources of the same markets in virtual time, seeded, with faults that begin and end. For tests of the gate.
import type { LiveEvent } from '../src/domain/event.ts'
import type { Quote } from '../src/domain/market.ts'
import { type Micros, type Price, type Quantity, SECOND } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import type { LinkState, SourceChange } from '../src/domain/source.ts'
import type { Gate, Withheld } from '../src/stages/quality/gate.ts'
import { dice } from './small-world.ts'

export type WorldFault = 'reset' | 'stall' | 'unit' | 'crossed' | 'frozen' | 'future' | 'old-block'

export interface PlannedFault {
  readonly source: number
  readonly fault: WorldFault
  readonly from: number
  readonly until: number
}

export interface SourceWorldParts {
  readonly seed: number
  readonly instruments: readonly string[]
  readonly sources: readonly string[]
  readonly start: number
  readonly seconds: number
  /** Mean time between the quotes of one source and instrument. */
  readonly gapMicros: number
  readonly faults: readonly PlannedFault[]
  /** Mid at the start, price steps. */
  readonly mid?: number
}

const provenances = new Map<string, Provenance>()
export const provenanceOf = (source: string, connection = 0): Provenance => {
  const key = `${source}#${connection}`
  let known = provenances.get(key)
  if (known === undefined) {
    known = Object.freeze({ source, kind: 'synthetic', origin: key, checksum: '', licence: '' } as const)
    provenances.set(key, known)
  }
  return known
}

export const linkChange = (source: string, state: LinkState, time: number, instrumentId = '', reason = ''): LiveEvent => ({
  kind: 'link-change',
  eventTime: time as Micros,
  receivedTime: time as Micros,
  sequence: 0,
  provenance: provenanceOf(source),
  source,
  instrumentId,
  state,
  reason,
})

/** Everything that the sources deliver, in order of receipt. */
export function sourceWorld(parts: SourceWorldParts): LiveEvent[] {
  const { seed, instruments, sources, start, seconds, gapMicros, faults, mid = 1_300_000 } = parts
  const roll = dice(seed)
  const events: LiveEvent[] = []
  const end = start + seconds * SECOND

  // The market itself: a walk that is known at every tenth of a second.
  const walks = instruments.map(() => {
    const steps = Math.ceil(seconds * 10) + 2
    const walk = new Float64Array(steps)
    walk[0] = mid
    for (let i = 1; i < steps; i++) walk[i] = Math.max(mid / 2, walk[i - 1]! + (roll() + roll() + roll() - 1.5) * mid * 2e-5)
    return (time: number) => Math.round(walk[Math.max(0, Math.floor((time - start) / 100_000))]!)
  })

  sources.forEach((source, at) => {
    events.push(linkChange(source, 'live', start))
    const own = faults.filter(fault => fault.source === at)
    for (const { fault, from, until } of own) {
      if (fault !== 'reset') continue
      events.push(linkChange(source, 'backoff', from, '', 'reset by peer'))
      events.push(linkChange(source, 'live', until))
    }
    instruments.forEach((instrumentId, which) => {
      const sent: Quote[] = []
      let sequence = 0
      for (let time = start + roll() * gapMicros; time < end; time += gapMicros * (0.2 + 1.6 * roll())) {
        const now = Math.round(time)
        const active = own.find(({ from, until }) => now >= from && now < until)
        if (active?.fault === 'reset' || active?.fault === 'stall') continue
        const eventTime = now - 20_000 - Math.round(roll() * 60_000)
        const level = walks[which]!(eventTime) + Math.round((roll() - 0.5) * 40)
        const half = 100 + Math.floor(roll() * 50)
        sequence += 1
        const clean: Quote = {
          kind: 'quote',
          instrumentId,
          bid: (level - half) as Price,
          ask: (level + half) as Price,
          bidSize: 1 as Quantity,
          askSize: 1 as Quantity,
          eventTime: eventTime as Micros,
          receivedTime: now as Micros,
          sequence,
          provenance: provenanceOf(source),
        }
        events.push(active === undefined ? clean : spoiled(clean, active.fault, sent))
        if (active === undefined) sent.push(clean)
      }
    })
  })
  return events.sort((a, b) => a.receivedTime - b.receivedTime)
}

function spoiled(quote: Quote, fault: WorldFault, sent: readonly Quote[]): Quote {
  const last = sent.at(-1) ?? quote
  switch (fault) {
    case 'unit':
      return { ...quote, bid: (quote.bid * 100) as Price, ask: (quote.ask * 100) as Price }
    case 'crossed':
      return { ...quote, bid: quote.ask, ask: quote.bid }
    case 'frozen':
      return { ...quote, bid: last.bid, ask: last.ask }
    case 'future':
      return { ...quote, eventTime: (quote.eventTime + 3_600_000_000) as Micros }
    case 'old-block': {
      const old = sent[quote.sequence % Math.max(1, sent.length >> 1)] ?? quote
      return { ...quote, bid: old.bid, ask: old.ask, eventTime: old.eventTime }
    }
    default:
      return quote
  }
}

export interface Passed {
  readonly event: LiveEvent
  readonly answer: Withheld | undefined
}

/** Shows a gate everything in the order in which a session does, with time passing to its deadlines. */
export function showAll(
  gate: Gate,
  events: readonly LiveEvent[],
  see: (event: LiveEvent, answer: Withheld | undefined) => void = () => {},
): SourceChange[] {
  const changes: SourceChange[] = []
  const take = () => {
    while (gate.decided) {
      const change = gate.takeChange()
      if (change?.kind === 'source-change') changes.push(change)
      else if (change !== undefined) see(change as LiveEvent, undefined)
    }
  }
  for (const event of events) {
    while (gate.nextDeadline <= event.receivedTime) {
      gate.advance(gate.nextDeadline as Micros)
      take()
    }
    const answer = gate.inspect(event)
    take()
    see(event, answer)
  }
  return changes
}
