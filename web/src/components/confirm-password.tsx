// Asks for the password again where the server wants a fresh sign-in; the question comes from fresh.ts.
import { useSignal } from '@preact/signals'
import { api, useCsrf } from '../api.ts'
import { question } from '../fresh.ts'
import { session } from '../session.ts'
import { useSubmission } from '../submission.ts'
import { Dialog } from './dialog.tsx'
import { TextField } from './field.tsx'
import { ErrorPanel } from './states.tsx'

export function ConfirmPassword() {
  const asked = question.value
  return asked ? <Ask answer={asked.answer} /> : null
}

function Ask({ answer }: { readonly answer: (confirmed: boolean) => void }) {
  const password = useSignal('')
  const code = useSignal('')
  const twoSteps = session.value?.user.secondFactor ?? false

  const { busy, error, onSubmit } = useSubmission(async () => {
    const confirmed = await api('POST /session/confirm', {
      body: { password: password.value, ...(twoSteps ? { code: code.value.trim() } : {}) },
    })
    useCsrf(confirmed.csrf)
    session.value = confirmed
    answer(true)
  })

  return (
    <Dialog title="Your password again" onClose={() => answer(false)}>
      <form class="stack" onSubmit={onSubmit}>
        <p class="soft">This needs a sign-in of the last five minutes.</p>
        {error.value && <ErrorPanel error={error.value} />}
        <TextField
          label="Password"
          type="password"
          value={password.value}
          onValue={value => (password.value = value)}
          autocomplete="current-password"
          required
          focus
        />
        {twoSteps && (
          <TextField
            label="Code of your authenticator"
            value={code.value}
            onValue={value => (code.value = value)}
            autocomplete="one-time-code"
            required
          />
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={() => answer(false)}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy.value}>
            Confirm
          </button>
        </div>
      </form>
    </Dialog>
  )
}
