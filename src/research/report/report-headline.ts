// The top of the report: the key numbers, the same in a few sentences, and what to be careful about.
import { type Html, html } from './html.ts'
import { amount, count, counted, duration, instant, percent, ratio } from './report-format.ts'
import type { Funnel, ReportInput } from './report-input.ts'

export function figures({ summary, statistics }: ReportInput): Html {
  const { currency } = summary
  const tone = summary.netProfit.startsWith('-') ? 'loss' : summary.netProfit === '0' ? '' : 'gain'
  const ratioNote = (value: number | null): string => {
    if (value !== null) return `annualised, ${statistics.daysPerYear} days`
    return statistics.days < 2 ? 'needs two trading days' : 'undefined for these days'
  }

  return html`<dl class="figures">
${figure('Net profit', html`${amount(summary.netProfit)} <small>${currency}</small>`, `${percent(summary.return)} of start equity`, `lead ${tone}`, summary.netProfit)}
${figure('Final equity', html`${amount(summary.finalEquity)} <small>${currency}</small>`, `from ${amount(summary.startEquity)}`, '', summary.finalEquity)}
${figure('Max drawdown', percent(summary.maxDrawdown), statistics.deepest === null ? 'never below a high' : instant(statistics.deepest).slice(0, 16))}
${figure('Sharpe', ratio(summary.sharpe), ratioNote(summary.sharpe))}
${figure('Sortino', ratio(summary.sortino), ratioNote(summary.sortino))}
${figure('Profit factor', ratio(summary.profitFactor), summary.profitFactor === null && summary.trades > 0 ? 'no trade lost' : 'gross gain ÷ gross loss')}
${figure('Win rate', percent(summary.winRate, 1), counted(summary.trades, 'closed trade'))}
${figure('Average trade', html`${ratio(statistics.averageTrade)} <small>${currency}</small>`, winAndLoss(statistics))}
${figure('Commission', html`${amount(summary.costs)} <small>${currency}</small>`, counted(summary.fills, 'fill'), '', summary.costs)}
${figure('Time in the market', percent(statistics.exposure, 1), 'closed hours included')}
</dl>`
}

const figure = (name: string, value: Html | string, note: string, tone = '', exact?: string): Html =>
  html`<div class="${tone}"><dt>${name}</dt><dd title="${exact}">${value}</dd><dd class="note">${note}</dd></div>\n`

const winAndLoss = ({ averageWin, averageLoss }: ReportInput['statistics']): string =>
  averageWin === null && averageLoss === null ? 'no closed trade' : `win ${ratio(averageWin)}, loss ${ratio(averageLoss)}`

export function inWords({ summary, statistics, funnel }: ReportInput): Html {
  return html`<p class="words">In ${counted(statistics.days, 'trading day')} the strategies decided ${counted(funnel.decisions, 'time')}
and asked to trade ${counted(funnel.signals, 'time')}. ${whatHappened(funnel)} ${result(summary)}
Reading and deciding took ${duration(summary.elapsedSeconds * 1e6)}, ${count(Math.round(summary.eventsPerSecond))} events per second.</p>`
}

function whatHappened(funnel: Funnel): string {
  const refused = funnel.intents - funnel.approved
  const refusals = refused > 0 ? `Risk refused ${counted(refused, 'order')}. ` : ''
  if (funnel.orders > 0)
    return `${refusals}${counted(funnel.orders, 'order')} went out and ${counted(funnel.fills, 'fill')} came back.`

  const [first] = funnel.noSignal
  const why =
    funnel.signals === 0 && first !== undefined ? `; most often because of “${first.text}”, ${counted(first.count, 'time')}` : ''
  return `${refusals}No order went out${why}.`
}

function result({ netProfit, currency }: ReportInput['summary']): string {
  if (netProfit === '0') return 'The account neither gained nor lost.'
  const size = amount(netProfit.replace('-', ''))
  return `The account ${netProfit.startsWith('-') ? 'lost' : 'gained'} ${size} ${currency} after costs.`
}

/** Whatever makes a number above weaker than it looks. */
export function cautions(input: ReportInput): Html | null {
  const notes = [...booksNotes(input), ...sampleNotes(input), ...tradeNotes(input)]
  if (notes.length === 0) return null
  return html`<aside class="cautions"><h2>Read with care</h2><ul>${notes.map(note => html`<li>${note}</li>`)}</ul></aside>`
}

function booksNotes({ summary, unconverted }: ReportInput): string[] {
  const unbalanced = Object.entries(summary.ledgerSum).filter(([, sum]) => sum !== '0')
  const notes = unbalanced.map(
    ([currency, sum]) => `The ledger does not balance: ${sum} ${currency}. No number here can be trusted; please report it.`,
  )
  if (unconverted > 0)
    notes.push(`${counted(unconverted, 'amount')} had no exchange rate and count as zero in commission and trade statistics.`)
  return notes
}

function sampleNotes({ summary, statistics }: ReportInput): string[] {
  const notes: string[] = []
  if (summary.maxDrawdown >= 1) {
    notes.push(
      'Equity fell to zero or below. A real account would have been closed there; what follows is arithmetic, not trading.',
    )
  }
  if (summary.sharpe !== null && statistics.days < 60) {
    notes.push(
      `Sharpe and Sortino rest on ${counted(statistics.days, 'daily return')}; with so few, luck weighs more than skill.`,
    )
  }
  if (summary.trades > 0 && summary.trades < 30) {
    notes.push(`Win rate and profit factor rest on ${counted(summary.trades, 'trade')}.`)
  }
  return notes
}

function tradeNotes({ funnel, openPositions, tradeStride, summary }: ReportInput): string[] {
  const notes: string[] = []
  if (funnel.withoutStop > 0) {
    notes.push(
      `${count(funnel.withoutStop)} of ${counted(funnel.entries, 'entry', 'entries')} said stop: none. A loss had no bound but the account's limits.`,
    )
  }
  for (const position of openPositions) {
    notes.push(
      `Still open at the end: ${position.side} ${position.quantity} ${position.instrument} since ${instant(position.since)} (${position.reason}). Its gain or loss is in the equity, not in the trades.`,
    )
  }
  if (tradeStride > 1)
    notes.push(
      `The chart and the list of trades show one in ${tradeStride} of ${counted(summary.trades, 'trade')}; the statistics count all.`,
    )
  return notes
}
