// What kind of trading goes on, on every page and in its own colour: each living run with its mode, name and clock.
import { at, zoneName } from '../text/time.ts'
import { useTopic } from '../topics.ts'
import { ModeBadge } from './badge.tsx'

/** The run that risks most comes first. */
const ORDER = ['LIVE', 'PAPER', 'REPLAY', 'BACKTEST']

export function ModeBanner() {
  const runs = [...useTopic('runs', { rate: 2 }).rows.values()]
    .filter(({ running }) => running)
    .sort((a, b) => ORDER.indexOf(a.mode) - ORDER.indexOf(b.mode))
  const [first, ...others] = runs
  if (!first) {
    return (
      <div class="mode-banner idle" title="No run lives: prices on these pages are recorded.">
        <span class="badge">IDLE</span> <span class="mode-words">No run lives</span>
      </div>
    )
  }
  return (
    <div class={`mode-banner ${first.mode.toLowerCase()}`}>
      <ModeBadge mode={first.mode} />
      <span class="mode-words">
        {first.name}
        <time>
          {at(first.time, 'date-time-seconds')} {zoneName()}
        </time>
      </span>
      {others.length > 0 && <span class="mode-more">+{others.length}</span>}
    </div>
  )
}
