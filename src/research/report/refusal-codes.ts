// What each refusal means, in words for the reader of a report. Codes and numbers: reliability.md §3.2.

const EXPLANATIONS: Readonly<Record<string, string>> = {
  KILL_SWITCH_ACTIVE: 'Trading was stopped by a person and not started again.',
  TRADING_HALTED: 'The account was halted; nothing new was allowed.',
  TRADING_REDUCING: 'Only orders that make the position smaller were allowed.',
  INSTRUMENT_UNKNOWN: 'There is no specification of this instrument.',
  INSTRUMENT_RESTRICTED: 'The instrument may not be traded, or only to reduce.',
  MARKET_CLOSED: "The instrument's session was closed.",
  PRICE_COLLAR_BREACHED: 'The order price was too far from the market.',
  PRICE_INVALID: 'The price was not on the tick, or not positive where it must be.',
  QUANTITY_INVALID: 'The quantity was zero or not a multiple of the lot.',
  QUANTITY_EXCEEDS_MAX: 'The order was larger than the largest quantity allowed.',
  NOTIONAL_EXCEEDS_MAX: 'The order was worth more than one order may be.',
  POSITION_LIMIT_EXCEEDED: 'The position with all open orders would have been worth more than allowed.',
  GROSS_EXPOSURE_EXCEEDED: 'All positions and open orders together would have been worth more than allowed.',
  LEVERAGE_EXCEEDED: 'Exposure would have been too large for the equity.',
  MARGIN_INSUFFICIENT: 'There was not enough free margin for the order.',
  BALANCE_INSUFFICIENT: 'There was not enough buying power for the order.',
  RATE_LIMIT_EXCEEDED: 'Too many orders in too short a time.',
  OPEN_ORDER_LIMIT: 'Too many orders were open already.',
  DUPLICATE_ORDER: 'The same order was already on its way.',
  MARKET_DATA_STALE: 'The newest price was too old to act on.',
  MARKET_DATA_QUALITY: 'The prices were not good enough to act on.',
  DATA_SOURCE_DEGRADED: 'No healthy source of prices was left; what was known last is for reading only.',
  DECISION_STALE: 'The decision was too old when it was to be carried out.',
  STOP_REQUIRED: 'The strategy gave no protective stop.',
  STOP_INVALID: 'The stop was on the wrong side of the price, too near, or too far.',
  DAILY_LOSS_LIMIT: "The day's loss had reached its limit.",
  DRAWDOWN_LIMIT: 'The fall from the highest equity had reached its limit.',
  REDUCE_ONLY_VIOLATION: 'An order that may only reduce would have opened or enlarged a position.',
  FX_RATE_MISSING: "No exchange rate into the account's currency was known.",
  INTERNAL_RISK_ERROR: 'A check failed in itself; that refuses the order.',
}

/** Undefined for a code that is not in the catalogue; the report then shows what was seen and what was allowed. */
export const explainRefusal = (code: string): string | undefined => EXPLANATIONS[code]
