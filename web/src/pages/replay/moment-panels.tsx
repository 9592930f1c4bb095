// What was known, decided and held at a moment of a run.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { SideBadge } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { decimal } from '../../text/decimal.ts'
import { percent } from '../../text/number.ts'
import { at } from '../../text/time.ts'
import { StateBadge } from '../orders/order-columns.tsx'
import { Profit } from '../positions/position-columns.tsx'
import { SensesThen } from '../signals/senses-then.tsx'
import { OutcomeBadge } from '../signals/signal-columns.tsx'
import { SmallTable } from '../small-table.tsx'

export type Moment = ReplyOf<'GET /runs/:id/moment'>

export const AccountThen = ({ account }: { readonly account: NonNullable<Moment['account']> }) => (
  <dl class="tiles">
    {(
      [
        [`Equity in ${account.currency}`, decimal(account.equity, { digits: 2 })],
        ['Drawdown', percent(account.drawdown)],
        ['Exposure', account.exposure === null ? '–' : decimal(account.exposure, { digits: 2 })],
        ['Open positions', String(account.openPositions)],
        ['Open orders', String(account.openOrders)],
        ['Fills so far', String(account.fills)],
      ] as const
    ).map(([label, value]) => (
      <div key={label} class="tile">
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)

export function MomentPanels({ moment, instrument }: { readonly moment: Moment; readonly instrument: string }) {
  const opinion = moment.opinions.find(({ key }) => key === instrument) ?? moment.opinions[0]
  return (
    <div class="moment">
      <Panel flush title="Held" stamp={{ time: moment.at, source: moment.run }}>
        <Held moment={moment} />
      </Panel>
      <Panel flush title="Decided" stamp={{ time: moment.at, source: moment.run }}>
        <Decided moment={moment} />
      </Panel>
      <Panel flush title="Known" stamp={{ time: moment.at, source: moment.run }}>
        <Known moment={moment} />
      </Panel>
      <Panel title={`Thought${opinion ? `: ${opinion.key}` : ''}`}>
        {opinion ? (
          <SensesThen opinion={opinion} />
        ) : (
          <p class="soft-words">
            No opinion until then: the strategy had not asked the senses, or they are not stored for this run.
          </p>
        )}
      </Panel>
    </div>
  )
}

const Held = ({ moment: { positions, openOrders } }: { readonly moment: Moment }) => (
  <>
    <SmallTable label="Positions">
      <thead>
        <tr>
          <th scope="col">Position</th>
          <th scope="col" class="number">
            Quantity
          </th>
          <th scope="col" class="number">
            Mark
          </th>
          <th scope="col" class="number">
            Unrealised
          </th>
        </tr>
      </thead>
      <tbody>
        {positions.length === 0 && (
          <tr>
            <td colSpan={4} class="soft-words">
              Nothing was held.
            </td>
          </tr>
        )}
        {positions.map(position => (
          <tr key={position.key}>
            <td>{position.instrument}</td>
            <td class="number">{decimal(position.quantity, { signed: true })}</td>
            <td class="number">{position.mark === null ? '–' : decimal(position.mark)}</td>
            <td class="number">
              <Profit amount={position.unrealised} /> {position.currency}
            </td>
          </tr>
        ))}
      </tbody>
    </SmallTable>
    <SmallTable label="Open orders" class="second">
      <thead>
        <tr>
          <th scope="col">Open order</th>
          <th scope="col" class="number">
            Quantity
          </th>
          <th scope="col" class="number">
            Price
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {openOrders.length === 0 && (
          <tr>
            <td colSpan={4} class="soft-words">
              No order was open.
            </td>
          </tr>
        )}
        {openOrders.map(order => (
          <tr key={order.key}>
            <td>
              <a href={`/orders?run=${encodeURIComponent(order.run)}&order=${encodeURIComponent(order.key)}`}>
                <SideBadge side={order.side} /> {order.role}
              </a>
            </td>
            <td class="number">{decimal(order.quantity)}</td>
            <td class="number">{order.price === null ? 'market' : decimal(order.price)}</td>
            <td>
              <StateBadge state={order.state} />
            </td>
          </tr>
        ))}
      </tbody>
    </SmallTable>
  </>
)

const Decided = ({ moment: { signals } }: { readonly moment: Moment }) => (
  <SmallTable label="Signals until then">
    <thead>
      <tr>
        <th scope="col">Time</th>
        <th scope="col">Wanted</th>
        <th scope="col">Outcome</th>
        <th scope="col">Because</th>
      </tr>
    </thead>
    <tbody>
      {signals.length === 0 && (
        <tr>
          <td colSpan={4} class="soft-words">
            Nothing had been wanted yet.
          </td>
        </tr>
      )}
      {signals.slice(0, 8).map(signal => (
        <tr key={signal.key}>
          <td>{at(signal.time)}</td>
          <td>
            <SideBadge side={signal.direction} />
          </td>
          <td>
            <a href={`/signals?run=${encodeURIComponent(signal.run)}&signal=${encodeURIComponent(signal.key)}`}>
              <OutcomeBadge outcome={signal.outcome} />
            </a>
          </td>
          <td class="because">{firstOf(signal.refusals.map(({ code }) => code)) || signal.why}</td>
        </tr>
      ))}
    </tbody>
  </SmallTable>
)

/** 'MARKET_CLOSED and 3 more'. */
const firstOf = (codes: readonly string[]): string =>
  codes.length > 1 ? `${codes[0]} and ${codes.length - 1} more` : (codes[0] ?? '')

const Known = ({ moment: { quotes } }: { readonly moment: Moment }) => (
  <SmallTable label="Prices">
    <thead>
      <tr>
        <th scope="col">Instrument</th>
        <th scope="col" class="number">
          Bid
        </th>
        <th scope="col" class="number">
          Ask
        </th>
        <th scope="col" class="number">
          Last
        </th>
        <th scope="col">Time</th>
        <th scope="col">Source</th>
      </tr>
    </thead>
    <tbody>
      {quotes.length === 0 && (
        <tr>
          <td colSpan={6} class="soft-words">
            No price was known yet.
          </td>
        </tr>
      )}
      {quotes.map(quote => (
        <tr key={quote.key}>
          <td>{quote.key}</td>
          <td class="number">{quote.bid === null ? '–' : decimal(quote.bid)}</td>
          <td class="number">{quote.ask === null ? '–' : decimal(quote.ask)}</td>
          <td class="number">{decimal(quote.last)}</td>
          <td>{at(quote.time, 'date-time-seconds')}</td>
          <td>{quote.source}</td>
        </tr>
      ))}
    </tbody>
  </SmallTable>
)
