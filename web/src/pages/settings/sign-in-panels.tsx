// Password and second factor of one's own.
import { useSignal } from '@preact/signals'
import { api, readSession } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { TextField } from '../../components/field.tsx'
import { NewPassword } from '../../components/new-password.tsx'
import { Panel } from '../../components/page.tsx'
import { SecondFactorSetup } from '../../components/second-factor.tsx'
import { ErrorPanel } from '../../components/states.tsx'
import { toast } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { session } from '../../session.ts'
import { useSubmission } from '../../submission.ts'

export function ChangePassword() {
  const current = useSignal('')
  const next = useSignal('')

  const { busy, error, onSubmit } = useSubmission(async () => {
    await api('POST /password', { body: { current: current.value, next: next.value } })
    current.value = ''
    next.value = ''
    toast({ kind: 'good', text: 'The password is changed; your other sessions have ended.' })
  })

  return (
    <Panel title="Password">
      <form class="stack" onSubmit={onSubmit}>
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
  // The account has its second factor before its person has seen the recovery codes, which are shown once.
  const setting = useSignal(false)
  const done = (): void => {
    setting.value = false
    void readSession()
  }
  return (
    <div id="second-factor">
      <Panel title="Second factor" actions={<Badge tone={on ? 'good' : 'warn'}>{on ? 'on' : 'off'}</Badge>}>
        {on && !setting.value ? (
          <div class="stack">
            <p class="soft">Signing in asks for a code of your authenticator.</p>
            <button type="button" class="button" onClick={() => (removing.value = true)}>
              Do without it …
            </button>
          </div>
        ) : (
          <SecondFactorSetup onBegun={() => (setting.value = true)} onDone={done} />
        )}
      </Panel>
      {removing.value && <Remove onClose={() => (removing.value = false)} onDone={() => void readSession()} />}
    </div>
  )
}

function Remove({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const code = useSignal('')
  const { busy, error, onSubmit } = useSubmission(async () => {
    await fresh(() => api('DELETE /second-factor', { body: { code: code.value.trim() } }))
    toast({ kind: 'info', text: 'Your account has no second factor any more.' })
    onClose()
    onDone()
  })
  return (
    <Dialog title="Do without a second factor" onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
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
          <button type="submit" class="button danger" disabled={busy.value}>
            Do without it
          </button>
        </div>
      </form>
    </Dialog>
  )
}
