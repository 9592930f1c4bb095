// The steps of a live run that somebody wants to hear of, one flat object each: what `run --json` prints line by line.

import type { Input } from '../../adapters/recording/event-lines.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { formatMicros, formatMoney, formatSteps } from '../../domain/numbers.ts'
import type { Step } from '../../engine/step.ts'

/** `type` and `time` are always there; the other fields follow from the type (docs/data-formats.md). */
export type Note = { readonly type: string; readonly time: string } & Readonly<Record<string, unknown>>

/** What became of one event, in the order it happened. Most steps say nothing. */
export function notesOf(step: Step, instruments: ReadonlyMap<string, Instrument>): Note[] {
  const notes: Note[] = []
  const time = formatMicros(step.event.receivedTime)
  const note = (type: string, fields: Record<string, unknown>): void => {
    notes.push({ type, time, sequence: step.sequence, ...fields })
  }
  const { event } = step

  if (event.kind === 'source-change') {
    const { instrumentId, from, to, level, epoch, reason } = event
    note('source-change', { instrument: instrumentId, from, to, level, epoch, reason })
  }

  for (const { strategy, instrumentId, signal } of step.decisions) {
    if (signal.kind === 'none') continue
    const direction = signal.kind === 'target' ? signal.direction : 'flat'
    note('signal', { strategy, instrument: instrumentId, direction, reason: signal.why })
  }
  for (const { decision, refusal, reason } of step.sizings) {
    if (refusal !== undefined) note('unsized', { instrument: decision.instrumentId, code: refusal, reason })
  }
  for (const { intent, kind, refusals } of step.verdicts) {
    if (kind === 'refused') {
      note('refused', {
        instrument: intent.instrumentId,
        side: intent.side,
        role: intent.role,
        refusals: refusals.map(({ code, limit, observed }) => ({ code, limit, observed })),
      })
    }
  }
  for (const { orderId, intent, from, to, reason } of step.changes) {
    const of = instruments.get(intent.instrumentId)
    const quantity = of === undefined ? String(intent.quantity) : formatSteps(intent.quantity, of.quantityDecimals)
    note('order', {
      instrument: intent.instrumentId,
      order: orderId,
      side: intent.side,
      role: intent.role,
      quantity,
      from,
      to,
      reason,
    })
  }
  for (const { orderId, intent, event: answer, roundTrip } of step.bookings) {
    const of = instruments.get(intent.instrumentId)
    if (answer.outcome !== 'filled' || of === undefined) continue
    note('fill', {
      instrument: intent.instrumentId,
      order: orderId,
      side: intent.side,
      quantity: formatSteps(answer.quantity, of.quantityDecimals),
      price: formatSteps(answer.price, of.priceDecimals),
      ...(roundTrip === undefined ? {} : { profit: formatMoney(roundTrip.profit) }),
    })
  }
  return notes
}

/** What entered beside facts, where a person would want to know: a source's word of itself, a person's command. */
export function inputNote(input: Input): Note | undefined {
  if (input.kind === 'advance' || input.kind === 'known') return undefined
  const event = input.kind === 'command' ? input.command : input.event
  const time = formatMicros(event.receivedTime)
  if (event.kind === 'operator-command') {
    const { operator, reason, order } = event
    return { type: 'command', time, operator, reason, order }
  }
  if (event.kind === 'link-change') {
    const { source, instrumentId, state, reason } = event
    return { type: 'link', time, source, instrument: instrumentId, state, reason }
  }
  if (event.kind === 'integrity-fault') {
    const { source, instrumentId, fault, detail } = event
    return { type: 'fault', time, source, instrument: instrumentId, fault, detail }
  }
  return undefined
}

/** A note's fields in one line for a person. */
export function noteWords({ type: _, time: __, ...fields }: Note): string {
  return Object.entries(fields)
    .filter(([name, value]) => name !== 'sequence' && value !== '')
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ')
}
