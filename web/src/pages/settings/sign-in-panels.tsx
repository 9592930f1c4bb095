// Password and second factor of one's own.
import { useSignal } from '@preact/signals'
import { ApiError, api } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { NewPassword } from '../../components/new-password.tsx'
import { Panel } from '../../components/page.tsx'
import { SecondFactorSetup } from '../../components/second-factor.tsx'
import { ErrorPanel } from '../../components/states.tsx'
import { toast } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { enter, session } from '../../session.ts'

export function ChangePassword() {
  const current = useSignal('')
  const next = useSignal('')
  const error = useSignal<ApiError | undefined>(undefined)
  const busy = useSignal(false)

  const submit = async (): Promise<void> => {
    busy.value = true
    error.value = undefined
    try {
      await api('POST /password', { body: { current: current.value, next: next.value } })
      current.value = ''
      next.value = ''
      toast({ kind: 'good', text: 'The password is changed; your other sessions have ended.' })
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason
      error.value = reason
    } finally {
      busy.value = false
    }
  }

  return (
    <Panel title="Password">
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault()
          void submit()
        }}
      >
        {/* Password managers look for the name the password belongs to. */}
        <input
          type="text"
          class="visually-hidden"
          autocomplete="username"
          value={session.value?.user.name}
          tabIndex={-1}
          aria-hidden="true"
          readOnly
        />
        <TextField
          label="Password of now"
          type="password"
          value={current.value}
          onValue={value => (current.value = value)}
          autocomplete="current-password"
          required
        />
        <NewPassword label="New password" value={next.value} onValue={value => (next.value = value)} />
        {error.value && <ErrorPanel error={error.value} />}
        <div class="dialog-actions">
          <button type="submit" class="button primary" disabled={busy.value}>
            Change password
          </button>
        </div>
      </form>
    </Panel>
  )
}

export function SecondFactorPanel({ on }: { readonly on: boolean }) {
  const removing = useSignal(false)
  const renew = async (): Promise<void> => enter(await api('GET /session'))
  return (
    <div id="second-factor">
      <Panel title="Second factor" actions={<Badge tone={on ? 'good' : 'warn'}>{on ? 'on' : 'off'}</Badge>}>
        {on ? (
          <div class="stack">
            <p class="soft">Signing in asks for a code of your authenticator.</p>
            <button type="button" class="button" onClick={() => (removing.value = true)}>
              Do without it …
            </button>
          </div>
        ) : (
          <SecondFactorSetup onDone={() => void renew()} />
        )}
      </Panel>
      {removing.value && <Remove onClose={() => (removing.value = false)} onDone={() => void renew()} />}
    </div>
  )
}

function Remove({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const code = useSignal('')
  const error = useSignal<ApiError | undefined>(undefined)
  const submit = async (): Promise<void> => {
    try {
      await fresh(() => api('DELETE /second-factor', { body: { code: code.value.trim() } }))
      toast({ kind: 'info', text: 'Your account has no second factor any more.' })
      onClose()
      onDone()
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason
      error.value = reason
    }
  }
  return (
    <Dialog title="Do without a second factor" onClose={onClose}>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault()
          void submit()
        }}
      >
        <p class="soft">Whoever learns your password could then sign in.</p>
        <TextField
          label="Code of your authenticator"
          value={code.value}
          onValue={value => (code.value = value)}
          autocomplete="one-time-code"
          required
          focus
        />
        {error.value && <ErrorPanel error={error.value} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button danger">
            Do without it
          </button>
        </div>
      </form>
    </Dialog>
  )
}
