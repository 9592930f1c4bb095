// A new API token: its scopes and how long it is good for; the token itself is shown once.
import { useSignal } from '@preact/signals'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { TextField, Toggle } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { ErrorPanel } from '../../components/states.tsx'
import { toast } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { session } from '../../session.ts'
import { useSubmission } from '../../submission.ts'
import { at, zoneName } from '../../text/time.ts'

type Made = ReplyOf<'POST /tokens'>
type Scope = Made['line']['scopes'][number]

const MOST_DAYS = 90

export function TokenDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const mine = session.value?.user.roles ?? []
  // A reader of rights above its own would be refused: only what the person is can be given on.
  const possible: readonly Scope[] = ['read', ...(['trade', 'admin'] as const).filter(role => mine.includes(role))]
  const name = useSignal('')
  const scopes = useSignal<readonly Scope[]>(['read'])
  const days = useSignal('30')
  const made = useSignal<Made | undefined>(undefined)
  const count = Number(days.value)
  const wrongDays = !Number.isInteger(count) || count < 1 || count > MOST_DAYS

  const { busy, error, onSubmit } = useSubmission(async () => {
    made.value = await fresh(() =>
      api('POST /tokens', { body: { name: name.value.trim(), scopes: [...scopes.value], days: count } }),
    )
    onDone()
  })

  if (made.value) return <MadeToken made={made.value} onClose={onClose} />
  return (
    <Dialog title="New API token" onClose={onClose}>
      <form class="form" onSubmit={onSubmit}>
        <TextField
          label="Name"
          value={name.value}
          onValue={value => (name.value = value)}
          maxLength={60}
          autocomplete="off"
          required
          focus
          placeholder="what uses it"
        />
        <fieldset class="choices">
          <legend>Scopes</legend>
          {possible.map(scope => (
            <Toggle
              key={scope}
              label={scope}
              value={scopes.value.includes(scope)}
              onValue={on => (scopes.value = on ? [...scopes.value, scope] : scopes.value.filter(each => each !== scope))}
            />
          ))}
        </fieldset>
        <TextField
          label="Days"
          value={days.value}
          onValue={value => (days.value = value.trim())}
          inputMode="numeric"
          maxLength={2}
          required
          hint={`Then it ends by itself; at most ${MOST_DAYS}.`}
          error={wrongDays ? `Between 1 and ${MOST_DAYS} days.` : undefined}
        />
        {error.value && <ErrorPanel error={error.value} />}
        <div class="form-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            Leave it
          </button>
          <button
            type="submit"
            class="button primary"
            disabled={busy.value || wrongDays || scopes.value.length === 0 || name.value.trim() === ''}
          >
            Make the token
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function MadeToken({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(made.token)
      toast({ kind: 'good', text: 'Copied.' })
    } catch {
      toast({ kind: 'info', text: 'This browser does not let a page copy: select the token and copy it by hand.' })
    }
  }
  return (
    <Dialog title={`Token ${made.line.name}`} onClose={onClose}>
      <p>It is shown this once; the server keeps only its hash. Put it where the program reads it, as</p>
      <p>
        <code>Authorization: Bearer …</code>
      </p>
      <div class="token-once">
        <input readOnly aria-label="The token" value={made.token} onFocus={event => event.currentTarget.select()} />
        <button type="button" class="button" onClick={() => void copy()}>
          <Icon name="copy" /> Copy
        </button>
      </div>
      <p class="soft-words">
        {made.line.scopes.join(', ')} · until {at(made.line.expires)} {zoneName()}
      </p>
      <div class="form-actions">
        <button type="button" class="button primary" onClick={onClose}>
          I have it
        </button>
      </div>
    </Dialog>
  )
}
