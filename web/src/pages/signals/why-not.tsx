// 'Why was there no trade at this moment?': any instant of a run can be asked.
import { useSignal } from '@preact/signals'
import { api } from '../../api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { setQuery } from '../../router.ts'
import { zoneName } from '../../text/time.ts'
import { type Run, RunChoice } from '../run-choice.tsx'
import { ExplanationPanel } from './explanation-panel.tsx'

export interface WhyNotProps {
  readonly runs: readonly Run[]
  readonly run: string
  /** ISO, UTC, from the address; empty before a moment is chosen. */
  readonly moment: string
  readonly onClose: () => void
}

export function WhyNot({ runs, run, moment, onClose }: WhyNotProps) {
  const chosen = runs.find(({ id }) => id === run)
  const typed = useSignal(moment === '' ? (chosen?.to ?? '').slice(0, 16) : moment.slice(0, 16))
  const asked = useSignal(moment)

  return (
    <Dialog title="Why not at this moment?" onClose={onClose} wide>
      <form
        class="why-not"
        onSubmit={event => {
          event.preventDefault()
          asked.value = `${typed.value}:00Z`
          setQuery({ whynot: asked.value })
        }}
      >
        <RunChoice runs={runs} value={run} />
        <div class="field">
          <label for="why-not-moment">Moment (UTC)</label>
          <input
            id="why-not-moment"
            type="datetime-local"
            required
            value={typed.value}
            min={chosen?.from.slice(0, 16)}
            max={chosen?.to.slice(0, 16)}
            onInput={event => (typed.value = event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="button primary" disabled={run === ''}>
          Ask
        </button>
      </form>
      {zoneName() !== 'UTC' && <p class="soft-words">Moments of a run are asked for in UTC, as they stand in its record.</p>}
      {asked.value !== '' && run !== '' ? (
        <ExplanationPanel
          key={`${run} ${asked.value}`}
          title={`At ${asked.value.replace('T', ' ').replace(/:00Z$/, '')} UTC`}
          button="Ask"
          atOnce
          ask={signal => api('GET /runs/:id/explanation', { params: { id: run }, query: { at: asked.value }, signal })}
        />
      ) : (
        <p class="soft-words">
          Choose a run and a moment: the run is made again up to then, and every stage says what it saw and why nothing came of
          it.
        </p>
      )}
    </Dialog>
  )
}
