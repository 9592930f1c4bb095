// Notes what a conversation causes, for tests that speak its side of a connection by hand.
import type { Frame, HttpRequest, Reactions } from '../src/connectivity/conversation.ts'
import type { SourceError } from '../src/connectivity/source-error.ts'
import type { FeedEvent } from '../src/domain/event.ts'
import type { IntegrityFaultKind, LinkState } from '../src/domain/source.ts'

export class NotedReactions implements Reactions {
  readonly facts: FeedEvent[] = []
  readonly links: { readonly state: LinkState; readonly instrumentId: string; readonly reason: string }[] = []
  readonly faults: { readonly fault: IntegrityFaultKind; readonly instrumentId: string; readonly detail: string }[] = []
  readonly comparisons: { readonly instrumentId: string; readonly equal: boolean }[] = []
  readonly measures: { readonly roundTripMicros: number; readonly clockOffsetMicros: number }[] = []
  readonly sent: Frame[] = []
  readonly requests: { readonly tag: string; readonly request: HttpRequest }[] = []
  readonly reconnects: { readonly when: 'now' | 'later'; readonly reason: string }[] = []
  readonly refusals: SourceError[] = []
  readonly unknowns: string[] = []

  fact(event: FeedEvent): void {
    this.facts.push(event)
  }
  link(state: LinkState, instrumentId: string, reason: string): void {
    this.links.push({ state, instrumentId, reason })
  }
  fault(fault: IntegrityFaultKind, instrumentId: string, detail: string): void {
    this.faults.push({ fault, instrumentId, detail })
  }
  compared(instrumentId: string, equal: boolean): void {
    this.comparisons.push({ instrumentId, equal })
  }
  measure(roundTripMicros: number, clockOffsetMicros: number): void {
    this.measures.push({ roundTripMicros, clockOffsetMicros })
  }
  send(frame: Frame): void {
    this.sent.push(frame)
  }
  request(tag: string, request: HttpRequest): void {
    this.requests.push({ tag, request })
  }
  reconnect(when: 'now' | 'later', reason: string): void {
    this.reconnects.push({ when, reason })
  }
  refuse(error: SourceError): void {
    this.refusals.push(error)
  }
  unknown(what: string): void {
    this.unknowns.push(what)
  }

  /** The last state said of an instrument, or of all. */
  stateOf(instrumentId: string): LinkState | undefined {
    return this.links.findLast(link => link.instrumentId === instrumentId || link.instrumentId === '')?.state
  }
  factsOf<Kind extends FeedEvent['kind']>(kind: Kind): Extract<FeedEvent, { kind: Kind }>[] {
    return this.facts.filter(fact => fact.kind === kind) as Extract<FeedEvent, { kind: Kind }>[]
  }
}
