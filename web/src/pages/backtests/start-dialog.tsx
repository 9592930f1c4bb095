// Starts a configuration: which one, with which values changed, as a backtest, a replay or a paper run.
import { useSignal } from '@preact/signals'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Segments, SelectField, TextField } from '../../components/field.tsx'
import { EmptyState, ErrorPanel, Show } from '../../components/states.tsx'
import { toast } from '../../components/toasts.tsx'
import { useLoad } from '../../load.ts'
import { useSubmission } from '../../submission.ts'
import { overridesOf } from './overrides.ts'

type Configuration = ReplyOf<'GET /configurations'>['items'][number]
type Recording = ReplyOf<'GET /configurations'>['recordings'][number]
type Kind = 'backtest' | 'replay' | 'paper'

export interface StartDialogProps {
  /** A configuration's name to begin with; '1' for none in particular. */
  readonly wanted: string
  readonly kind?: Kind
  readonly onClose: () => void
  readonly onStarted?: (job: ReplyOf<'POST /runs'>) => void
}

export function StartDialog({ wanted, kind = 'backtest', onClose, onStarted }: StartDialogProps) {
  const configurations = useLoad(signal => api('GET /configurations', { signal }), [])
  return (
    <Dialog title="Start a run" onClose={onClose} wide>
      <Show from={configurations}>
        {({ items, recordings }) =>
          items.length === 0 ? (
            <EmptyState icon="backtests" title="There is no configuration yet" command="quadrant init my-strategy">
              A configuration is a YAML file in the folder config; it names the data, the strategies and the limits.
            </EmptyState>
          ) : (
            <StartForm
              items={items}
              recordings={recordings}
              wanted={wanted}
              kind={kind}
              onClose={onClose}
              onStarted={onStarted}
            />
          )
        }
      </Show>
    </Dialog>
  )
}

interface StartFormProps extends Omit<StartDialogProps, 'kind' | 'onStarted'> {
  readonly items: readonly Configuration[]
  readonly recordings: readonly Recording[]
  readonly kind: Kind
  readonly onStarted: StartDialogProps['onStarted'] | undefined
}

function StartForm({ items, recordings, wanted, kind: first, onClose, onStarted }: StartFormProps) {
  const name = useSignal(
    items.find(item => item.name === wanted)?.name ??
      (items.find(({ missing, live }) => missing === '' && !live) ?? items[0]!).name,
  )
  const kind = useSignal<Kind>(first)
  const lines = useSignal('')
  const speed = useSignal('60')
  /** Empty is living prices. */
  const recording = useSignal('')
  const chosen = items.find(item => item.name === name.value)!
  const overrides = overridesOf(lines.value)
  // What is not recorded cannot be played; a recording that is still made has no end yet.
  const playable = recordings.filter(
    ({ instruments, ended }) => ended !== null && chosen.instruments.every(id => instruments.includes(id)),
  )
  const played = kind.value === 'paper' ? playable.find(one => one.name === recording.value) : undefined
  const isPaced = kind.value === 'replay' || played !== undefined

  const { busy, error, onSubmit } = useSubmission(async () => {
    const given = Number(speed.value)
    const job = await api('POST /runs', {
      body: {
        kind: kind.value,
        configuration: name.value,
        ...(overrides.set.length > 0 ? { set: [...overrides.set] } : {}),
        ...(played === undefined ? {} : { recording: played.name }),
        ...(isPaced && speed.value !== '' && given > 0 ? { speed: given } : {}),
      },
    })
    toast({ kind: 'info', text: `${name.value} started.` })
    onStarted?.(job)
    onClose()
  })

  return (
    <form class="form" onSubmit={onSubmit}>
      <div class="start-row">
        <SelectField
          label="Configuration"
          value={name.value}
          onValue={value => (name.value = value)}
          options={items.map(item => ({
            value: item.name,
            label: item.missing === '' ? item.name : `${item.name} (data missing)`,
          }))}
          hint={`${chosen.strategies.join(', ')} on ${chosen.instruments.join(', ')}`}
        />
        <div class="field">
          <span class="field-label">Run it as</span>
          <Segments
            label="Run it as"
            value={kind.value}
            onValue={value => (kind.value = value)}
            options={[
              { value: 'backtest', label: 'Backtest' },
              { value: 'replay', label: 'Replay' },
              { value: 'paper', label: 'Paper' },
            ]}
          />
          <p class="field-note">{KIND_WORDS[kind.value]}</p>
        </div>
        {kind.value === 'paper' && playable.length > 0 && (
          <SelectField
            label="Prices"
            value={played?.name ?? ''}
            onValue={value => (recording.value = value)}
            options={[
              { value: '', label: 'Living' },
              ...playable.map(({ name: of, started }) => ({
                value: of,
                label: `${started.slice(0, 16).replace('T', ' ')} UTC, recorded`,
              })),
            ]}
            hint={played === undefined ? 'As they come.' : `Of ${played.configuration}.`}
          />
        )}
        {isPaced && (
          <TextField
            label="Speed"
            value={speed.value}
            onValue={value => (speed.value = value.trim())}
            inputMode="decimal"
            suffix="× life"
            hint="Empty: as fast as it goes."
          />
        )}
      </div>
      {chosen.missing !== '' && (
        <p class="start-missing" role="status">
          {chosen.missing}
        </p>
      )}
      <div class="start-columns">
        <div class="field">
          <label for="start-overrides">Changed values, one to a line</label>
          <textarea
            id="start-overrides"
            rows={10}
            spellcheck={false}
            placeholder={'strategies.0.params.fast=12\nrisk.dailyLoss=2%'}
            value={lines.value}
            aria-invalid={overrides.fault !== undefined}
            aria-describedby="start-overrides-note"
            onInput={event => (lines.value = event.currentTarget.value)}
          />
          <p id="start-overrides-note" class={`field-note ${overrides.fault ? 'bad' : ''}`}>
            {overrides.fault ?? 'A path into the configuration, an equals sign, the value.'}
          </p>
        </div>
        <div class="field">
          <label for="start-yaml">{chosen.name}.yaml as it stands</label>
          <textarea id="start-yaml" class="yaml" rows={10} readOnly spellcheck={false} value={chosen.yaml} />
        </div>
      </div>
      {error.value && <ErrorPanel error={error.value} />}
      <div class="form-actions">
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
        <button
          type="submit"
          class="button primary"
          disabled={busy.value || (chosen.missing !== '' && played === undefined) || overrides.fault !== undefined}
        >
          Start
        </button>
      </div>
    </form>
  )
}

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  backtest: 'Over the recorded data, as fast as it goes.',
  replay: 'The recorded data again, at the speed of life or faster.',
  paper: 'On living prices, with simulated fills.',
}
