// Where one is signed in, and ending any of it.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { toastError } from '../../components/toasts.tsx'
import { useLoad } from '../../load.ts'
import { signOut } from '../../session.ts'
import { at, fromNow } from '../../text/time.ts'

type Session = ReplyOf<'GET /sessions'>['items'][number]

export function SessionsPanel() {
  const sessions = useLoad(signal => api('GET /sessions', { signal }), [])
  const end = async ({ id, current }: Session): Promise<void> => {
    if (current) return await signOut()
    try {
      await api('DELETE /sessions/:id', { params: { id } })
      sessions.reload()
    } catch (error) {
      toastError(error)
    }
  }
  const columns: readonly Column<Session>[] = [
    {
      id: 'device',
      head: 'Device',
      width: 'minmax(140px, 2fr)',
      value: ({ device }) => device,
      draw: ({ device, current }) => (
        <span title={device}>
          {current && <Badge tone="good">this one</Badge>} {browserOf(device)}
        </span>
      ),
    },
    { id: 'address', head: 'Address', width: '130px', wide: true, value: ({ address }) => address },
    {
      id: 'seen',
      head: 'Last seen',
      width: '110px',
      value: ({ lastSeen }) => lastSeen,
      draw: ({ lastSeen }) => fromNow(lastSeen),
    },
    {
      id: 'created',
      head: 'Signed in',
      width: '140px',
      wide: true,
      value: ({ created }) => created,
      draw: ({ created }) => at(created),
    },
    {
      id: 'expires',
      head: 'Ends',
      width: '140px',
      wide: true,
      value: ({ expires }) => expires,
      draw: ({ expires }) => at(expires),
    },
    {
      id: 'end',
      head: '',
      width: '92px',
      align: 'right',
      value: () => '',
      draw: row => (
        <button type="button" class="button small" onClick={() => void end(row)}>
          {row.current ? 'Sign out' : 'End'}
        </button>
      ),
    },
  ]
  return (
    <Panel flush title="Your sessions" class="settings-wide">
      <Show from={sessions}>
        {({ items }) => (
          <Table
            name="sessions"
            rows={items}
            columns={columns}
            keyOf={({ id }) => id}
            most={8}
            empty={<EmptyState title="No session" />}
          />
        )}
      </Show>
    </Panel>
  )
}

/** 'Chrome on Linux' of what browsers say of themselves; the whole of it where that is not clear. */
function browserOf(device: string): string {
  const browser = /Edg\//.test(device)
    ? 'Edge'
    : /Firefox\//.test(device)
      ? 'Firefox'
      : /Chrome\//.test(device)
        ? 'Chrome'
        : /Safari\//.test(device)
          ? 'Safari'
          : undefined
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(device)?.[1]
  return browser && system ? `${browser} on ${system.replace('Mac OS X', 'macOS')}` : device
}
