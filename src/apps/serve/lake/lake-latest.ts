// The newest recorded price of an instrument, what it changed since the session before, and a line of closes.
import type { Manifest, Partition } from '../../../adapters/lake/manifest.ts'
import { filePath, sqlText } from '../../../adapters/lake/sql.ts'
import { sessionCalendar } from '../../../domain/calendar.ts'
import type { InstrumentSpec } from '../../../domain/instrument.ts'
import { DAY, formatMicros, formatSteps, type Micros } from '../../../domain/numbers.ts'
import type { RowOf } from '../../../wire/topics.ts'
import { readBars } from './lake-bars.ts'
import type { Ask, LakeView } from './lake-view.ts'

export interface Latest {
  readonly quote: RowOf<'quotes'>
  readonly spark: readonly number[]
}

const SPARK_BARS = 48

/** Undefined where the lake holds no price of it. */
export function latestPrice(lake: LakeView, instrument: string): Promise<Latest | undefined> {
  return lake.kept(`price ${instrument}`, async () => {
    const quote = await latestQuote(lake, instrument)
    if (quote === undefined) return undefined
    const { close } = await readBars(lake, { instrument, limit: SPARK_BARS })
    return { quote, spark: close }
  })
}

/** The newest of quotes, trades and bars, whichever was received last; with `at`, as it was known then. */
export function latestQuote(
  lake: LakeView,
  instrument: string,
  at = Number.POSITIVE_INFINITY,
): Promise<Latest['quote'] | undefined> {
  return lake.kept(`latest ${instrument} ${at}`, async () => {
    const priced = lake.manifestsOf(instrument).filter(({ kind }) => kind === 'quote' || kind === 'trade' || kind === 'bar')
    const spec = priced[0]?.instrument
    if (spec === undefined || spec === null) return undefined
    return lake.ask(async ask => {
      const last = await lastBefore(ask, lake.root, priced, at)
      if (last === undefined) return undefined
      const sameKind = priced.filter(
        ({ kind, resolution }) => kind === last.manifest.kind && resolution === last.manifest.resolution,
      )
      const before = await lastBefore(ask, lake.root, sameKind, sessionStart(spec, last) - 1)
      return quoteOf(spec, last, before)
    })
  })
}

interface Price {
  readonly manifest: Manifest
  readonly time: Micros
  /** Price steps; equal where there is one price. */
  readonly bid: number
  readonly ask: number
}

async function lastBefore(ask: Ask, root: string, manifests: readonly Manifest[], at: number): Promise<Price | undefined> {
  const files = manifests
    .flatMap(manifest => manifest.partitions.map(partition => ({ manifest, partition })))
    .filter(({ partition }) => partition.firstTime <= at)
    .sort((a, b) => Math.min(b.partition.lastTime, at) - Math.min(a.partition.lastTime, at))
  const newest = files[0]
  if (newest === undefined) return undefined
  // Of several that reach as far, the one that says most of the price: both sides, then trades, then bars.
  const reach = Math.min(newest.partition.lastTime, at)
  const best = files
    .filter(({ partition }) => Math.min(partition.lastTime, at) === reach)
    .sort((a, b) => DETAIL.indexOf(a.manifest.kind) - DETAIL.indexOf(b.manifest.kind))[0]!
  const price = await lastOf(ask, root, best, at)
  // A file may have nothing before `at` but its first row's own instant.
  return price ?? lastOf(ask, root, newest, at)
}

const DETAIL: readonly string[] = ['quote', 'trade', 'bar']

async function lastOf(
  ask: Ask,
  root: string,
  { manifest, partition }: { readonly manifest: Manifest; readonly partition: Partition },
  at: number,
): Promise<Price | undefined> {
  const [bid, other] = { quote: ['bid', 'ask'], trade: ['price', 'price'], bar: ['close', 'ask_close'] }[
    manifest.kind as 'quote' | 'trade' | 'bar'
  ] as [string, string]
  const where = partition.lastTime > at ? ` WHERE received_time <= ${at}` : ''
  const rows = await ask(
    `SELECT received_time::DOUBLE, ${bid}::DOUBLE, ${other}::DOUBLE FROM read_parquet(${sqlText(filePath(root, partition.file))})${where}
     ORDER BY received_time DESC, sequence DESC LIMIT 1`,
    partition.file,
  )
  const [row] = rows as number[][]
  return row === undefined ? undefined : { manifest, time: row[0] as Micros, bid: row[1]!, ask: row[2]! }
}

/** A daily bar is its own session; otherwise what the calendar says, or the UTC day where it says nothing. */
function sessionStart({ calendar }: InstrumentSpec, { manifest, time }: Price): number {
  if (manifest.resolution === '1d') return time
  const stretch = sessionCalendar(calendar)?.stretch(time)
  if (stretch === undefined) return Math.floor(time / DAY) * DAY
  // What was received after the close still belongs to the session that closed.
  return stretch.open ? stretch.from : (sessionCalendar(calendar)!.session(stretch.sessionId)?.open ?? stretch.from)
}

function quoteOf(spec: InstrumentSpec, last: Price, before: Price | undefined): Latest['quote'] {
  const { kind, provenance, resolution } = last.manifest
  const text = (steps: number): string => formatSteps(steps, spec.priceDecimals)
  const middle = ({ bid, ask }: Price): number => (kind === 'quote' ? (bid + ask) / 2 : bid)
  const then = before === undefined ? undefined : middle(before)
  return {
    key: spec.id,
    bid: kind === 'quote' ? text(last.bid) : null,
    ask: kind === 'quote' ? text(last.ask) : null,
    last: text(Math.floor(middle(last))),
    // A change against nothing, or across zero as of oil in 2020, is no share.
    change: then === undefined || then <= 0 ? null : middle(last) / then - 1,
    time: formatMicros(last.time),
    source: `${provenance.source} ${kind}${resolution === null ? '' : ` ${resolution}`}`,
    live: false,
    quality: null,
  }
}
