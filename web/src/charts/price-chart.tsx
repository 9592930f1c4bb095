// Candles, or a line where there is one price a day, by lightweight-charts with volume below, everything else on them drawn by one primitive, and the newest bar as it trades.
import {
  type CandlestickData,
  CandlestickSeries,
  CrosshairMode,
  createChart,
  type DeepPartial,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type LineData,
  LineSeries,
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

/** How many bars are in sight at first. */
const MOST_SHOWN = 160
const LEAST_SHOWN = 24

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
  readonly prices: ISeriesApi<'Candlestick'> | ISeriesApi<'Line'>
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
  const onePrice = hasOnePrice(bars)

  useEffect(() => {
    if (!box.current) return
    const made = draw(box.current, priceDecimals, onePrice)
    drawn.current = made
    made.chart.subscribeClick(({ point }) => {
      const order = point && made.marks.orderAt(point.x, point.y)
      if (order) open.current?.(order)
    })
    return () => {
      drawn.current = undefined
      made.chart.remove()
    }
  }, [priceDecimals, onePrice, look])

  useEffect(() => {
    if (!drawn.current) return
    const data = candlesOf(bars)
    builder.current = new BarBuilder(resolutionSeconds, data.at(-1))
    fill(drawn.current, data, resolutionSeconds)
  }, [bars, resolutionSeconds, priceDecimals, onePrice, look])

  useEffect(() => {
    drawn.current?.marks.set(marks, layers)
  }, [marks, layers, bars, onePrice, look])

  const show = (candle: Candle | undefined): void => {
    if (!candle || !drawn.current) return
    drawn.current.prices.update(point(candle))
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
    if (live && row) show(builder.current?.price(Date.parse(row.time) / 1_000, Number(row.last)))
  })

  return (
    <div
      class="price-chart"
      ref={box}
      role="img"
      aria-label={`${onePrice ? 'Prices' : 'Candles'} of ${bars.instrument}, ${bars.resolution}`}
      style={{ height: `${height}px` }}
    />
  )
}

/** A source that names one price a day has no candles to draw: its prices are a line. */
const hasOnePrice = ({ open, high, low, close }: Bars): boolean =>
  close.length > 0 && close.every((price, i) => open[i] === price && high[i] === price && low[i] === price)

function draw(element: HTMLElement, priceDecimals: number, onePrice: boolean): Drawn {
  const chart = createChart(element, options())
  const priceFormat = { type: 'price', precision: priceDecimals, minMove: 10 ** -priceDecimals } as const
  const prices = onePrice
    ? chart.addSeries(LineSeries, { color: colour('accent'), lineWidth: 2, priceFormat })
    : chart.addSeries(CandlestickSeries, {
        upColor: colour('up'),
        downColor: colour('down'),
        wickUpColor: colour('up'),
        wickDownColor: colour('down'),
        borderVisible: false,
        priceFormat,
      })
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume',
    priceFormat: { type: 'volume' },
    lastValueVisible: false,
    priceLineVisible: false,
  })
  volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } })
  const marks = new ChartMarks()
  prices.attachPrimitive(marks)
  return { chart, prices, volume, marks }
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

function fill({ chart, prices, volume, marks }: Drawn, data: readonly Candle[], resolutionSeconds: number): void {
  prices.setData(data.map(point))
  const traded = data.some(candle => candle.volume > 0)
  volume.setData(
    traded ? data.map(candle => ({ time: candle.time as UTCTimestamp, value: candle.volume, color: volumeColour(candle) })) : [],
  )
  marks.times(data.map(({ time }) => time))
  chart.timeScale().applyOptions({ secondsVisible: resolutionSeconds < 60 })
  // A few bars stand at the right and keep their shape; those to come find their place beside them.
  const shown = Math.min(MOST_SHOWN, Math.max(LEAST_SHOWN, data.length))
  chart.timeScale().setVisibleLogicalRange({ from: data.length - shown, to: data.length + 4 })
}

/** A candle, and the same as a point of a line. */
const point = ({ time, open, high, low, close }: Candle): CandlestickData<UTCTimestamp> & LineData<UTCTimestamp> => ({
  time: time as UTCTimestamp,
  value: close,
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
