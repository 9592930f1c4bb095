// quadrant feed status: which source each instrument is read from, how good each one is, and why.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { type LiveStatus, readStatus } from '../live/live-status.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { facts, table } from './table.ts'
import type { Terminal } from './terminal.ts'

const WATCH_MILLIS = 1000

export function define(command: Command, terminal: Terminal): void {
  command.option('--watch', 'again every second until Ctrl-C').action(async ({ watch }: { readonly watch?: boolean }) => {
    const home = stateHome()
    if (watch !== true) {
      const status = readStatus(home)
      terminal.answer(status, () => statusText(status))
      return
    }

    const signal = interruptSignal()
    while (!signal.aborted) {
      const status = readStatus(home)
      if (terminal.json) terminal.print(JSON.stringify(status))
      else terminal.print(`${CLEAR}${statusText(status)}`)
      if (!status.running) return
      await sleep(WATCH_MILLIS, undefined, { signal }).catch(() => {})
    }
  })
}

/** Cursor home and the rest of the screen cleared: a screen that is redrawn without flicker. */
const CLEAR = process.stdout.isTTY ? '\u001b[H\u001b[J' : ''

export function statusText(status: LiveStatus): string {
  const { decisionMicros, recording } = status
  const head = facts([
    ['run', `${status.run}  ${status.mode}${status.running ? '' : '  (ended)'}`],
    ['as of', status.time],
    ['events', `${count(status.events)}; ${quarantined(status)}`],
    [
      'decided in',
      `${millis(decisionMicros.p50)} median, ${millis(decisionMicros.p99)} p99, ${millis(decisionMicros.p999)} p99.9`,
    ],
    [
      'recording',
      recording === null ? 'off' : `${recording.folder}${recording.failure === '' ? '' : `  FAILED: ${recording.failure}`}`,
    ],
  ])
  const rows = status.instruments.flatMap(({ instrument, level, sources }) =>
    sources.map(({ source, state, link, score, parts, latencyMillis, ageMillis, gaps, selected, why }) => [
      selected ? `▶ ${instrument}` : `  ${instrument}`,
      source,
      selected && level !== 'live' ? `${state}, ${link} (${level})` : `${state}, ${link}`,
      score.toFixed(2),
      Object.entries(parts)
        .map(([name, part]) => `${name.slice(0, 5)} ${part.toFixed(2)}`)
        .join(' '),
      span(latencyMillis),
      span(ageMillis),
      count(gaps),
      why,
    ]),
  )
  const right = (title: string) => ({ title, align: 'right' as const })
  const sources = table(
    [
      { title: 'instrument' },
      { title: 'source' },
      { title: 'state' },
      right('score'),
      { title: 'parts' },
      right('latency'),
      right('age'),
      right('gaps'),
      { title: 'why' },
    ],
    rows,
  )
  const failovers = status.failovers
    .slice(-5)
    .map(({ time, instrument, from, to, reason }) => `  ${time}  ${instrument}  ${from || '–'} → ${to || '–'}  ${reason}`)
  return [head, sources, ...(failovers.length > 0 ? ['last failovers (UTC)', ...failovers] : [])].join('\n')
}

function quarantined({ quarantined: reasons }: LiveStatus): string {
  const entries = Object.entries(reasons).filter(([reason]) => reason !== 'not-selected')
  return entries.length === 0
    ? 'none quarantined'
    : `quarantined ${entries.map(([reason, times]) => `${count(times)} ${reason}`).join(', ')}`
}

const millis = (micros: number): string => `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 0)} ms`
const span = (value: number | null): string =>
  value === null ? '–' : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
