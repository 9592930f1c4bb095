// Asks for the password again where the server wants a fresh sign-in, and then does what was to be done.
import { useSignal } from '@preact/signals'
import { render } from 'preact'
import { ApiError, api } from '../api.ts'
import { session } from '../session.ts'
import { Dialog } from './dialog.tsx'
import { TextField } from './field.tsx'

/**
 * Runs an action; when the server says SIGN_IN_NOT_FRESH, asks for the password (and the code, for who has a second factor)
 * and runs it once more. Undefined when the person thought better of it. Throws what the action throws.
 */
export async function withFreshSignIn<Reply>(action: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'SIGN_IN_NOT_FRESH') throw error
  }
  return (await confirmed()) ? await action() : undefined
}

function confirmed(): Promise<boolean> {
  const host = document.createElement('div')
  document.body.append(host)
  return new Promise(resolve => {
    const close = (done: boolean): void => {
      render(null, host)
      host.remove()
      resolve(done)
    }
    render(<FreshSignIn close={close} />, host)
  })
}

function FreshSignIn({ close }: { readonly close: (done: boolean) => void }) {
  const password = useSignal('')
  const code = useSignal('')
  const fault = useSignal<string | undefined>(undefined)
  const busy = useSignal(false)
  const user = session.value?.user

  const confirm = async (): Promise<void> => {
    busy.value = true
    fault.value = undefined
    try {
      const given = code.value.trim().toUpperCase()
      session.value = await api('POST /session/confirm', {
        body: { password: password.value, ...(given === '' ? {} : { code: given }) },
      })
      close(true)
    } catch (error) {
      fault.value = error instanceof ApiError ? `${error.message} ${error.fix}` : String(error)
      busy.value = false
    }
  }

  return (
    <Dialog title="Sign in again" onClose={() => close(false)}>
      <form
        class="form"
        onSubmit={event => {
          event.preventDefault()
          void confirm()
        }}
      >
        <p class="form-words">This is only done for somebody who gave the password within the last five minutes.</p>
        <TextField
          label={`Password of ${user?.name ?? ''}`}
          type="password"
          autocomplete="current-password"
          value={password.value}
          onValue={value => (password.value = value)}
          required
          focus
          error={fault.value}
        />
        {user?.secondFactor && (
          <TextField
            label="Code of your authenticator, or a recovery code"
            autocomplete="one-time-code"
            value={code.value}
            onValue={value => (code.value = value)}
            maxLength={29}
            required
          />
        )}
        <div class="form-actions">
          <button type="button" class="button quiet" onClick={() => close(false)}>
            Not now
          </button>
          <button type="submit" class="button primary" disabled={busy.value}>
            Sign in
          </button>
        </div>
      </form>
    </Dialog>
  )
}
