// Who tripped and reset the emergency stop and changed ceilings, from the audit trail.
import { api } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { at, zoneName } from '../../text/time.ts'
import { SmallTable } from '../small-table.tsx'

const ACTIONS = ['stop.trip', 'stop.reset', 'limit.change'] as const

export function StopHistory({ changes }: { readonly changes: number }) {
  const records = useLoad(
    async signal => {
      const lists = await Promise.all(ACTIONS.map(action => api('GET /audit', { query: { action, limit: 20 }, signal })))
      return lists.flatMap(({ items }) => items).sort((a, b) => b.sequence - a.sequence)
    },
    [changes],
  )
  return (
    <Panel flush title="History of stops and ceilings" actions={<a href="/audit">Audit trail</a>}>
      <Show from={records}>
        {items =>
          items.length === 0 ? (
            <EmptyState icon="risk" title="No stop was tripped and no ceiling changed" />
          ) : (
            <SmallTable label="History of stops and ceilings" class="stop-history">
              <thead>
                <tr>
                  <th scope="col">Time ({zoneName()})</th>
                  <th scope="col">Who</th>
                  <th scope="col">What</th>
                  <th scope="col">Reason</th>
                </tr>
              </thead>
              <tbody>
                {items.map(record => (
                  <tr key={record.sequence}>
                    <td>{at(record.time, 'date-time-seconds')}</td>
                    <td>{record.actor}</td>
                    <td>
                      {record.action} {record.object} {record.result !== 'done' && <Badge tone="warn">{record.result}</Badge>}
                    </td>
                    <td>{record.reason || '–'}</td>
                  </tr>
                ))}
              </tbody>
            </SmallTable>
          )
        }
      </Show>
    </Panel>
  )
}
