// The four senses WHY, HOW, WHAT and WHEN: as small bars in a row of the watchlist, and as cards with reasons and evidence.

import type { ComponentChildren } from 'preact'
import type { RowOf } from '../../../src/wire/topics.ts'
import { duration, number, signed } from '../text/number.ts'
import { at, zoneName } from '../text/time.ts'
import { EmptyState } from './states.tsx'

type Opinion = RowOf<'opinions'>
type Reading = Opinion['readings'][number]
type Evidence = Reading['evidence'][number]

export const SENSES = ['why', 'how', 'what', 'when'] as const
const ASKS = {
  why: 'news and macro',
  how: 'order flow and structure',
  what: 'price and volume',
  when: 'sessions and cycles',
} as const

const readingOf = (opinion: Opinion, sense: string): Reading | undefined => opinion.readings.find(each => each.sense === sense)
const toneOf = (value: number): string => (value > 0 ? 'up' : value < 0 ? 'down' : '')
/** How far it leans: its direction as strongly as it is sure. */
const leanOf = ({ abstains, direction, confidence }: Reading): number => (abstains ? 0 : direction * confidence)

/** Four bars from the middle: right and up-coloured for up, left for down, a dot where the sense abstains. */
export function SenseBars({ opinion }: { readonly opinion: Opinion | null }) {
  if (!opinion) return <span class="soft">–</span>
  const words = SENSES.map(sense => `${sense} ${spoken(readingOf(opinion, sense))}`).join(', ')
  return (
    <span class="sense-bars" role="img" aria-label={words} title={words}>
      {SENSES.map(sense => (
        <Bar key={sense} reading={readingOf(opinion, sense)} />
      ))}
    </span>
  )
}

const spoken = (reading: Reading | undefined): string =>
  !reading || reading.abstains ? 'abstains' : `${signed(reading.direction)} at confidence ${number(reading.confidence, 2)}`

/** Half of the track is full confidence in one direction. */
function Bar({ reading }: { readonly reading: Reading | undefined }) {
  const lean = reading ? leanOf(reading) : 0
  const share = Math.min(1, Math.abs(lean)) * 50
  return (
    <span class={`sense-bar ${toneOf(lean)} ${!reading || reading.abstains ? 'abstains' : ''}`}>
      <i style={{ width: `${share}%`, left: `${lean < 0 ? 50 - share : 50}%` }} />
    </span>
  )
}

export function SenseCards({ opinion }: { readonly opinion: Opinion | null | undefined }) {
  if (!opinion) {
    return (
      <EmptyState icon="signals" title="No opinion on this instrument">
        The senses speak in runs that trade it. Start one on the page of backtests, or with a paper run.
      </EmptyState>
    )
  }
  return (
    <div class="senses">
      <Fusion opinion={opinion} />
      <div class="sense-cards">
        {SENSES.map(sense => (
          <SenseCard key={sense} sense={sense} reading={readingOf(opinion, sense)} opinionTime={opinion.time} />
        ))}
      </div>
    </div>
  )
}

function Fusion({ opinion }: { readonly opinion: Opinion }) {
  const up = opinion.probabilityUp
  return (
    <div class="fusion">
      <div class="fusion-figures">
        <Figure label="Probability up" tone={up > 0.5 ? 'up' : up < 0.5 ? 'down' : ''}>
          {number(up * 100, 1)} %
        </Figure>
        <Figure label="Confidence">{number(opinion.confidence, 2)}</Figure>
        <Figure label="Disagreement">{number(opinion.disagreement, 2)}</Figure>
      </div>
      {opinion.standAside !== '' && <p class="stand-aside">Stands aside: {opinion.standAside}</p>}
      <details class="narrative">
        <summary>In words</summary>
        {opinion.narrative.split('\n').map(line => (
          <p key={line}>{line}</p>
        ))}
      </details>
    </div>
  )
}

const Figure = ({
  label,
  tone = '',
  children,
}: {
  readonly label: string
  readonly tone?: string
  readonly children: ComponentChildren
}) => (
  <div class="figure">
    <span class="figure-label">{label}</span>
    <span class={`figure-value ${tone}`}>{children}</span>
  </div>
)

interface SenseCardProps {
  readonly sense: (typeof SENSES)[number]
  readonly reading: Reading | undefined
  readonly opinionTime: string
}

function SenseCard({ sense, reading, opinionTime }: SenseCardProps) {
  const lean = reading ? leanOf(reading) : 0
  const silent = !reading || reading.abstains
  return (
    <section class="sense-card" aria-label={sense}>
      <header>
        <h3>{sense.toUpperCase()}</h3>
        <span class="sense-asks">{ASKS[sense]}</span>
        <strong class={`sense-lean ${toneOf(lean)}`}>{silent ? 'abstains' : signed(reading.direction)}</strong>
      </header>
      <Bar reading={reading} />
      <p class="sense-reason" title={reading ? mainReason(reading) : undefined}>
        {reading ? mainReason(reading) : 'Not asked in this run.'}
      </p>
      {!silent && (
        <p class="sense-figures">
          confidence {number(reading.confidence, 2)} · strength {number(reading.strength, 2)} · for{' '}
          {duration(reading.horizonSeconds)} · {freshness(reading.time, opinionTime)}
        </p>
      )}
      {reading && reading.evidence.length > 0 && (
        <details>
          <summary>
            {reading.evidence.length} {reading.evidence.length === 1 ? 'piece' : 'pieces'} of evidence
          </summary>
          <ul class="evidence">
            {reading.evidence.map(piece => (
              <EvidenceLine key={piece.id} piece={piece} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

const EvidenceLine = ({ piece: { metric, value, unit, direction, time, source } }: { readonly piece: Evidence }) => (
  <li>
    <span>{metric}</span>
    <strong class={toneOf(direction)}>
      {figure(value)} {unit}
    </strong>
    <span class="stamp">
      {at(time, 'date-time-seconds')} {zoneName()} · {source}
    </span>
  </li>
)

/** Why it abstains; or the first piece of evidence on its side, which the senses put in order of weight. */
function mainReason({ abstains, reason, evidence, direction }: Reading): string {
  if (abstains || reason !== '') return reason
  const main = evidence.find(piece => direction !== 0 && Math.sign(piece.direction) === Math.sign(direction)) ?? evidence[0]
  return main ? `${main.metric}: ${figure(main.value)} ${main.unit}` : 'Without evidence.'
}

const figure = (value: number): string => number(value, Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 1 : 4)

/** How old the reading was when the opinion was made: what a decision knew. */
const freshness = (reading: string, opinion: string): string => {
  const seconds = (Date.parse(opinion) - Date.parse(reading)) / 1_000
  return seconds < 1 ? 'fresh' : `${duration(seconds)} old`
}
