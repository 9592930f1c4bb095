// One finished run as one HTML file: opens offline, asks nothing of anyone, reads on paper, on a desk and on a phone.
import { createHash } from 'node:crypto'
import { embeddedJson, type Html, html, verbatim } from './html.ts'
import { assumptionsSection, configurationSection, dataSection, reproductionSection } from './report-evidence.ts'
import { count, instant } from './report-format.ts'
import { cautions, figures, inWords } from './report-headline.ts'
import type { ReportInput } from './report-input.ts'
import {
  costsSection,
  equitySection,
  funnelSection,
  monthsSection,
  priceSection,
  sensesSection,
  tradesSection,
} from './report-sections.ts'

/** Texts that go into the page as they stand; the renderer reads no disk. */
export interface ReportAssets {
  readonly lightweightCharts: string
  readonly uplot: string
  readonly uplotStyle: string
  readonly page: string
  readonly pageStyle: string
}

export function renderReport(input: ReportInput, assets: ReportAssets): string {
  const { summary } = input
  const scripts = [assets.lightweightCharts, assets.uplot, assets.page]
  const styles = [assets.uplotStyle, assets.pageStyle, ...logoStyle(assets.lightweightCharts)]

  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripts, styles)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${summary.name} · ${summary.mode} · Quadrant</title>
${styles.map(style => html`<style>${verbatim(style, 'style')}</style>\n`)}</head>
<body data-mode="${summary.mode}">
${banner(input)}
<main>
${masthead(input)}
${figures(input)}
${inWords(input)}
${cautions(input)}
${navigation()}
${equitySection(input)}
${priceSection(input)}
${funnelSection(input)}
${sensesSection(input)}
${monthsSection(input)}
${tradesSection(input)}
${costsSection(input)}
${dataSection(input)}
${assumptionsSection(input)}
${reproductionSection(input)}
${configurationSection(input)}
</main>
${footer()}
<div id="tip" role="status" hidden></div>
<script type="application/json" id="run-data">${embeddedJson(chartData(input))}</script>
${scripts.map(script => html`<script>${verbatim(script, 'script')}</script>\n`)}
</body>
</html>
`
  return page.text
}

/** No script runs and no style counts but those whose hashes are here: a text that slipped through would stay a text. */
function contentPolicy(scripts: readonly string[], styles: readonly string[]): string {
  const hashes = (texts: readonly string[]): string =>
    texts.map(text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ')
  return `default-src 'none'; script-src ${hashes(scripts)}; style-src ${hashes(styles)}; img-src data:; base-uri 'none'; form-action 'none'`
}

/** The chart library writes this style into the page for its logo; standing there already, it is allowed by its hash. */
const logoStyle = (library: string): string[] => {
  const text = /"(a#tv-attr-logo\{[^"]*)"/.exec(library)?.[1]
  return text === undefined ? [] : [text]
}

/** Only what the charts draw; everything else is in the page itself. */
const chartData = ({ equity, prices, trades, openPositions, summary }: ReportInput) => ({
  currency: summary.currency,
  equity,
  prices,
  trades: trades.map(trade => ({
    instrument: trade.instrument,
    side: trade.side,
    entry: trade.entryMicros / 1e6,
    exit: trade.exitMicros / 1e6,
    entryPrice: trade.entryPrice,
    exitPrice: trade.exitPrice,
    profit: trade.profit,
    currency: trade.currency,
    entryReason: trade.entryReason,
    exitReason: trade.exitReason,
  })),
  open: openPositions.map(({ instrument, side, since, reason }) => ({
    instrument,
    side,
    since: Date.parse(since) / 1000,
    reason,
  })),
})

const MODES: Readonly<Record<ReportInput['summary']['mode'], string>> = {
  BACKTEST: 'recorded history, simulated venue, no order left this machine',
  REPLAY: 'a recorded session played again, simulated venue, no order left this machine',
  PAPER: 'live prices, simulated venue, no order left this machine',
}

const banner = ({ summary }: ReportInput): Html => html`<header class="banner">
<strong>${summary.mode}</strong><span>${MODES[summary.mode]}</span>
<button id="theme" type="button" aria-label="Switch between light and dark">◐</button>
</header>`

const masthead = ({ summary }: ReportInput): Html => html`<div class="masthead">
<h1>${summary.name}</h1>
<p><time>${instant(summary.from)}</time> to <time>${instant(summary.to)}</time> · ${count(summary.events)} events · all times UTC · run <code>${summary.id}</code></p>
</div>`

const navigation = (): Html => html`<nav aria-label="Sections">
${[
  ['equity', 'Equity'],
  ['price', 'Price'],
  ['funnel', 'Why and why not'],
  ['months', 'Months'],
  ['trades', 'Trades'],
  ['costs', 'Costs'],
  ['data', 'Data'],
  ['assumptions', 'Assumptions'],
  ['reproduce', 'Reproduce'],
].map(([id, title]) => html`<a href="#${id}">${title}</a>`)}
</nav>`

const footer = (): Html => html`<footer>
<p>Made by Quadrant. Price charts: TradingView Lightweight Charts™, © TradingView, Inc., Apache License 2.0,
<a href="https://www.tradingview.com/" rel="noopener noreferrer">tradingview.com</a>. Line charts: µPlot, © Leon Sorokin, MIT License.
Past results say nothing certain about future ones.</p>
</footer>`
