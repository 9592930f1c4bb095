// One instrument: candles with everything on them, the book, the tape, the senses, signals, orders, and the ticket.
import { useComputed } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { Depth } from '../components/depth.tsx'
import { Drawer } from '../components/drawer.tsx'
import { OrderExplanation } from '../components/explanation.tsx'
import { LiveStamp, Page, Panel } from '../components/page.tsx'
import { SenseCards } from '../components/senses.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { Tape } from '../components/tape.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { may, mayAccount } from '../session.ts'
import { useFollowed, useTopic } from '../topics.ts'
import { NewestSignals } from './home/newest-signals.tsx'
import { ChartPanel } from './instrument/chart-panel.tsx'
import { QuoteLine } from './instrument/quote-line.tsx'
import { Ticket } from './instrument/ticket.tsx'
import { type Run, useRuns } from './run-choice.tsx'
import './instrument/instrument.css'

export type Instrument = ReplyOf<'GET /instruments/:id'>

export default function InstrumentPage({ params, query }: PageProps) {
  const id = params['id'] ?? ''
  const instrument = useLoad(signal => api('GET /instruments/:id', { params: { id }, signal }), [id])
  return (
    <Page title={id}>
      <Show from={instrument} skeleton={<Skeleton lines={12} height={640} />}>
        {value => <Desk key={id} instrument={value} query={query} />}
      </Show>
    </Page>
  )
}

function Desk({ instrument, query }: { readonly instrument: Instrument; readonly query: URLSearchParams }) {
  const { id, priceDecimals, quantityDecimals } = instrument
  const runs = useRuns()
  const living = useTopic('runs', { rate: 1 }).rows
  const all = runs.value.value
  // A living run may not say yet what it trades; its opinion does.
  const speaker = useFollowed('opinions', { keys: [id], rate: 4 }).row(id).value?.run
  const mine = useMemo(
    () => (all ?? []).filter(run => run.instruments.includes(id) || (run.running && run.id === speaker)),
    [all, id, speaker],
  )
  const run = mine.find(each => each.id === query.get('run')) ?? mine[0]
  const paper = mine.find(each => living.get(each.id)?.running && living.get(each.id)?.mode === 'PAPER')
  const order = query.get('order')

  return (
    <>
      <QuoteLine instrument={instrument} />
      <div class="instrument">
        <ChartPanel instrument={instrument} runs={mine} run={run} query={query} />
        <div class="instrument-flow">
          <BookPanel id={id} priceDecimals={priceDecimals} quantityDecimals={quantityDecimals} />
          <TapePanel id={id} priceDecimals={priceDecimals} quantityDecimals={quantityDecimals} />
        </div>
        <OpinionPanel instrument={instrument} />
        <div class="instrument-side">
          {paper && may('orders.write') && mayAccount(paper.name) && <Ticket instrument={instrument} run={paper} />}
          <RunSignals run={run} id={id} />
        </div>
      </div>
      {order && run && (
        <Drawer title={`Why order ${order} was sent`} onClose={() => setQuery({ order: undefined })}>
          <OrderExplanation run={run.id} order={order} />
        </Drawer>
      )}
    </>
  )
}

const RunSignals = ({ run, id }: { readonly run: Run | undefined; readonly id: string }) =>
  run ? (
    <NewestSignals run={run} instrument={id} most={7} narrow />
  ) : (
    <Panel title="Newest signals">
      <EmptyState icon="signals" title="No run trades it" action={<a href="/backtests">Start a backtest</a>}>
        Signals come from strategies, in backtests, replays and paper runs.
      </EmptyState>
    </Panel>
  )

interface FlowProps {
  readonly id: string
  readonly priceDecimals: number
  readonly quantityDecimals: number
}

function BookPanel({ id, priceDecimals, quantityDecimals }: FlowProps) {
  const book = useLoad(signal => api('GET /instruments/:id/book', { params: { id }, query: { levels: 12 }, signal }), [id])
  // The first book of a living run draws the panel again; those after it only write text nodes.
  const live = useFollowed('books', { keys: [id], rate: 20 }).row(id)
  const heard = useComputed(() => live.value !== undefined).value
  const recorded = book.value.value
  return (
    <Panel
      flush
      title="Depth"
      class="flow"
      stamp={
        heard ? <LiveStamp row={live} /> : recorded ? { time: recorded.time, source: `recorded: ${recorded.source}` } : undefined
      }
    >
      <Show from={book} skeleton={<Skeleton lines={12} height={420} />}>
        {known =>
          known === null && !heard ? (
            <EmptyState icon="markets" title="No order book">
              No source of this instrument gave its depth.
            </EmptyState>
          ) : (
            <Depth instrument={id} book={known} priceDecimals={priceDecimals} quantityDecimals={quantityDecimals} />
          )
        }
      </Show>
    </Panel>
  )
}

function TapePanel({ id, priceDecimals, quantityDecimals }: FlowProps) {
  const prints = useLoad(signal => api('GET /instruments/:id/prints', { params: { id }, query: { limit: 30 }, signal }), [id])
  const store = useFollowed('prints', { keys: [id] })
  const newest = prints.value.value?.items[0]
  const live = useComputed(() => {
    void store.version.value
    return store.newest
  })
  const heard = useComputed(() => live.value !== undefined).value
  return (
    <Panel
      flush
      title="Tape"
      class="flow"
      stamp={heard ? <LiveStamp row={live} /> : newest ? { time: newest.time, source: `recorded: ${newest.source}` } : undefined}
    >
      <Show from={prints} skeleton={<Skeleton lines={12} height={420} />}>
        {value =>
          value.items.length === 0 && !heard ? (
            <EmptyState icon="markets" title="No trades">
              No source of this instrument gave single trades.
            </EmptyState>
          ) : (
            <Tape instrument={id} prints={value.items} priceDecimals={priceDecimals} quantityDecimals={quantityDecimals} />
          )
        }
      </Show>
    </Panel>
  )
}

function OpinionPanel({ instrument }: { readonly instrument: Instrument }) {
  const live = useFollowed('opinions', { keys: [instrument.id], rate: 4 }).row(instrument.id)
  const opinion = live.value ?? instrument.opinion
  return (
    <Panel title="The four senses" class="opinion" stamp={opinion ? { time: opinion.time, source: opinion.run } : undefined}>
      <SenseCards opinion={opinion} />
    </Panel>
  )
}
