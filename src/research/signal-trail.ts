// Follows each wish of a strategy to what became of it: no size, a refusal, an order, a fill, or nothing left to do.
import type { Instrument } from '../domain/instrument.ts'
import { isOpen, type OrderIntent } from '../domain/order.ts'
import type { Decision, OrderChange, Sizing, Step, Verdict } from '../engine/step.ts'
import type { RowOf } from '../wire/topics.ts'
import { microsText, stepsText } from './record-text.ts'

export type SignalRow = RowOf<'signals'>
type Refusal = SignalRow['refusals'][number]

/** A wish on its way. */
interface Followed {
  readonly row: { -readonly [Field in keyof SignalRow]: SignalRow[Field] }
  /** Among the wishes of the run, from 0. */
  readonly place: number
  /** How many of its orders may still fill. */
  open: number
}

/** `place` counts the wishes of the run from 0. */
export type Tell = (row: SignalRow, settled: boolean, place: number) => void

/** Whether the next wish, the first being 0, is to be followed. */
export type Wanted = (place: number) => boolean

/**
 * `tell` gets each signal's row at once and again whenever its outcome changes, under the same key: the same object, so who
 * keeps it copies it. `settled` says that it will not change any more. Steps without a wish and without an order cost a look at two lengths.
 */
export class SignalTrail {
  readonly #run: string
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #tell: Tell
  readonly #wanted: Wanted
  readonly #byOrder = new Map<string, Followed>()
  #wishes = 0

  constructor(run: string, instruments: ReadonlyMap<string, Instrument>, tell: Tell, wanted: Wanted = () => true) {
    this.#run = run
    this.#instruments = instruments
    this.#tell = tell
    this.#wanted = wanted
  }

  observe(step: Step): void {
    if (step.decisions.length > 0) this.#wish(step)
    if (step.changes.length > 0 && this.#byOrder.size > 0) for (const change of step.changes) this.#follow(change)
  }

  /** The run ends: what is on its way stays as it is. */
  finish(): void {
    for (const { row, place } of new Set(this.#byOrder.values())) this.#tell(row, true, place)
    this.#byOrder.clear()
  }

  #wish(step: Step): void {
    let inStep = 0
    for (const decision of step.decisions) {
      if (decision.signal.kind === 'none') continue
      const place = this.#wishes++
      if (!this.#wanted(place)) continue
      const sizings = step.sizings.filter(sizing => sizing.decision === decision)
      const intents = sizings.flatMap(({ intent }) => intent ?? [])
      const orders = ordersOf(step, intents)
      const row: SignalRow = {
        key: `${this.#run}:${step.sequence}${inStep === 0 ? '' : `-${inStep}`}`,
        ...this.#about(decision),
        outcome: orders.length > 0 ? 'ordered' : outcomeOf(sizings, step.verdicts, intents),
        refusals: refusalsOf(sizings, step.verdicts, intents),
        orders,
      }
      inStep += 1
      if (orders.length === 0) {
        this.#tell(row, true, place)
        continue
      }
      const followed: Followed = { row, place, open: orders.length }
      for (const order of orders) this.#byOrder.set(order, followed)
      this.#tell(row, false, place)
    }
  }

  #about({
    time,
    strategy,
    instrumentId,
    signal,
    opinion,
    bar,
  }: Decision): Omit<SignalRow, 'key' | 'outcome' | 'refusals' | 'orders'> {
    const of = this.#instruments.get(instrumentId)
    return {
      run: this.#run,
      time: microsText(time),
      strategy,
      instrument: instrumentId,
      direction: signal.kind === 'target' ? signal.direction : 'flat',
      why: signal.why,
      probabilityUp: opinion?.probabilityUp ?? null,
      confidence: opinion?.confidence ?? null,
      price: of === undefined ? null : stepsText(bar.close, of.priceDecimals),
    }
  }

  #follow({ orderId, to }: OrderChange): void {
    const followed = this.#byOrder.get(orderId)
    if (followed === undefined) return
    const { row } = followed
    const isNews = (to === 'filled' || to === 'partially-filled') && row.outcome !== 'filled'
    if (isNews) row.outcome = 'filled'
    if (!isOpen(to)) {
      followed.open -= 1
      this.#byOrder.delete(orderId)
    }
    const settled = followed.open === 0
    if (isNews || settled) this.#tell(row, settled, followed.place)
  }
}

/** Ids of what left in this step for these intents. */
function ordersOf(step: Step, intents: readonly OrderIntent[]): string[] {
  return step.changes.filter(({ from, intent }) => from === 'intended' && intents.includes(intent)).map(({ orderId }) => orderId)
}

function outcomeOf(
  sizings: readonly Sizing[],
  verdicts: readonly Verdict[],
  intents: readonly OrderIntent[],
): SignalRow['outcome'] {
  if (verdicts.some(({ kind, intent }) => kind === 'refused' && intents.includes(intent))) return 'refused'
  return sizings.some(({ refusal }) => refusal !== undefined) ? 'unsized' : 'met'
}

function refusalsOf(sizings: readonly Sizing[], verdicts: readonly Verdict[], intents: readonly OrderIntent[]): Refusal[] {
  return [
    ...sizings.flatMap(({ refusal, reason }) => (refusal === undefined ? [] : { code: refusal, limit: '', observed: reason })),
    ...verdicts
      .filter(({ intent }) => intents.includes(intent))
      .flatMap(({ refusals }) => refusals.map(({ code, limit, observed }) => ({ code, limit, observed }))),
  ]
}
