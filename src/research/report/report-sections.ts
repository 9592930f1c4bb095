// The middle of the report: how the account went, where it traded and why, and where it did not and why not.
import type { TradeLine } from '../records.ts'
import type { Counted } from '../tally.ts'
import { type Html, html } from './html.ts'
import { explainRefusal } from './refusal-codes.ts'
import { amount, count, counted, duration, instant, MISSING, percent, price } from './report-format.ts'
import type { Funnel, ReportInput } from './report-input.ts'

const REASONS_SHOWN = 6
const TRADES_LISTED = 500

export function equitySection({ equity, summary }: ReportInput): Html {
  return html`<section id="equity"><h2>Equity and drawdown</h2>
${
  equity.times.length < 2
    ? html`<p class="empty">The account was marked fewer than two times, so there is no line to draw.</p>`
    : html`<p class="readout" id="equity-readout">Equity in ${summary.currency}; drawdown from the highest equity so far. Point at the lines to read them, drag to zoom, double-click to return.</p>
<div id="equity-chart" class="line-chart" role="img" aria-label="Equity over time"></div>
<div id="drawdown-chart" class="line-chart low" role="img" aria-label="Drawdown over time"></div>`
}</section>`
}

export function priceSection({ prices, trades, openPositions }: ReportInput): Html {
  const drawn = prices.filter(chart => chart.opens.length > 0)
  const traded = trades.length > 0 || openPositions.length > 0

  return html`<section id="price"><h2>Price${traded ? ', entries and exits' : ''}</h2>
${traded && html`<p class="legend"><span class="long">▲ long entry</span> <span class="short">▼ short entry</span> <span class="gain">● exit with a gain</span> <span class="loss">● exit with a loss</span> <span class="small">Point at one to read why. Where they crowd, only entries show, as dots; zoom in for the rest.</span></p>`}
${drawn.length === 0 && html`<p class="empty">No bar was closed in this run, so there is no price to draw.</p>`}
${drawn.map(
  (chart, index) => html`<figure>
<figcaption><b>${chart.instrument}</b> <span class="span">${chart.unit} · ${spans(chart.opens, chart.closes)}</span>
<span class="zoom" data-chart="${index}"><button type="button" data-zoom="in" aria-label="Zoom in">+</button><button type="button" data-zoom="out" aria-label="Zoom out">−</button><button type="button" data-zoom="all">All</button></span></figcaption>
<div class="price-chart" data-instrument="${chart.instrument}" role="img" aria-label="Price of ${chart.instrument}"></div>
</figure>`,
)}</section>`
}

/** The usual length of a bar, which thinning may have made longer than the strategy's own. */
function spans(opens: readonly number[], closes: readonly number[]): string {
  const lengths = opens.map((open, index) => closes[index]! - open).sort((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)]!
  return median > 0 ? `${counted(opens.length, 'bar')} of ${duration(median * 1e6)}` : counted(opens.length, 'price')
}

export function funnelSection({ funnel, refusals, summary }: ReportInput): Html {
  const steps = [
    { name: 'Decisions', value: funnel.decisions, of: 0, lost: null },
    { name: 'Signals', value: funnel.signals, of: funnel.decisions, lost: reasons('No signal, because', funnel.noSignal) },
    { name: 'Approved', value: funnel.approved - funnel.guards, of: funnel.signals, lost: notApproved(funnel, refusals) },
    { name: 'Orders', value: funnel.orders, of: funnel.approved, lost: guards(funnel) },
    { name: 'Fills', value: funnel.fills, of: funnel.orders, lost: orderEnds(funnel) },
  ]

  return html`<section id="funnel"><h2>Why it traded, and why not</h2>
${summary.trades === 0 && noTrade(funnel, refusals)}
<ol class="funnel">${steps.map(
    step => html`<li><div class="step"><b>${step.name}</b><span class="number">${count(step.value)}</span><span class="share">${share(step.value, step.of)}</span></div>
${bar(step.value, step.of)}${step.lost}</li>`,
  )}</ol>
${refusalTable(refusals)}</section>`
}

