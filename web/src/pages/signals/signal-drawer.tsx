// One signal: what became of it, what refused it with limit and observed value, and what was thought at that time.
import { api } from '../../api.ts'
import { SideBadge } from '../../components/badge.tsx'
import { Drawer } from '../../components/drawer.tsx'
import { Facts } from '../../components/facts.tsx'
import { Show } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { decimal } from '../../text/decimal.ts'
import { percent } from '../../text/number.ts'
import { at, zoneName } from '../../text/time.ts'
import { SmallTable } from '../small-table.tsx'
import { ExplanationPanel } from './explanation-panel.tsx'
import { SensesThen } from './senses-then.tsx'
import { OUTCOME_MEANINGS, OutcomeBadge, type SignalLine } from './signal-columns.tsx'

export interface SignalDrawerProps {
  readonly signal: SignalLine
  readonly onClose: () => void
}

export function SignalDrawer({ signal: line, onClose }: SignalDrawerProps) {
  const opinions = useLoad(
    signal =>
      api('GET /opinions', { query: { run: line.run, instrument: line.instrument, to: justAfter(line.time), limit: 1 }, signal }),
    [line.key],
  )
  return (
    <Drawer
      onClose={onClose}
      title={
        <>
          <SideBadge side={line.direction} /> {line.instrument} <OutcomeBadge outcome={line.outcome} />
        </>
      }
    >
      <Facts
        facts={[
          { label: `Time (${zoneName()})`, value: at(line.time, 'date-time-seconds') },
          { label: 'Strategy', value: line.strategy },
          { label: 'Price then', value: line.price === null ? '–' : decimal(line.price) },
          {
            label: 'Probability of a rise',
            value: line.probabilityUp === null ? '–' : percent(line.probabilityUp, { digits: 0 }),
          },
          { label: 'Confidence', value: line.confidence === null ? '–' : percent(line.confidence, { digits: 0 }) },
          { label: 'Outcome', value: OUTCOME_MEANINGS[line.outcome] },
          { label: 'Why it was wanted', value: line.why, wide: true },
          { label: 'Run', value: <a href={`/backtests/${line.run}`}>{line.run}</a>, wide: true },
        ]}
      />
      {line.refusals.length > 0 && <Refusals line={line} />}
      {line.orders.length > 0 && (
        <section>
          <h3>Orders of it</h3>
          <ul class="order-links">
            {line.orders.map(order => (
              <li key={order}>
                <a href={`/orders?run=${encodeURIComponent(line.run)}&order=${encodeURIComponent(`${line.run}/${order}`)}`}>
                  {order}
                </a>
                <span class="soft-words"> with its history, fills and explanation</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>What was thought then</h3>
        <Show from={opinions}>
          {({ items }) =>
            items[0] ? (
              <SensesThen opinion={items[0]} />
            ) : (
              <p class="soft-words">No opinion of this run is stored for that time: its strategy does not ask the senses.</p>
            )
          }
        </Show>
      </section>
      <p class="drawer-actions">
        <a
          class="button"
          href={`/replay?run=${encodeURIComponent(line.run)}&at=${encodeURIComponent(line.time)}&instrument=${line.instrument}`}
        >
          Replay this moment
        </a>
      </p>
      <ExplanationPanel
        key={line.key}
        title={line.orders.length > 0 ? 'Why: from the order back to the raw datum' : 'Why nothing came of it'}
        button="Explain this moment"
        ask={signal =>
          line.orders[0]
            ? api('GET /orders/:run/:order/explanation', { params: { run: line.run, order: line.orders[0] }, signal })
            : api('GET /runs/:id/explanation', { params: { id: line.run }, query: { at: line.time }, signal })
        }
      />
    </Drawer>
  )
}

/** The end of a span is not part of it: an opinion of the very moment lies a millisecond before this. */
const justAfter = (instant: string): string => new Date(Date.parse(instant) + 1).toISOString()

const Refusals = ({ line }: { readonly line: SignalLine }) => (
  <section>
    <h3>What turned it down</h3>
    <SmallTable label="What turned it down">
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Limit</th>
          <th scope="col">Observed</th>
        </tr>
      </thead>
      <tbody>
        {line.refusals.map(({ code, limit, observed }, i) => (
          <tr key={i}>
            <td>
              <code>{code}</code>
            </td>
            <td>{limit || '–'}</td>
            <td>{observed || '–'}</td>
          </tr>
        ))}
      </tbody>
    </SmallTable>
  </section>
)
