// The very first page: the token the server printed makes the owner account; then a second factor, if wanted.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api, useCsrf } from '../api.ts'
import { TextField } from '../components/field.tsx'
import { NewPassword } from '../components/new-password.tsx'
import { SecondFactorSetup } from '../components/second-factor.tsx'
import { ErrorPanel } from '../components/states.tsx'
import { enter, type Session } from '../session.ts'
import { useSubmission } from '../submission.ts'

/** The token comes after the # of the printed address, which browsers send to nobody. */
function tokenOfAddress(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('setup') ?? location.hash.slice(1)
  if (token !== '') history.replaceState({}, '', location.pathname)
  return token
}

export default function FirstRun() {
  const token = useSignal('')
  const name = useSignal('')
  const password = useSignal('')
  const made = useSignal<Session | undefined>(undefined)

  // The printed address may be opened while this page is there already.
  useEffect(() => {
    const listen = (): void => {
      token.value = tokenOfAddress() || token.value
    }
    listen()
    addEventListener('hashchange', listen)
    return () => removeEventListener('hashchange', listen)
  }, [])

  const { busy, error, onSubmit } = useSubmission(async () => {
    const session = await api('POST /setup', {
      body: { token: token.value.trim(), name: name.value.trim(), password: password.value },
    })
    useCsrf(session.csrf)
    made.value = session
  })

  if (made.value) return <Protect session={made.value} />
  return (
    <main class="door">
      <form class="door-card" onSubmit={onSubmit}>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <h1>Welcome to Quadrant</h1>
        <p class="door-text">Make the owner account of this house. It may trade and it may manage other people.</p>
        {error.value && <ErrorPanel error={error.value} />}
        <TextField
          label="Setup token"
          hint="The server printed it when it started."
          value={token.value}
          onValue={value => (token.value = value)}
          autocomplete="off"
          required
        />
        <TextField
          label="Name"
          hint="Small letters, digits, dots and dashes."
          value={name.value}
          onValue={value => (name.value = value)}
          autocomplete="username"
          required
        />
        <NewPassword value={password.value} onValue={value => (password.value = value)} />
        <button type="submit" class="button primary wide" disabled={busy.value}>
          {busy.value ? 'One moment …' : 'Make the account'}
        </button>
      </form>
    </main>
  )
}

/** The account is there; whether it gets a second factor now is the owner's choice. */
const Protect = ({ session }: { readonly session: Session }) => (
  <main class="door">
    <div class="door-card">
      <img src="/favicon.svg" alt="" width="40" height="40" />
      <h1>Protect your account</h1>
      <SecondFactorSetup onDone={() => void api('GET /session').then(enter, () => enter(session))} />
      <button type="button" class="button quiet wide" onClick={() => enter(session)}>
        Not now
      </button>
    </div>
  </main>
)
