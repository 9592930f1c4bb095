// People and programs with access: accounts with roles, disabled or not, and API tokens with scopes and expiry.
import { useSignal } from '@preact/signals'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { Badge } from '../components/badge.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { type Column, savedTable, Table } from '../components/table.tsx'
import { toast, toastError } from '../components/toasts.tsx'
import { fresh } from '../fresh.ts'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { saveCsv } from '../save.ts'
import { may, session } from '../session.ts'
import { at, fromNow } from '../text/time.ts'
import './desk.css'
import { type Person, PersonDialog } from './users/person-dialog.tsx'
import { TokenDialog } from './users/token-dialog.tsx'
import './users/users.css'

type Token = ReplyOf<'GET /tokens'>['items'][number]

const PEOPLE_COLUMNS: readonly Column<Person>[] = [
  { id: 'name', head: 'Name', value: row => row.name, draw: row => <strong>{row.name}</strong>, width: 'minmax(104px, 1fr)' },
  {
    id: 'roles',
    head: 'Roles',
    value: row => row.roles.join(' '),
    draw: row => (
      <span class="badges">
        {row.roles.map(role => (
          <Badge key={role} tone={role === 'admin' ? 'warn' : role === 'trade' ? 'info' : 'plain'}>
            {role}
          </Badge>
        ))}
      </span>
    ),
    width: 'minmax(128px, 1fr)',
  },
  {
    id: 'accounts',
    head: 'Accounts',
    value: row => row.accounts.join(', '),
    draw: row => accountWords(row),
    width: 'minmax(120px, 1.6fr)',
    wide: true,
  },
  {
    id: 'factor',
    head: 'Second factor',
    value: row => (row.secondFactor ? 1 : 0),
    draw: row => (row.secondFactor ? <Badge tone="good">on</Badge> : <Badge>off</Badge>),
    width: '108px',
    wide: true,
  },
  {
    id: 'state',
    head: 'State',
    value: row => (row.disabled ? 1 : 0),
    draw: row => (row.disabled ? <Badge tone="bad">disabled</Badge> : <Badge tone="good">in use</Badge>),
    width: '88px',
  },
  { id: 'last', head: 'Last sign-in', value: row => row.lastSignIn, draw: row => at(row.lastSignIn), width: '140px', wide: true },
  { id: 'created', head: 'Made', value: row => row.created, draw: row => at(row.created, 'date'), width: '96px', wide: true },
]

const accountWords = ({ accounts, roles }: Person): string =>
  accounts.includes('*') || roles.includes('admin') ? 'all' : accounts.length === 0 ? 'none' : accounts.join(', ')

const ended = ({ revoked, expires }: Token): boolean => revoked || Date.parse(expires) <= Date.now()

const TOKEN_COLUMNS: readonly Column<Token>[] = [
  { id: 'name', head: 'Token', value: row => row.name, draw: row => <strong>{row.name}</strong>, width: 'minmax(112px, 1.2fr)' },
  { id: 'user', head: 'Of', value: row => row.user, width: 'minmax(80px, 0.8fr)', wide: true },
  {
    id: 'scopes',
    head: 'Scopes',
    value: row => row.scopes.join(' '),
    draw: row => (
      <span class="badges">
        {row.scopes.map(scope => (
          <Badge key={scope} tone={scope === 'admin' ? 'warn' : scope === 'trade' ? 'info' : 'plain'}>
            {scope}
          </Badge>
        ))}
      </span>
    ),
    width: 'minmax(110px, 1fr)',
  },
  {
    id: 'state',
    head: 'State',
    value: row => (row.revoked ? 'revoked' : ended(row) ? 'expired' : 'good'),
    draw: row => (
      <Badge tone={row.revoked ? 'bad' : ended(row) ? 'plain' : 'good'}>
        {row.revoked ? 'revoked' : ended(row) ? 'expired' : 'good'}
      </Badge>
    ),
    width: '84px',
  },
  {
    id: 'expires',
    head: 'Ends',
    value: row => row.expires,
    draw: row => <span title={fromNow(row.expires)}>{at(row.expires)}</span>,
    width: '140px',
    wide: true,
  },
  { id: 'used', head: 'Last used', value: row => row.lastUsed, draw: row => at(row.lastUsed), width: '140px', wide: true },
  { id: 'created', head: 'Made', value: row => row.created, draw: row => at(row.created, 'date'), width: '96px', wide: true },
  { id: 'id', head: 'Id', value: row => row.id, draw: row => <code>{row.id}</code>, width: 'minmax(100px, 1fr)', wide: true },
]

