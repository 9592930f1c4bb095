// The end of the report: what the numbers rest on, and how to get them again.
import { type Html, html } from './html.ts'
import { count, instant, MISSING, percent } from './report-format.ts'
import type { Coverage, ReportInput, Stated } from './report-input.ts'

export function dataSection({ coverage, sources, summary }: ReportInput): Html {
  const hashed = sources.some(({ checksum }) => checksum !== '')
  const notes = [...new Set(coverage.flatMap(({ notes: said = [] }) => said))]

  return html`<section id="data"><h2>Data</h2>
${coverage.length === 0 && html`<p class="empty">No stream of data was recorded for this run.</p>`}
${
  coverage.length > 0 &&
  html`<div class="scroll"><table>
<thead><tr><th>Stream</th><th>Kind</th><th class="r">Rows</th><th>First</th><th>Last</th><th class="r">Set aside</th><th>Why</th></tr></thead>
<tbody>${coverage.map(coverageRow)}</tbody></table></div>`
}
${quarantine(summary.quarantined, summary.events)}
${notes.length > 0 && html`<ul class="small">${notes.map(note => html`<li>${note}</li>`)}</ul>`}
<h3>Sources and licences</h3>
<div class="scroll"><table>
<thead><tr><th>Source</th><th>Kind</th><th>Origin</th>${hashed && html`<th>SHA-256</th>`}<th>Licence</th></tr></thead>
<tbody>${sources.map(
    source =>
      html`<tr><td>${source.source}</td><td>${source.kind}</td><td class="text">${source.origin}</td>${hashed && html`<td title="${source.checksum}"><code>${source.checksum.slice(0, 12) || MISSING}</code></td>`}<td class="text">${source.licence || MISSING}</td></tr>`,
  )}</tbody></table></div></section>`
}

function coverageRow({ name, kind, rows, from, to, quarantined }: Coverage): Html {
  const aside = Object.values(quarantined).reduce((sum, times) => sum + times, 0)
  return html`<tr><td>${name}</td><td>${kind}</td><td class="r">${count(rows)}</td><td>${instant(from) || MISSING}</td><td>${instant(to) || MISSING}</td><td class="r">${count(aside)}</td><td class="text">${byReason(quarantined) || MISSING}</td></tr>`
}

function quarantine(quarantined: Readonly<Record<string, number>>, events: number): Html {
  const aside = Object.values(quarantined).reduce((sum, times) => sum + times, 0)
  const text =
    aside === 0
      ? `The quality gate accepted every one of ${count(events)} events of this run.`
      : `The quality gate accepted ${count(events)} events of this run and set ${count(aside)} aside (${percent(aside / (aside + events), 3)}): ${byReason(quarantined)}.`
  return html`<p class="small">${text}</p>`
}

const byReason = (quarantined: Readonly<Record<string, number>>): string =>
  Object.entries(quarantined)
    .filter(([, times]) => times > 0)
    .map(([reason, times]) => `${reason} ${count(times)}`)
    .join(', ')

export const assumptionsSection = ({ assumptions }: ReportInput): Html => html`<section id="assumptions"><h2>Assumptions</h2>
<p class="small">What was simulated, and how. A real account would differ where these do.</p>
${pairs(assumptions)}</section>`

export function reproductionSection({ summary, reproduction, statistics }: ReportInput): Html {
  const facts: Stated[] = [
    { name: 'Run', value: summary.id },
    { name: 'State hash', value: summary.stateHash, note: 'the same on every machine that runs this again' },
    { name: 'Data hash', value: summary.dataHash },
    { name: 'Configuration hash', value: summary.configHash },
    { name: 'Commit', value: reproduction.commit },
    { name: 'Quadrant', value: reproduction.version },
    { name: 'Node', value: reproduction.node },
    { name: 'Machine', value: reproduction.machine },
    { name: 'Start equity', value: `${summary.startEquity} ${summary.currency}`, note: 'exact' },
    { name: 'Final equity', value: `${summary.finalEquity} ${summary.currency}`, note: 'exact' },
    { name: 'Ledger sum', value: ledger(summary.ledgerSum), note: 'all postings, by currency; always zero' },
    { name: 'Daily returns', value: count(statistics.days), note: `volatility ${percent(statistics.volatility)} a year` },
  ]
  return html`<section id="reproduce"><h2>Reproduce</h2>
<p class="small">The same data, configuration and code give the same state hash.</p>
<pre class="command"><code>${reproduction.command}</code></pre>
${pairs(facts)}</section>`
}

const ledger = (sums: Readonly<Record<string, string>>): string =>
  Object.entries(sums)
    .map(([currency, sum]) => `${sum} ${currency}`)
    .join(', ')

export const configurationSection = ({
  configuration,
}: ReportInput): Html => html`<section id="configuration"><h2>Configuration</h2>
<details><summary>The whole configuration, defaults written out</summary><pre><code>${configuration}</code></pre></details></section>`

const pairs = (rows: readonly Stated[]): Html =>
  html`<dl class="pairs">${rows.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd>${value}${note !== undefined && html` <small>${note}</small>`}</dd></div>`,
  )}</dl>`
