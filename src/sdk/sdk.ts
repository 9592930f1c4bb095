// Everything a strategy is written with: `import { strategy, int, ema, long } from 'quadrant'`.
export { type EntryWish, exit, hold, long, short } from './actions.ts'
export { AGO_MAX, type Line, type Trace } from './line.ts'
export {
  adx,
  atr,
  bollinger,
  count,
  delta,
  donchian,
  ema,
  macd,
  obv,
  roc,
  rsi,
  sma,
  stochastic,
  swings,
  volatility,
  vwap,
} from './measures.ts'
export { choice, int, number, percent } from './params.ts'
export { how, opinion, what, when, why } from './sense-measures.ts'
export { strategy } from './strategy.ts'
