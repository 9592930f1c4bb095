// The columns of the watchlist: cells that move are bound to their row's signal, so that a tick writes one text node.
import { computed, type ReadonlySignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { api } from '../../api.ts'
import { Spark } from '../../charts/spark.tsx'
import { Badge, QualityDot } from '../../components/badge.tsx'
import { SenseBars } from '../../components/senses.tsx'
import type { Column } from '../../components/table.tsx'
import { toastError } from '../../components/toasts.tsx'
import { preferences } from '../../preferences.ts'
import { socket } from '../../socket.ts'
import { decimal, difference } from '../../text/decimal.ts'
import { number, percent } from '../../text/number.ts'
import { at, fromNow, zoneName } from '../../text/time.ts'
import type { Instrument } from '../markets.tsx'

type Quote = RowOf<'quotes'>

/** The living price, or the one the page was opened with. */
const quoteOf = ({ id, quote }: Instrument): Quote | null => socket.store('quotes').row(id).value ?? quote
const opinionOf = ({ id, opinion }: Instrument): RowOf<'opinions'> | null => socket.store('opinions').row(id).value ?? opinion

/** Text that follows a signal without its table: Preact binds it to a text node. */
function Live({ row, text }: { readonly row: Instrument; readonly text: (row: Instrument) => string }) {
  const words: ReadonlySignal<string> = useMemo(() => computed(() => text(row)), [row])
  return <>{words}</>
}

const priceText = (row: Instrument, of: (quote: Quote) => string | null): string => {
  const quote = quoteOf(row)
  const price = quote && of(quote)
  return price === null ? '–' : decimal(price, { digits: row.priceDecimals })
}
/** Of the middle, so that markets can be compared. */
const spreadPoints = (row: Instrument): number | null => {
  const quote = quoteOf(row)
  if (!quote?.bid || !quote.ask) return null
  return (2 * 10_000 * Number(difference(quote.ask, quote.bid))) / (Number(quote.ask) + Number(quote.bid))
}
const spreadText = (row: Instrument): string => {
  const points = spreadPoints(row)
  return points === null ? '–' : number(points, points < 10 ? 2 : 1)
}

export const watchlistColumns: readonly Column<Instrument>[] = [
  {
    id: 'star',
    head: '',
    width: '34px',
    wide: true,
    value: ({ id }) => (preferences.value.watchlist.includes(id) ? 'starred' : ''),
    draw: ({ id }) => <Star id={id} />,
  },
  {
    id: 'instrument',
    head: 'Instrument',
    width: 'minmax(188px, 1.6fr)',
    narrow: 'minmax(100px, 1fr)',
    value: ({ id, name }) => `${id} ${name}`,
    draw: row => <Name row={row} />,
  },
  {
    id: 'last',
    head: 'Last',
    align: 'right',
    width: 'minmax(104px, 0.8fr)',
    narrow: '100px',
    value: row => quoteOf(row)?.last,
    draw: row => (
      <strong>
        <Live row={row} text={each => priceText(each, ({ last }) => last)} />
      </strong>
    ),
  },
  {
    id: 'change',
    head: 'Change',
    align: 'right',
    width: '76px',
    narrow: '74px',
    value: row => quoteOf(row)?.change,
    draw: row => <Change row={row} />,
  },
  {
    id: 'bid',
    head: 'Bid',
    align: 'right',
    wide: true,
    width: 'minmax(100px, 0.8fr)',
    value: row => quoteOf(row)?.bid,
    draw: row => <Live row={row} text={each => priceText(each, ({ bid }) => bid)} />,
  },
  {
    id: 'ask',
    head: 'Ask',
    align: 'right',
    wide: true,
    width: 'minmax(100px, 0.8fr)',
    value: row => quoteOf(row)?.ask,
    draw: row => <Live row={row} text={each => priceText(each, ({ ask }) => ask)} />,
  },
  {
    id: 'spread',
    head: 'Spread bp',
    align: 'right',
    wide: true,
    width: '84px',
    value: spreadPoints,
    draw: row => <Live row={row} text={spreadText} />,
  },
  {
    id: 'spark',
    head: 'Latest closes',
    wide: true,
    width: '96px',
    value: ({ spark }) => spark.at(-1),
    draw: ({ spark }) => <Spark values={spark} width={80} />,
  },
  {
    id: 'senses',
    head: 'Why How What When',
    width: '146px',
    narrow: '78px',
    value: row => opinionOf(row)?.probabilityUp,
    draw: row => <Senses row={row} />,
  },
  {
    id: 'probability',
    head: 'P(up)',
    align: 'right',
    wide: true,
    width: '54px',
    value: row => opinionOf(row)?.probabilityUp,
    draw: row => <Probability row={row} />,
  },
  {
    id: 'session',
    head: 'Market',
    wide: true,
    width: '74px',
    value: ({ hours }) => (hours === null ? '' : hours.open ? 'open' : 'closed'),
    draw: ({ hours }) => (hours ? <Badge tone={hours.open ? 'good' : 'plain'}>{hours.open ? 'open' : 'closed'}</Badge> : '–'),
  },
  {
    id: 'time',
    head: 'As of',
    wide: true,
    width: 'minmax(112px, 1fr)',
    value: row => quoteOf(row)?.time,
    draw: row => <AsOf row={row} />,
  },
]

/** Of what it is before what kind of it and where: BTCUSDT of BTCUSDT-PERP.BINANCE, so that a narrow column has room for it. */
const nameEnd = (id: string): number => id.search(/-[A-Z0-9]+\.[^.]*$|\.[^.]*$/)

function Name({ row }: { readonly row: Instrument }) {
  const quote = quoteOf(row)
  return (
    <span class="instrument-name">
      {quote && <QualityDot score={quote.quality} source={quote.source} />}
      <a href={`/instruments/${encodeURIComponent(row.id)}`}>
        {row.id.slice(0, nameEnd(row.id))}
        <span class="venue">{row.id.slice(nameEnd(row.id))}</span>
      </a>
      {!row.id.startsWith(row.name) && <span class="soft">{row.name}</span>}
    </span>
  )
}

function Change({ row }: { readonly row: Instrument }) {
  const change = quoteOf(row)?.change ?? null
  if (change === null) return <>–</>
  return <span class={change > 0 ? 'up' : change < 0 ? 'down' : ''}>{percent(change, { signed: true })}</span>
}

const Senses = ({ row }: { readonly row: Instrument }) => <SenseBars opinion={opinionOf(row)} />

function Probability({ row }: { readonly row: Instrument }) {
  const up = opinionOf(row)?.probabilityUp
  if (up === undefined) return <>–</>
  return <span class={up > 0.5 ? 'up' : up < 0.5 ? 'down' : ''}>{number(up * 100, 1)}</span>
}

function AsOf({ row }: { readonly row: Instrument }) {
  const quote = quoteOf(row)
  if (!quote) return <>–</>
  return (
    <span class="as-of" title={`${at(quote.time, 'date-time-seconds')} ${zoneName()} · ${quote.source}`}>
      <span>{quote.live ? fromNow(quote.time) : at(quote.time)}</span>
      <span>{quote.source}</span>
    </span>
  )
}

function Star({ id }: { readonly id: string }) {
  const on = preferences.value.watchlist.includes(id)
  return (
    <button type="button" class="star" aria-pressed={on} aria-label={`Star ${id}`} onClick={() => void star(id, !on)}>
      <svg
        width="15"
        height="15"
        viewBox="0 0 24 24"
        stroke="currentColor"
        stroke-width="1.75"
        stroke-linejoin="round"
        aria-hidden="true"
      >
        <path
          d="M12 3.500l2.700 5.500 6 .9-4.400 4.200 1 6L12 17.300 6.700 20.100l1-6L3.300 9.900l6-.9z"
          fill={on ? 'currentColor' : 'none'}
        />
      </svg>
    </button>
  )
}

async function star(id: string, on: boolean): Promise<void> {
  const { watchlist } = preferences.value
  const next = { ...preferences.value, watchlist: on ? [...watchlist, id] : watchlist.filter(each => each !== id) }
  try {
    preferences.value = (await api('PUT /settings', { body: next })).preferences
  } catch (error) {
    toastError(error)
  }
}