function noTrade(funnel: Funnel, refusals: ReportInput['refusals']): Html {
  const top = [
    ...refusals.map(({ code, count: times }) => ({ text: code, count: times })),
    ...funnel.noIntent,
    ...funnel.noSignal,
  ]
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
  const why = top.map(({ text, count: times }) => html`<li>${text} <span class="times">${count(times)} ×</span></li>`)

  return html`<div class="empty"><p class="why">${funnel.orders === 0 ? 'No trade was made.' : 'No trade was closed.'} ${top.length > 0 ? 'The top reasons were:' : 'No strategy was asked: no bar it listens to was closed.'}</p>${top.length > 0 && html`<ul>${why}</ul>`}</div>`
}

/** A flip may take two orders, so a step can be larger than the one before; then a share says nothing. */
const share = (value: number, of: number): string => (of > 0 && value <= of ? `${percent(value / of, 1)} of the step before` : '')

/** Drawn by attributes: a page that forbids styles in its elements shows it too, also on paper. */
const bar = (value: number, of: number): Html =>
  html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${barWidth(value, of)}" height="8"/></svg>`
const barWidth = (value: number, of: number): string =>
  of > 0 ? Math.min(100, (value / of) * 100).toFixed(2) : value > 0 ? '100' : '0'

function reasons(title: string, list: readonly Counted[]): Html | null {
  if (list.length === 0) return null
  const named = list.filter(({ text }) => text !== 'other').slice(0, REASONS_SHOWN)
  const rest = list.reduce((sum, { count: times }) => sum + times, 0) - named.reduce((sum, { count: times }) => sum + times, 0)

  return html`<div class="reasons"><span class="title">${title}</span><ul>${named.map(({ text, count: times }) => html`<li>${text} <span class="times">${count(times)} ×</span></li>`)}${
    rest > 0 && html`<li>other reasons <span class="times">${count(rest)} ×</span></li>`
  }</ul></div>`
}

const notApproved = (funnel: Funnel, refusals: ReportInput['refusals']): Html =>
  html`${reasons('No order was wished, because', funnel.noIntent)}${reasons(
    'Refused by risk',
    refusals.map(({ code, count: times }) => ({ text: code, count: times })),
  )}`

const guards = ({ guards: placed }: Funnel): Html | null =>
  placed === 0 ? null : reasons('Among them', [{ text: 'stops and targets that guard a position', count: placed }])

function orderEnds({ orderStates }: Funnel): Html | null {
  const ends = Object.entries(orderStates).map(([text, times]) => ({ text, count: times }))
  return reasons(
    'Orders ended',
    ends.sort((a, b) => b.count - a.count),
  )
}

function refusalTable(refusals: ReportInput['refusals']): Html | null {
  if (refusals.length === 0) return null
  return html`<h3>Refusals</h3><div class="scroll"><table>
<thead><tr><th>Code</th><th class="r">Times</th><th>Meaning</th><th>Last seen</th><th>Allowed</th></tr></thead>
<tbody>${refusals.map(
    ({ code, check, count: times, observed, limit }) =>
      html`<tr><td><code>${code}</code> <small>check ${check}</small></td><td class="r">${count(times)}</td><td class="text">${explainRefusal(code) ?? MISSING}</td><td>${observed}</td><td>${limit}</td></tr>`,
  )}</tbody></table></div>`
}

