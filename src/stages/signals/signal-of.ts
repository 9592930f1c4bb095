// From what a strategy answers to a signal: prices on the tick, a target in multiples of the risk, reasons kept.
import { type Instrument, toPrice } from '../../domain/instrument.ts'
import type { Signal, StopRule } from '../../domain/signal.ts'
import type { Action } from '../../domain/strategy.ts'

type Entry = Extract<Action, { kind: 'enter' }>

/** `close` is the price the strategy decided at, in price units: what a target of '2R' is measured from. */
export function signalOf(
  action: Action,
  { strategy, instrument, close }: { readonly strategy: string; readonly instrument: Instrument; readonly close: number },
): Signal {
  const instrumentId = instrument.id
  if (action.kind === 'hold') return { kind: 'none', strategy, instrumentId, why: action.why }
  if (action.kind === 'exit') return { kind: 'flat', strategy, instrumentId, why: action.why }
  const { direction, why } = action
  const stop = stopRule(action, instrument)
  if (stop === undefined) return { kind: 'none', strategy, instrumentId, why: 'the stop it asked for is no number' }
  const estimate = targetEstimate(action, close)
  if (estimate !== undefined && !Number.isFinite(estimate))
    return { kind: 'none', strategy, instrumentId, why: 'the target it asked for is no number' }
  // Rounded away from the entry, so that rounding never makes the gain look easier.
  const takeProfit = estimate === undefined ? undefined : toPrice(instrument, estimate, direction === 'long' ? 'up' : 'down')
  const risk = action.risk === undefined ? undefined : action.risk / 100
  return { kind: 'target', strategy, instrumentId, direction, stop, takeProfit, risk, why }
}

/** Rounded away from the entry, so that rounding never makes the loss smaller than was asked for. */
function stopRule(action: Entry, instrument: Instrument): StopRule | undefined {
  if (action.stop === 'none') return NO_STOP
  if (!Number.isFinite(action.stop)) return undefined
  return { kind: 'at', price: toPrice(instrument, action.stop, action.direction === 'long' ? 'down' : 'up') }
}

const NO_STOP: StopRule = Object.freeze({ kind: 'none' })

function targetEstimate({ target, stop }: Entry, close: number): number | undefined {
  if (target === undefined || typeof target === 'number') return target
  if (stop === 'none') return Number.NaN
  return close + Number(target.slice(0, -1)) * (close - stop)
}
