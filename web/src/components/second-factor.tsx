// Setting up the second factor: the secret as a QR code and as text, a code to confirm it, the recovery codes once.
import { useSignal } from '@preact/signals'
import { api } from '../api.ts'
import { fresh } from '../fresh.ts'
import { saveFile } from '../save.ts'
import { useSubmission } from '../submission.ts'
import { TextField } from './field.tsx'
import { Icon } from './icon.tsx'
import { QrCode } from './qr-code.tsx'
import { ErrorPanel } from './states.tsx'

type Step =
  | { readonly name: 'begin' }
  | { readonly name: 'confirm'; readonly secret: string; readonly uri: string }
  | { readonly name: 'codes'; readonly codes: readonly string[] }

export interface SecondFactorSetupProps {
  /** A secret is shown: from here on it stays until it is done, whatever else the page learns of the account. */
  readonly onBegun?: () => void
  /** The recovery codes were kept. */
  readonly onDone: () => void
}

export function SecondFactorSetup({ onBegun, onDone }: SecondFactorSetupProps) {
  const step = useSignal<Step>({ name: 'begin' })
  const code = useSignal('')
  const { busy, error, submit, onSubmit } = useSubmission(async () => {
    if (step.value.name === 'begin') {
      const secret = await fresh(() => api('POST /second-factor'))
      onBegun?.()
      step.value = { name: 'confirm', ...secret }
    } else {
      const { recoveryCodes } = await api('PUT /second-factor', { body: { code: code.value.trim() } })
      step.value = { name: 'codes', codes: recoveryCodes }
    }
  })

  const now = step.value
  return (
    <div class="stack">
      {error.value && <ErrorPanel error={error.value} />}
      {now.name === 'begin' && (
        <>
          <p class="soft">
            An authenticator on your phone gives a new code every half minute; a password alone is then not enough.
          </p>
          <button type="button" class="button primary" disabled={busy.value} onClick={() => void submit()}>
            <Icon name="key" /> Set up a second factor
          </button>
        </>
      )}
      {now.name === 'confirm' && (
        <form class="stack" onSubmit={onSubmit}>
          <p class="soft">Scan this with your authenticator, or type the secret. Then give the code it shows.</p>
          <QrCode text={now.uri} label="The secret for your authenticator as a QR code" />
          <code class="secret">{now.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
          <TextField
            label="Code"
            value={code.value}
            onValue={value => (code.value = value)}
            autocomplete="one-time-code"
            inputMode="numeric"
            required
            focus
          />
          <button type="submit" class="button primary" disabled={busy.value}>
            Confirm
          </button>
        </form>
      )}
      {now.name === 'codes' && <RecoveryCodes codes={now.codes} onDone={onDone} />}
    </div>
  )
}

function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <>
      <p>
        <strong>Keep these recovery codes.</strong> Each lets you in once when the authenticator is lost. They are not shown
        again.
      </p>
      <ul class="recovery-codes">
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => saveFile('quadrant-recovery-codes.txt', new Blob([`${codes.join('\n')}\n`], { type: 'text/plain' }))}
        >
          <Icon name="download" /> Save as a file
        </button>
        <button type="button" class="button primary" onClick={onDone}>
          I have kept them
        </button>
      </div>
    </>
  )
}
