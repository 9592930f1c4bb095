// The numbers of a finished run, exactly as `--json` prints them.

/** Field names and types are a contract for machines: adding is free, changing is not. */
export interface RunSummary {
  readonly id: string
  readonly name: string
  readonly mode: 'BACKTEST' | 'REPLAY' | 'PAPER'
  /** Accepted events from feeds. */
  readonly events: number
  readonly quarantined: Readonly<Record<string, number>>
  readonly elapsedSeconds: number
  readonly eventsPerSecond: number
  readonly bars: number
  readonly decisions: number
  readonly signals: number
  /** Refusals by code, of risk and of allocation. */
  readonly refused: Readonly<Record<string, number>>
  readonly orders: number
  readonly fills: number
  readonly trades: number
  /** Decimal string in the account's currency: final less start equity. */
  readonly netProfit: string
  /** Fraction: 0.01 is one percent. */
  readonly return: number
  /** Annualised from daily returns; null with fewer than two days or without variation. */
  readonly sharpe: number | null
  readonly sortino: number | null
  /** Largest fall from a high, as a positive fraction of the high. */
  readonly maxDrawdown: number
  /** Gross gain over gross loss of closed trades; null without a loss. */
  readonly profitFactor: number | null
  readonly winRate: number | null
  /** Commission paid, decimal string. */
  readonly costs: string
  readonly currency: string
  readonly startEquity: string
  readonly finalEquity: string
  /** Sum of all postings by currency; each "0". */
  readonly ledgerSum: Readonly<Record<string, string>>
  readonly stateHash: string
  readonly dataHash: string
  readonly configHash: string
  /** From first to last event, ISO. */
  readonly from: string
  readonly to: string
  readonly report: string
}
