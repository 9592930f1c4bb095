// API tokens of one's own: made with a scope and an end, shown once, revoked at any time.
import { useSignal } from '@preact/signals'
import type { BodyOf, ReplyOf } from '../../../../src/wire/contract.ts'
import { ApiError, api } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextField, Toggle } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, ErrorPanel, Show } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { toast, toastError } from '../../components/toasts.tsx'
import { fresh } from '../../fresh.ts'
import { useLoad } from '../../load.ts'
import { session } from '../../session.ts'
import { at, fromNow } from '../../text/time.ts'

type Token = ReplyOf<'GET /tokens'>['items'][number]
type Scope = BodyOf<'POST /tokens'>['scopes'][number]
const LIVES = [7, 30, 90] as const

export function TokensPanel() {
  const tokens = useLoad(signal => api('GET /tokens', { signal }), [])
  const making = useSignal(false)
  const revoke = async ({ id }: Token): Promise<void> => {
    try {
      await api('DELETE /tokens/:id', { params: { id } })
      tokens.reload()
    } catch (error) {
      toastError(error)
    }
  }
  const columns: readonly Column<Token>[] = [
    { id: 'name', head: 'Name', width: 'minmax(120px, 2fr)', value: ({ name }) => name },
    { id: 'scopes', head: 'May', width: '150px', value: ({ scopes }) => scopes.join(' · ') },
    {
      id: 'used',
      head: 'Last used',
      width: '110px',
      wide: true,
      value: ({ lastUsed }) => lastUsed,
      draw: ({ lastUsed }) => (lastUsed ? fromNow(lastUsed) : 'never'),
    },
    {
      id: 'expires',
      head: 'Ends',
      width: '140px',
      value: ({ expires }) => expires,
      draw: ({ expires, revoked }) => (revoked ? <Badge tone="bad">revoked</Badge> : at(expires)),
    },
    {
      id: 'revoke',
      head: '',
      width: '92px',
      align: 'right',
      value: () => '',
      draw: row =>
        !row.revoked && (
          <button type="button" class="button small" onClick={() => void revoke(row)}>
            Revoke
          </button>
        ),
    },
  ]
  // An admin is given everybody's: here stand one's own.
  const mine = (items: readonly Token[]): readonly Token[] => items.filter(({ user }) => user === session.value?.user.name)

  return (
    <Panel
      flush
      title="Your API tokens"
      class="settings-wide"
      actions={
        <button type="button" class="button small" onClick={() => (making.value = true)}>
          <Icon name="plus" /> New token
        </button>
      }
    >
      <Show from={tokens}>
        {({ items }) => (
          <Table
            name="tokens"
            rows={mine(items)}
            columns={columns}
            keyOf={({ id }) => id}
            most={8}
            empty={
              <EmptyState icon="key" title="No token">
                Programs sign in with a token: make one with no more rights than the program needs.
              </EmptyState>
            }
          />
        )}
      </Show>
      {making.value && <NewToken onClose={() => (making.value = false)} onMade={tokens.reload} />}
    </Panel>
  )
}

function NewToken({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: () => void }) {
  const name = useSignal('')
  const days = useSignal<string>('30')
  const scopes = useSignal<readonly Scope[]>(['read'])
  const token = useSignal('')
  const error = useSignal<ApiError | undefined>(undefined)
  const roles = session.value?.user.roles ?? []

  const submit = async (): Promise<void> => {
    error.value = undefined
    try {
      const made = await fresh(() =>
        api('POST /tokens', { body: { name: name.value.trim(), scopes: [...scopes.value], days: Number(days.value) } }),
      )
      token.value = made.token
      onMade()
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason
      error.value = reason
    }
  }
  const toggle = (scope: Scope, on: boolean): void => {
    scopes.value = on ? [...scopes.value, scope] : scopes.value.filter(each => each !== scope)
  }

  if (token.value !== '') return <ShownOnce token={token.value} onClose={onClose} />
  return (
    <Dialog title="New API token" onClose={onClose}>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextField
          label="Name"
          hint="What it is for."
          value={name.value}
          onValue={value => (name.value = value)}
          maxLength={60}
          required
          focus
        />
        <fieldset class="scopes">
          <legend>It may</legend>
          <Toggle label="read" value={scopes.value.includes('read')} onValue={on => toggle('read', on)} />
          <Toggle
            label="trade"
            value={scopes.value.includes('trade')}
            onValue={on => toggle('trade', on)}
            disabled={!roles.includes('trade')}
          />
          <Toggle
            label="admin"
            value={scopes.value.includes('admin')}
            onValue={on => toggle('admin', on)}
            disabled={!roles.includes('admin')}
          />
        </fieldset>
        <SelectField
          label="Ends in"
          value={days.value}
          onValue={value => (days.value = value)}
          options={LIVES.map(count => ({ value: String(count), label: `${count} days` }))}
        />
        {error.value && <ErrorPanel error={error.value} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={scopes.value.length === 0}>
            Make the token
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const ShownOnce = ({ token, onClose }: { readonly token: string; readonly onClose: () => void }) => (
  <Dialog title="Your new token" onClose={onClose}>
    <p>Copy it now: it is not shown again.</p>
    <code class="secret">{token}</code>
    <div class="dialog-actions">
      <button
        type="button"
        class="button"
        onClick={() =>
          void navigator.clipboard.writeText(token).then(
            () => toast({ kind: 'good', text: 'Copied.' }),
            () => toast({ kind: 'bad', text: 'This browser does not let the page copy: mark the token and copy it by hand.' }),
          )
        }
      >
        <Icon name="copy" /> Copy
      </button>
      <button type="button" class="button primary" onClick={onClose}>
        I have it
      </button>
    </div>
  </Dialog>
)
