// Signing in: name and password, then the code of the second factor where the account has one.
import { useSignal } from '@preact/signals'
import { ApiError, api } from '../api.ts'
import { TextField } from '../components/field.tsx'
import { ErrorPanel } from '../components/states.tsx'
import { enter, leftWords } from '../session.ts'
import { useSubmission } from '../submission.ts'

export default function SignIn() {
  const name = useSignal('')
  const password = useSignal('')
  const code = useSignal('')
  const step = useSignal<'password' | 'code'>('password')

  const { busy, error, onSubmit } = useSubmission(async () => {
    try {
      enter(
        await api('POST /session', {
          body: { name: name.value, password: password.value, ...(step.value === 'code' ? { code: code.value.trim() } : {}) },
        }),
      )
    } catch (reason) {
      const wantsCode = reason instanceof ApiError && reason.code === 'SECOND_FACTOR_NEEDED' && step.value === 'password'
      if (!wantsCode) throw reason
      step.value = 'code'
    }
  })

  return (
    <main class="door">
      <form class="door-card" onSubmit={onSubmit}>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <h1>{step.value === 'password' ? 'Sign in to Quadrant' : 'Second factor'}</h1>
        {leftWords.value !== '' && !error.value && <p class="door-text">{leftWords.value}</p>}
        {error.value && <ErrorPanel error={error.value} />}
        {step.value === 'password' ? (
          <>
            <TextField
              label="Name"
              value={name.value}
              onValue={value => (name.value = value)}
              autocomplete="username"
              required
              focus
            />
            <TextField
              label="Password"
              type="password"
              value={password.value}
              onValue={value => (password.value = value)}
              autocomplete="current-password"
              required
            />
          </>
        ) : (
          <TextField
            label="Code of your authenticator, or a recovery code"
            value={code.value}
            onValue={value => (code.value = value)}
            autocomplete="one-time-code"
            required
            focus
          />
        )}
        <button type="submit" class="button primary wide" disabled={busy.value}>
          {busy.value ? 'One moment …' : step.value === 'password' ? 'Sign in' : 'Confirm'}
        </button>
      </form>
    </main>
  )
}
