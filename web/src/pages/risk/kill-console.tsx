// The kill console: the emergency stop with its three strengths held to trip, its state, who obeyed, and taking it back.
import { useSignal } from '@preact/signals'
import { api } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { TextField } from '../../components/field.tsx'
import { HoldButton } from '../../components/hold-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Panel } from '../../components/page.tsx'
import { ErrorPanel, Skeleton } from '../../components/states.tsx'
import { toast, toastError } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { useLoad } from '../../load.ts'
import { may } from '../../session.ts'
import { at, fromNow, zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'

const MODES = [
  { mode: 'halt', words: 'No new risk; what is open stays, guards stay.' },
  { mode: 'cancel', words: 'Halt, and every open order that would add risk is cancelled.' },
  { mode: 'flatten', words: 'Cancel, and every position is closed at the market.' },
] as const

export function KillConsole({ onChange }: { readonly onChange: () => void }) {
  const stored = useLoad(signal => api('GET /emergency-stop', { signal }), [])
  const live = useTopic('stop').rows.get('stop')
  const state = live ?? stored.value.value
  const reason = useSignal('')
  const changed = (): void => {
    reason.value = ''
    stored.reload()
    onChange()
  }

  const trip = async (mode: 'halt' | 'cancel' | 'flatten'): Promise<void> => {
    try {
      const words = reason.value.trim()
      await api('POST /emergency-stop', { body: { mode, reason: words.length >= 3 ? words : 'Held on the page of risk' } })
      toast({ kind: 'bad', text: `Emergency stop engaged: ${mode}.` })
      changed()
    } catch (error) {
      toastError(error)
    }
  }
  const reset = async (): Promise<void> => {
    try {
      await fresh(() => api('POST /emergency-stop/reset', { body: { reason: reason.value.trim() } }))
      toast({ kind: 'good', text: 'New risk is allowed again.' })
      changed()
    } catch (error) {
      toastError(error)
    }
  }

  if (stored.error.value && !state) return <ErrorPanel error={stored.error.value} retry={stored.reload} />
  if (!state) return <Skeleton lines={5} height={210} />
  return (
    <Panel
      title="Emergency stop"
      class={`kill-console ${state.engaged ? 'engaged' : ''}`}
      actions={
        state.engaged ? <Badge tone="bad">ENGAGED: {state.mode?.toUpperCase()}</Badge> : <Badge tone="good">NOT ENGAGED</Badge>
      }
    >
      {state.engaged ? (
        <>
          <p class="kill-words">
            <Icon name="stop" size={20} />
            <span>
              <strong>{state.reason}</strong>
              <br />
              by {state.operator}, {at(state.time, 'date-time-seconds')} {zoneName()}
              {state.time && ` (${fromNow(state.time)})`}
            </span>
          </p>
          <p class="soft-words">
            {state.obeyed.length === 0
              ? 'No living run had to obey.'
              : `Obeyed by ${state.obeyed.map(({ run, time }) => `${run} at ${at(time, 'time-seconds')}`).join(', ')}.`}{' '}
            It holds across restarts until an admin takes it back.
          </p>
        </>
      ) : (
        <p class="soft-words">No stop is in force. A stop reaches every run of this house, also one that starts later.</p>
      )}
      <div class="kill-form">
        <TextField
          label="Reason"
          value={reason.value}
          onValue={value => (reason.value = value)}
          maxLength={300}
          placeholder={state.engaged ? 'why new risk is safe again' : 'what happened; can be left empty in an emergency'}
        />
        {state.engaged && may('stop.reset') && (
          <button type="button" class="button primary" disabled={reason.value.trim().length < 3} onClick={() => void reset()}>
            Allow new risk again
          </button>
        )}
      </div>
      {may('stop.trip') && (
        <ul class="kill-modes">
          {MODES.map(({ mode, words }) => (
            <li key={mode}>
              <HoldButton
                label={words}
                icon={<Icon name="stop" />}
                onHeld={() => void trip(mode)}
                disabled={state.engaged && weaker(mode, state.mode)}
              >
                Hold to {mode}
              </HoldButton>
              <span class="soft-words">{words}</span>
            </li>
          ))}
        </ul>
      )}
      {state.engaged && !may('stop.reset') && <p class="soft-words">Only an admin can take it back.</p>}
    </Panel>
  )
}

/** A stop in force is only ever made stronger. */
function weaker(mode: (typeof MODES)[number]['mode'], now: string | null): boolean {
  const place = (name: string | null) => MODES.findIndex(each => each.mode === name)
  return place(mode) <= place(now)
}