export default function Users({ query }: PageProps) {
  const people = useLoad(async signal => (may('users.read') ? (await api('GET /users', { signal })).items : []), [])
  const tokens = useLoad(async signal => (await api('GET /tokens', { signal })).items, [])
  const accounts = useLoad(
    async signal => (may('account.read') ? (await api('GET /accounts', { signal })).items.map(({ account }) => account) : []),
    [],
  )
  const changing = query.get('user')
  const making = query.get('new')
  const revoking = useSignal<Token | undefined>(undefined)
  const asked = useSignal(Date.now()).value
  const columns: readonly Column<Token>[] = [
    ...TOKEN_COLUMNS,
    {
      id: 'revoke',
      head: '',
      value: () => '',
      draw: row =>
        !ended(row) && (
          <button type="button" class="button small" onClick={() => (revoking.value = row)} aria-label={`Revoke ${row.name}`}>
            Revoke
          </button>
        ),
      align: 'right',
      width: '84px',
    },
  ]
  const person = people.value.value?.find(({ name }) => name === changing)

  return (
    <Page
      title={may('users.read') ? 'Users and tokens' : 'API tokens'}
      stamp={{ time: asked, source: 'server' }}
      csv={() => savedTable('users', PEOPLE_COLUMNS, people.value.value ?? [])}
    >
      {may('users.read') && (
        <Panel
          flush
          title="People"
          actions={
            may('users.write') && (
              <button type="button" class="button small primary" onClick={() => setQuery({ new: 'user' })}>
                <Icon name="plus" /> New account
              </button>
            )
          }
        >
          <Show from={people} skeleton={<Skeleton lines={4} />}>
            {items => (
              <Table
                name="people"
                rows={items}
                columns={PEOPLE_COLUMNS}
                keyOf={row => row.name}
                sort={{ id: 'name' }}
                {...(may('users.write') ? { onOpen: (row: Person) => setQuery({ user: row.name }) } : {})}
                empty={<EmptyState icon="users" title="Nobody has an account" />}
              />
            )}
          </Show>
        </Panel>
      )}
      <Panel
        flush
        title="API tokens"
        actions={
          <>
            <button
              type="button"
              class="button quiet small"
              onClick={() => saveCsv(savedTable('tokens', TOKEN_COLUMNS, tokens.value.value ?? []))}
            >
              CSV
            </button>
            <button type="button" class="button small primary" onClick={() => setQuery({ new: 'token' })}>
              <Icon name="plus" /> New token
            </button>
          </>
        }
      >
        <Show from={tokens} skeleton={<Skeleton lines={3} />}>
          {items => (
            <Table
              name="tokens"
              rows={items}
              columns={columns}
              keyOf={row => row.id}
              sort={{ id: 'created', descending: true }}
              empty={
                <EmptyState icon="key" title="No API token yet">
                  A program signs in with a token of its own: with the scopes it needs, for as long as it needs them.
                </EmptyState>
              }
            />
          )}
        </Show>
      </Panel>
      {making === 'user' && (
        <PersonDialog
          accounts={distinct(accounts.value.value)}
          onClose={() => setQuery({ new: undefined })}
          onDone={people.reload}
        />
      )}
      {person && (
        <PersonDialog
          key={person.name}
          person={person}
          accounts={distinct(accounts.value.value)}
          onClose={() => setQuery({ user: undefined })}
          onDone={people.reload}
        />
      )}
      {making === 'token' && <TokenDialog onClose={() => setQuery({ new: undefined })} onDone={tokens.reload} />}
      {revoking.value && (
        <RevokeDialog token={revoking.value} onClose={() => (revoking.value = undefined)} onDone={tokens.reload} />
      )}
    </Page>
  )
}

const distinct = (names: readonly string[] | undefined): readonly string[] => [...new Set(names ?? [])].sort()

interface RevokeDialogProps {
  readonly token: Token
  readonly onClose: () => void
  readonly onDone: () => void
}

function RevokeDialog({ token, onClose, onDone }: RevokeDialogProps) {
  const revoke = async (): Promise<void> => {
    try {
      await fresh(() => api('DELETE /tokens/:id', { params: { id: token.id } }))
      toast({ kind: 'good', text: `${token.name} is no longer good.` })
      onDone()
      onClose()
    } catch (error) {
      toastError(error)
    }
  }
  return (
    <Dialog title={`Revoke ${token.name}?`} onClose={onClose}>
      <p>
        Whatever uses it is refused from now on. {token.user === session.value?.user.name ? '' : `It belongs to ${token.user}. `}
        {token.lastUsed === null ? 'It was never used.' : `It was last used ${fromNow(token.lastUsed)}.`}
      </p>
      <div class="form-actions">
        <button type="button" class="button quiet" onClick={onClose}>
          Keep it
        </button>
        <button type="button" class="button danger" onClick={() => void revoke()}>
          Revoke
        </button>
      </div>
    </Dialog>
  )
}
