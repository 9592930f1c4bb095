// Gives somebody an account, or changes roles, accounts, password, second factor and whether the account is in use.
import { useSignal } from '@preact/signals'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { TextField, Toggle } from '../../components/field.tsx'
import { NewPassword } from '../../components/new-password.tsx'
import { ErrorPanel } from '../../components/states.tsx'
import { toast } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { useSubmission } from '../../submission.ts'

export type Person = ReplyOf<'GET /users'>['items'][number]
type Role = Person['roles'][number]

const ROLES = [
  { role: 'read', words: 'Reads markets, and the accounts given below' },
  { role: 'trade', words: 'Starts runs, places orders, lowers limits' },
  { role: 'admin', words: 'Manages people and the house; does not trade by itself' },
] as const satisfies readonly { readonly role: Role; readonly words: string }[]

const NAME = /^[a-z][a-z0-9._-]{0,39}$/

export interface PersonDialogProps {
  /** Undefined for a new one. */
  readonly person?: Person | undefined
  /** Names of accounts there are, to choose from. */
  readonly accounts: readonly string[]
  readonly onClose: () => void
  readonly onDone: () => void
}

export function PersonDialog({ person, accounts: known, onClose, onDone }: PersonDialogProps) {
  const name = useSignal(person?.name ?? '')
  const password = useSignal('')
  const roles = useSignal<readonly Role[]>(person?.roles ?? ['read'])
  const accounts = useSignal((person?.accounts ?? []).join(', '))
  const disabled = useSignal(person?.disabled ?? false)
  const clear = useSignal(false)
  const reason = useSignal('')
  const list = accounts.value.split(/[\s,]+/).filter(Boolean)
  const wrongName = name.value !== '' && !NAME.test(name.value)

  const { busy, error, onSubmit } = useSubmission(async () => {
    if (person === undefined) {
      await fresh(() =>
        api('POST /users', { body: { name: name.value, password: password.value, roles: [...roles.value], accounts: list } }),
      )
      toast({ kind: 'good', text: `${name.value} has an account.` })
    } else {
      await fresh(() =>
        api('PATCH /users/:name', {
          params: { name: person.name },
          body: {
            ...(roles.value.join() !== person.roles.join() ? { roles: [...roles.value] } : {}),
            ...(list.join() !== person.accounts.join() ? { accounts: list } : {}),
            ...(disabled.value !== person.disabled ? { disabled: disabled.value } : {}),
            ...(password.value === '' ? {} : { password: password.value }),
            ...(clear.value ? { secondFactor: false as const } : {}),
            ...(reason.value.trim().length >= 3 ? { reason: reason.value.trim() } : {}),
          },
        }),
      )
      toast({ kind: 'good', text: `${person.name} was changed; open sessions notice within a second.` })
    }
    onDone()
    onClose()
  })

  const changed =
    person === undefined ||
    roles.value.join() !== person.roles.join() ||
    list.join() !== person.accounts.join() ||
    disabled.value !== person.disabled ||
    password.value !== '' ||
    clear.value
  return (
    <Dialog title={person === undefined ? 'New account' : `Change ${person.name}`} onClose={onClose}>
      <form class="form" onSubmit={onSubmit}>
        {person === undefined && (
          <TextField
            label="Name"
            value={name.value}
            onValue={value => (name.value = value.toLowerCase())}
            maxLength={40}
            autocomplete="off"
            required
            focus
            hint="Letters, digits, points and dashes."
            error={wrongName ? 'A name begins with a letter and has letters, digits, points and dashes.' : undefined}
          />
        )}
        {person === undefined ? (
          <NewPassword
            label="First password, to be told in person"
            value={password.value}
            onValue={value => (password.value = value)}
          />
        ) : (
          <TextField
            label="New password"
            type="password"
            autocomplete="new-password"
            value={password.value}
            onValue={value => (password.value = value)}
            maxLength={128}
            hint="Empty leaves the password as it is."
          />
        )}
        <fieldset class="choices">
          <legend>Roles</legend>
          {ROLES.map(({ role, words }) => (
            <Toggle
              key={role}
              label={
                <>
                  <strong>{role}</strong> <span class="soft-words">{words}</span>
                </>
              }
              value={roles.value.includes(role)}
              onValue={on => (roles.value = on ? [...roles.value, role] : roles.value.filter(each => each !== role))}
            />
          ))}
        </fieldset>
        <TextField
          label="Accounts"
          value={accounts.value}
          onValue={value => (accounts.value = value)}
          placeholder="none"
          autocomplete="off"
          hint={`Names of runs, with commas between; * for all.${known.length > 0 ? ` There are ${known.slice(0, 8).join(', ')}.` : ''}`}
        />
        {person !== undefined && (
          <>
            <fieldset class="choices">
              <legend>State</legend>
              <Toggle
                label="Disabled: cannot sign in, every session ends"
                value={disabled.value}
                onValue={value => (disabled.value = value)}
              />
              <Toggle
                label="Clear a lost second factor"
                value={clear.value}
                disabled={!person.secondFactor}
                onValue={value => (clear.value = value)}
              />
            </fieldset>
            <TextField
              label="Reason"
              value={reason.value}
              onValue={value => (reason.value = value)}
              maxLength={300}
              hint="Kept in the audit trail."
            />
          </>
        )}
        {error.value && <ErrorPanel error={error.value} />}
        <div class="form-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class="button primary" disabled={busy.value || !changed || roles.value.length === 0 || wrongName}>
            {person === undefined ? 'Make the account' : 'Change'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