export function sensesSection({ senses }: ReportInput): Html | null {
  if (senses.length === 0) return null
  return html`<section id="senses"><h2>What the senses said</h2><div class="scroll"><table>
<thead><tr><th>Sense</th><th class="r">Readings</th><th class="r">Abstained</th><th>Why it abstained</th></tr></thead>
<tbody>${senses.map(({ sense, readings, abstentions }) => {
    const silent = abstentions.reduce((sum, { count: times }) => sum + times, 0)
    const why = abstentions.map(({ text, count: times }) => `${text} (${count(times)} ×)`).join('; ')
    return html`<tr><td><b>${sense.toUpperCase()}</b></td><td class="r">${count(readings)}</td><td class="r">${count(silent)}</td><td class="text">${why || MISSING}</td></tr>`
  })}</tbody></table></div></section>`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function monthsSection({ statistics: { monthly } }: ReportInput): Html {
  const byMonth = new Map(monthly.map(({ month, return: change }) => [month, change]))
  const years = [...new Set(monthly.map(({ month }) => month.slice(0, 4)))]
  const largest = Math.max(...monthly.map(({ return: change }) => Math.abs(change)), Number.MIN_VALUE)
  const known = (year: string) => MONTHS.map((_, index) => byMonth.get(`${year}-${String(index + 1).padStart(2, '0')}`))
  const whole = (year: string) => known(year).reduce<number>((product, change) => product * (1 + (change ?? 0)), 1) - 1

  return html`<section id="months"><h2>Monthly returns</h2>
${
  monthly.length === 0
    ? html`<p class="empty">The account was never marked, so there is no month to show.</p>`
    : html`<div class="scroll"><table class="months">
<thead><tr><th>Year</th>${MONTHS.map(month => html`<th class="r">${month}</th>`)}<th class="r">Year</th></tr></thead>
<tbody>${years.map(
        year =>
          html`<tr><th>${year}</th>${known(year).map(change => monthCell(change, largest))}<td class="r"><b>${percent(whole(year))}</b></td></tr>`,
      )}</tbody></table></div>
<p class="small">Percent of the equity at the end of the month before; the first month starts with the start equity.</p>`
}</section>`
}

/** Shades of a month's cell, as the style has them. */
const HEATS = 12

function monthCell(change: number | undefined, largest: number): Html {
  if (change === undefined) return html`<td class="r none"></td>`
  const strength = Math.round((Math.abs(change) / largest) * HEATS)
  return html`<td class="r heat heat-${strength} ${change < 0 ? 'loss' : 'gain'}">${percent(change)}</td>`
}

export function tradesSection({ trades, tradeStride, summary, prices }: ReportInput): Html {
  const decimals = new Map(prices.map(chart => [chart.instrument, chart.decimals]))
  const listed = trades.slice(0, TRADES_LISTED)
  if (listed.length === 0) {
    return html`<section id="trades"><h2>Trades</h2><p class="empty">${summary.orders === 0 ? 'No trade was made.' : 'No trade was closed.'} <a href="#funnel">Why not</a> says what stood in the way.</p></section>`
  }

  const which = tradeStride > 1 ? `, one in ${tradeStride} of ${count(summary.trades)}` : ` of ${count(summary.trades)}`
  const note =
    listed.length === summary.trades
      ? ''
      : `The first ${count(listed.length)}${which}; trades.jsonl in the run's folder has them all.`
  return html`<section id="trades"><h2>Trades</h2>
<p class="small">A trade is a closed round trip, after commission. ${note}</p>
<div class="scroll tall"><table class="trades">
<thead><tr><th></th><th>Position</th><th>Entry</th><th>Exit</th><th class="r">Held</th><th class="r">Profit</th><th>Why in</th><th>Why out</th></tr></thead>
<tbody>${listed.map((trade, index) => tradeRow(trade, index, decimals.get(trade.instrument) ?? 2))}</tbody></table></div></section>`
}

function tradeRow(trade: TradeLine, index: number, decimals: number): Html {
  const long = trade.side === 'buy'
  const when = (time: string, at: number) => html`<td>${instant(time)}<br><small>at</small> ${price(at, decimals)}</td>`

  return html`<tr><td><button type="button" data-trade="${index}" title="Show on the chart">${index + 1}</button></td>
<td><span class="${long ? 'long' : 'short'}">${long ? 'long' : 'short'} ${trade.quantity}</span><br><small>${trade.instrument}</small></td>
${when(trade.entry, trade.entryPrice)}${when(trade.exit, trade.exitPrice)}
<td class="r">${duration(trade.exitMicros - trade.entryMicros)}</td>
<td class="r ${trade.profit.startsWith('-') ? 'loss' : 'gain'}" title="${trade.profit}">${amount(trade.profit)} ${trade.currency}</td>
<td class="text">${trade.entryReason}</td><td class="text">${trade.exitReason}</td></tr>
`
}

export function costsSection({ costs, summary }: ReportInput): Html {
  return html`<section id="costs"><h2>Costs</h2><div class="scroll"><table>
<thead><tr><th>Cost</th><th class="r">${summary.currency}</th><th>Note</th></tr></thead>
<tbody>${costs.map(
    ({ name, amount: paid, note }) =>
      html`<tr><td>${name}</td><td class="r" title="${paid}">${paid === null ? MISSING : amount(paid)}</td><td class="text">${note}</td></tr>`,
  )}</tbody></table></div></section>`
}
