// One order: its facts, the history of its state, its fills, the signal it came from, and why, back to the raw datum.

import { useSignal } from '@preact/signals'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { SideBadge } from '../../components/badge.tsx'
import { Drawer } from '../../components/drawer.tsx'
import { Facts } from '../../components/facts.tsx'
import { Show } from '../../components/states.tsx'
import { toast, toastError } from '../../components/toasts.tsx'
import { useLoad } from '../../load.ts'
import { may } from '../../session.ts'
import { decimal } from '../../text/decimal.ts'
import { zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'
import { ExplanationPanel } from '../signals/explanation-panel.tsx'
import { SmallTable } from '../small-table.tsx'
import { exactTime, spanWords } from './exact-time.ts'
import { isOpen, type Order, StateBadge } from './order-columns.tsx'

export interface OrderDrawerProps {
  readonly run: string
  readonly order: string
  readonly onClose: () => void
}

export function OrderDrawer({ run, order, onClose }: OrderDrawerProps) {
  const live = useTopic('orders').rows.get(`${run}/${order}`)
  const reply = useLoad(signal => api('GET /orders/:run/:order', { params: { run, order }, signal }), [run, order, live?.changed])
  const shown = reply.value.value?.order ?? live

  return (
    <Drawer
      onClose={onClose}
      title={
        shown ? (
          <>
            <SideBadge side={shown.side} /> {decimal(shown.quantity)} {shown.instrument} <StateBadge state={shown.state} />
          </>
        ) : (
          `Order ${order}`
        )
      }
    >
      <Show from={reply}>{value => <OrderParts {...value} order={live ?? value.order} />}</Show>
    </Drawer>
  )
}

function OrderParts({ order, fills, history }: ReplyOf<'GET /orders/:run/:order'>) {
  // A run that wrote down only the last state still knows when the order was made.
  const first = history[0]
  const lived =
    first && first.time > order.created ? [{ time: order.created, state: 'created', reason: order.why }, ...history] : history
  return (
    <>
      <Facts
        facts={[
          { label: 'Account', value: order.account },
          { label: 'Strategy', value: order.strategy },
          { label: 'Role', value: `${order.role}, ${order.type}` },
          { label: 'Price', value: order.price === null ? 'market' : decimal(order.price) },
          { label: 'Filled', value: `${decimal(order.filled)} of ${decimal(order.quantity)}` },
          { label: 'Took', value: spanWords(order.created, order.changed) },
          { label: 'Why it was wanted', value: order.why, wide: true },
          ...(order.reason !== '' && order.reason !== order.why
            ? [{ label: 'What became of it', value: order.reason, wide: true }]
            : []),
          {
            label: 'Run',
            value: <a href={`/backtests/${order.run}`}>{order.run}</a>,
            wide: true,
          },
          { label: 'Order', value: order.id },
          { label: 'Correlation', value: order.correlationId ?? '–' },
        ]}
      />
      {isOpen(order) && <CancelButton order={order} />}
      <section>
        <h3>
          History <span class="stamp">{zoneName()}</span>
        </h3>
        <ol class="history">
          {lived.map(({ time, state, reason }, i) => (
            <li key={i}>
              <span class="history-time">{exactTime(time)}</span>
              <span class="history-after">{i === 0 ? '' : `+${spanWords(lived[i - 1]!.time, time)}`}</span>
              <StateBadge state={state} />
              <span class="history-reason">{reason}</span>
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h3>Fills</h3>
        {fills.length === 0 ? <p class="soft-words">Nothing was filled.</p> : <Fills fills={fills} />}
      </section>
      <ParentSignal order={order} />
      <ExplanationPanel
        key={order.key}
        title="Why: from the fill back to the raw datum"
        button="Explain this order"
        ask={signal => api('GET /orders/:run/:order/explanation', { params: { run: order.run, order: order.id }, signal })}
      />
    </>
  )
}

const Fills = ({ fills }: { readonly fills: ReplyOf<'GET /orders/:run/:order'>['fills'] }) => (
  <SmallTable label="Fills">
    <thead>
      <tr>
        <th scope="col">Time ({zoneName()})</th>
        <th scope="col" class="number">
          Quantity
        </th>
        <th scope="col" class="number">
          Price
        </th>
        <th scope="col" class="number">
          Commission
        </th>
      </tr>
    </thead>
    <tbody>
      {fills.map(fill => (
        <tr key={fill.key}>
          <td>{exactTime(fill.time)}</td>
          <td class="number">{decimal(fill.quantity)}</td>
          <td class="number">{decimal(fill.price)}</td>
          <td class="number">
            {decimal(fill.commission, { digits: 2 })} {fill.currency}
          </td>
        </tr>
      ))}
    </tbody>
  </SmallTable>
)

/** Guards say whose they are; entries and exits are found among the signals of their moment. */
function ParentSignal({ order }: { readonly order: Order }) {
  const entry = /^(?:stop|target) of (\S+)$/.exec(order.why)?.[1]
  const id = entry ?? order.id
  const found = useLoad(
    async signal => {
      const { order: parent } = entry
        ? await api('GET /orders/:run/:order', { params: { run: order.run, order: entry }, signal })
        : { order }
      const { items } = await api('GET /signals', {
        query: { run: order.run, instrument: order.instrument, ...around(parent.created), limit: 100 },
        signal,
      })
      return items.find(one => one.orders.includes(id)) ?? null
    },
    [order.key],
  )
  const signalRow = found.value.value
  return (
    <section>
      <h3>Where it came from</h3>
      {entry && (
        <p class="soft-words">
          It guards{' '}
          <a href={`/orders?run=${encodeURIComponent(order.run)}&order=${encodeURIComponent(`${order.run}/${entry}`)}`}>
            order {entry}
          </a>
          .
        </p>
      )}
      {signalRow ? (
        <p class="soft-words">
          <a href={`/signals?run=${encodeURIComponent(order.run)}&signal=${encodeURIComponent(signalRow.key)}`}>
            {signalRow.strategy} wanted {signalRow.direction}
          </a>{' '}
          at {exactTime(signalRow.time)} {zoneName()}: {signalRow.why}
        </p>
      ) : (
        signalRow === null && !entry && <p class="soft-words">No signal of its moment names it.</p>
      )}
    </section>
  )
}

/** A second to each side of an instant. */
function around(instant: string): { readonly from: string; readonly to: string } {
  const iso = (millis: number) => new Date(millis).toISOString()
  const middle = Date.parse(instant)
  return { from: iso(middle - 1_000), to: iso(middle + 1_000) }
}

function CancelButton({ order }: { readonly order: Order }) {
  const asked = useSignal(false)
  const runs = useTopic('runs', { rate: 1 }).rows
  const living = runs.get(order.run)?.running ?? false
  if (!may('orders.write')) return null

  const cancel = async (): Promise<void> => {
    asked.value = true
    try {
      await api('DELETE /orders/:run/:order', { params: { run: order.run, order: order.id } })
      toast({ kind: 'info', text: `Asked to cancel ${order.id}; the venue has the last word.` })
    } catch (error) {
      asked.value = false
      toastError(error)
    }
  }
  return (
    <p class="drawer-actions">
      <button type="button" class="button danger" disabled={!living || asked.value} onClick={() => void cancel()}>
        {asked.value ? 'Cancel asked for' : 'Cancel this order'}
      </button>
      {!living && <span class="soft-words">Its run does not live any more.</span>}
    </p>
  )
}
