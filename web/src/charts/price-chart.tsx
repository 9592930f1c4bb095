// Candles by lightweight-charts with volume below, everything else on them drawn by one primitive, and the newest bar as it trades.
import {
  type CandlestickData,
  CandlestickSeries,
  CrosshairMode,
  createChart,
  type DeepPartial,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type TimeChartOptions,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef } from 'preact/hooks'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import type { RowOf } from '../../../src/wire/topics.ts'
import { preferences, themeChanges } from '../preferences.ts'
import { at } from '../text/time.ts'
import { useTicks } from '../topics.ts'
import { BarBuilder, type Candle } from './bar-builder.ts'
import { colour, fontFamily } from './colours.ts'
import { ChartMarks, type Mark, type MarkLayer } from './marks.ts'

export type Bars = ReplyOf<'GET /instruments/:id/bars'>

export interface PriceChartProps {
  readonly bars: Bars
  readonly marks: readonly Mark[]
  readonly layers: ReadonlySet<MarkLayer>
  readonly priceDecimals: number
  readonly resolutionSeconds: number
  readonly height?: number
  /** Follows quotes and bars of the living run. Off for the past. */
  readonly live?: boolean
  /** A mark of an order was clicked. */
  readonly onOrder?: (order: string) => void
}

/** What is drawn on while the component lives. */
interface Drawn {
  readonly chart: IChartApi
  readonly candles: ISeriesApi<'Candlestick'>
  readonly volume: ISeriesApi<'Histogram'>
  readonly marks: ChartMarks
}

export function PriceChart({
  bars,
  marks,
  layers,
  priceDecimals,
  resolutionSeconds,
  height = 460,
  live = false,
  onOrder,
}: PriceChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn | undefined>(undefined)
  const builder = useRef<BarBuilder | undefined>(undefined)
  const open = useRef(onOrder)
  open.current = onOrder
  const look = `${themeChanges.value} ${preferences.value.timeZone}`

  useEffect(() => {
    if (!box.current) return
    const made = draw(box.current, priceDecimals)
    drawn.current = made
    made.chart.subscribeClick(({ point }) => {
      const order = point && made.marks.orderAt(point.x, point.y)
      if (order) open.current?.(order)
    })
    return () => {
      drawn.current = undefined
      made.chart.remove()
    }
  }, [priceDecimals, look])

  useEffect(() => {
    if (!drawn.current) return
    const data = candlesOf(bars)
    builder.current = new BarBuilder(resolutionSeconds, data.at(-1))
    fill(drawn.current, data, resolutionSeconds)
  }, [bars, resolutionSeconds, priceDecimals, look])

  useEffect(() => {
    drawn.current?.marks.set(marks, layers)
  }, [marks, layers, bars, look])

  const show = (candle: Candle | undefined): void => {
    if (!candle || !drawn.current) return
    drawn.current.candles.update(point(candle))
    drawn.current.volume.update({ time: candle.time as UTCTimestamp, value: candle.volume, color: volumeColour(candle) })
    drawn.current.marks.extend(candle.time)
  }
  const keys = live ? [bars.instrument] : []
  useTicks('bars', { keys }, changes => {
    const row: RowOf<'bars'> | undefined = changes.get(bars.instrument)
    if (live && row) show(builder.current?.bar(row))
  })
  useTicks('quotes', { keys }, changes => {
    const row: RowOf<'quotes'> | undefined = changes.get(bars.instrument)
    if (live && row?.live) show(builder.current?.price(Date.parse(row.time) / 1_000, Number(row.last)))
  })

  return (
    <div
      class="price-chart"
      ref={box}
      role="img"
      aria-label={`Candles of ${bars.instrument}, ${bars.resolution}`}
      style={{ height: `${height}px` }}
    />
  )
}

function draw(element: HTMLElement, priceDecimals: number): Drawn {
  const chart = createChart(element, options())
  const candles = chart.addSeries(CandlestickSeries, {
    upColor: colour('up'),
    downColor: colour('down'),
    wickUpColor: colour('up'),
    wickDownColor: colour('down'),
    borderVisible: false,
    priceFormat: { type: 'price', precision: priceDecimals, minMove: 10 ** -priceDecimals },
  })
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume',
    priceFormat: { type: 'volume' },
    lastValueVisible: false,
    priceLineVisible: false,
  })
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } })
  const marks = new ChartMarks()
  candles.attachPrimitive(marks)
  return { chart, candles, volume, marks }
}

const options = (): DeepPartial<TimeChartOptions> => ({
  autoSize: true,
  layout: {
    background: { color: colour('panel') },
    textColor: colour('text-soft'),
    fontFamily: fontFamily(),
    fontSize: 11,
    panes: { separatorColor: colour('line') },
    // The logo is drawn by a style element, which the content security policy forbids; the page names and links the maker.
    attributionLogo: false,
  },
  grid: { vertLines: { color: colour('grid') }, horzLines: { color: colour('grid') } },
  rightPriceScale: { borderColor: colour('line'), scaleMargins: { top: 0.08, bottom: 0.16 } },
  timeScale: {
    borderColor: colour('line'),
    timeVisible: true,
    rightOffset: 4,
    tickMarkFormatter: (time: number, kind: number) => tick(time, kind),
  },
  crosshair: {
    mode: CrosshairMode.Normal,
    vertLine: { color: colour('text-faint'), labelBackgroundColor: colour('line-strong') },
    horzLine: { color: colour('text-faint'), labelBackgroundColor: colour('line-strong') },
  },
  localization: { timeFormatter: (time: number) => at(time * 1_000, 'date-time-seconds') },
})

/** The library's kinds of tick: 0 year, 1 month, 2 day, 3 time, 4 time with seconds. */
function tick(time: number, kind: number): string {
  const millis = time * 1_000
  if (kind === 0) return at(millis, 'date').slice(0, 4)
  if (kind === 1) return at(millis, 'date').slice(0, 7)
  if (kind === 2) return at(millis, 'date').slice(5)
  return at(millis, kind === 3 ? 'time' : 'time-seconds')
}

function fill({ chart, candles, volume, marks }: Drawn, data: readonly Candle[], resolutionSeconds: number): void {
  candles.setData(data.map(point))
  const traded = data.some(candle => candle.volume > 0)
  volume.setData(
    traded ? data.map(candle => ({ time: candle.time as UTCTimestamp, value: candle.volume, color: volumeColour(candle) })) : [],
  )
  marks.times(data.map(({ time }) => time))
  chart.timeScale().applyOptions({ secondsVisible: resolutionSeconds < 60 })
  chart.timeScale().setVisibleLogicalRange({ from: Math.max(-2, data.length - 160), to: data.length + 4 })
}

const point = ({ time, open, high, low, close }: Candle): CandlestickData<UTCTimestamp> => ({
  time: time as UTCTimestamp,
  open,
  high,
  low,
  close,
})

const volumeColour = ({ open, close }: Candle): string => colour(close >= open ? 'up-ground' : 'down-ground')

/** The library takes rising times only. */
function candlesOf(bars: Bars): Candle[] {
  const candles: Candle[] = []
  for (const [i, time] of bars.time.entries()) {
    if (time <= (candles.at(-1)?.time ?? Number.NEGATIVE_INFINITY)) continue
    candles.push({
      time,
      open: bars.open[i]!,
      high: bars.high[i]!,
      low: bars.low[i]!,
      close: bars.close[i]!,
      volume: bars.volume[i]!,
    })
  }
  return candles
}
