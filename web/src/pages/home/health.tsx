// How well every part of the house is, each with its reason.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { Panel } from '../../components/page.tsx'
import { Show } from '../../components/states.tsx'
import type { Loaded } from '../../load.ts'

type Health = ReplyOf<'GET /health'>
const TONE = { good: 'good', degraded: 'warn', bad: 'bad', idle: 'none' } as const

export const HealthPanel = ({ health }: { readonly health: Loaded<Health> }) => {
  const value = health.value.value
  return (
    <Panel
      title="Health"
      stamp={value && { time: value.time, source: 'this server' }}
      actions={value && <strong class={`health-score ${TONE[value.state]}`}>{Math.round(value.score)}</strong>}
    >
      <Show from={health}>
        {({ parts }) => (
          <ul class="health">
            {parts.map(({ name, state, reason }) => (
              <li key={name}>
                <span class={`dot ${TONE[state]}`} role="img" aria-label={state} title={state} />
                <strong>{name}</strong>
                <span class="soft">{reason}</span>
              </li>
            ))}
          </ul>
        )}
      </Show>
    </Panel>
  )
}
