// Lines over time by uPlot: equity with drawdown below it on the same axis, latency, memory. Loaded with the first page that draws one.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'preact/hooks'
import { preferences, themeChanges } from '../preferences.ts'
import { number, percent } from '../text/number.ts'
import { at, zoneName } from '../text/time.ts'
import { axisIncrements } from './axis-increments.ts'
import { chartFont, colour } from './colours.ts'

export interface Line {
  readonly label: string
  /** Parallel to `time`; null leaves a gap. */
  readonly values: readonly (number | null)[]
  /** A token: 'accent', 'up', 'violet'. */
  readonly tone?: string
  /** Filled down to zero. */
  readonly fill?: boolean
  /** Stairs instead of slopes. */
  readonly steps?: boolean
}

export interface LineChartProps {
  /** For screen readers. */
  readonly label: string
  /** UTC seconds. */
  readonly time: readonly number[]
  readonly lines: readonly Line[]
  /** Fractions 0…1 below the high: drawn under water in a second pane on the same axis. */
  readonly drawdown?: readonly number[]
  readonly height?: number
  readonly digits?: number
  /** After the figures of the axis: '%', 'ms'. */
  readonly unit?: string
}

export function LineChart(props: LineChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const charts = useRef<readonly uPlot[]>([])
  // What the pointer tells of is what is drawn now.
  const latest = useRef(props)
  latest.current = props

  // Another form is another chart; other data of the same form only moves the lines.
  const { label, lines, drawdown, height, digits, unit } = props
  const form = JSON.stringify([
    ...[label, height, digits, unit, drawdown !== undefined, themeChanges.value, preferences.value.timeZone],
    lines.map(({ values: _, ...look }) => look),
  ])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const readout = document.createElement('p')
    readout.className = 'chart-readout'
    readout.append('')
    element.append(readout)
    const tell: Tell = index => {
      const words = index === null || index === undefined ? '' : wordsAt(latest.current, index)
      ;(readout.firstChild as Text).data = words
    }
    const made = panes(latest.current, tell).map(({ options, data }) => new uPlot(options(element.clientWidth), data, element))
    charts.current = made
    const observer = new ResizeObserver(() => {
      for (const chart of made) chart.setSize({ width: element.clientWidth, height: chart.height })
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      for (const chart of made) chart.destroy()
      readout.remove()
    }
  }, [form])

  useEffect(() => {
    const data = dataOf(latest.current)
    for (const [i, chart] of charts.current.entries()) chart.setData(data[i]!)
  }, [props.time, lines, drawdown])

  return <div class="line-chart" ref={box} role="img" aria-label={props.label} style={{ minHeight: `${heightOf(props)}px` }} />
}

interface Pane {
  readonly options: (width: number) => uPlot.Options
  readonly data: uPlot.AlignedData
}

const heightOf = ({ height = 240, drawdown }: LineChartProps): number => height + (drawdown ? Math.round(height * 0.35) : 0)

/** What stands under the pointer: '2026-11-20 14:30 UTC · Equity 99,816.86 · Drawdown −0.24 %'. */
function wordsAt({ time, lines, drawdown, digits = 2, unit = '' }: LineChartProps, index: number): string {
  const seconds = time[index]
  if (seconds === undefined) return ''
  const parts = lines.map(({ label, values }) => {
    const value = values[index]
    return `${label} ${value === null || value === undefined ? '–' : `${number(value, Math.max(digits, 2))}${unit}`}`
  })
  const under = drawdown?.[index]
  return [`${at(seconds * 1_000)} ${zoneName()}`, ...parts, ...(under === undefined ? [] : [`Drawdown ${percent(-under)}`])].join(
    ' · ',
  )
}

/** Of each pane: drawdown points down. */
function dataOf({ time, lines, drawdown }: Pick<LineChartProps, 'time' | 'lines' | 'drawdown'>): uPlot.AlignedData[] {
  const above: uPlot.AlignedData = [time as number[], ...lines.map(({ values }) => values as (number | null)[])]
  return drawdown === undefined ? [above] : [above, [time as number[], drawdown.map(value => -value)]]
}

type Tell = (index: number | null | undefined) => void

function panes({ label, time, lines, drawdown, height = 240, digits = 2, unit = '' }: LineChartProps, tell: Tell): Pane[] {
  const sync = label
  const [above, under] = dataOf({ time, lines, ...(drawdown === undefined ? {} : { drawdown }) })
  const top: Pane = {
    data: above!,
    options: width => ({
      ...common({
        sync,
        width,
        height,
        showTime: !drawdown,
        digits,
        format: value => `${number(value, digits)}${unit}`,
        range: roomy,
        tell,
      }),
      series: [
        {},
        ...lines.map(({ label: name, tone = 'accent', fill = false, steps = false }) => ({
          label: name,
          stroke: colour(tone),
          width: 1.5,
          ...(fill ? { fill: colour(`${tone}-ground`) } : {}),
          ...(steps ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}),
          points: { show: false },
        })),
      ],
    }),
  }
  if (!drawdown) return [top]

  const below: Pane = {
    data: under!,
    options: width => ({
      ...common({
        sync,
        width,
        height: Math.round(height * 0.35),
        showTime: true,
        // A tenth of a per cent.
        digits: 3,
        format: value => percent(value, { digits: 1 }),
        range: underWater,
        tell,
      }),
      series: [{}, { label: 'Drawdown', stroke: colour('down'), fill: colour('down-ground'), width: 1, points: { show: false } }],
    }),
  }
  return [top, below]
}

interface CommonOptions {
  readonly sync: string
  readonly width: number
  readonly height: number
  readonly showTime: boolean
  /** That the axis shows of its values. */
  readonly digits: number
  readonly format: (value: number) => string
  readonly range: (least: number, most: number) => uPlot.Range.MinMax
  readonly tell: Tell
}

/** What moves fills the pane; what does not stands in its middle. */
function roomy(least: number, most: number): uPlot.Range.MinMax {
  const room = most > least ? (most - least) * 0.06 : Math.abs(most) * 0.01 || 1
  return [least - room, most + room]
}
/** From the deepest up to the surface. */
const underWater = (least: number): uPlot.Range.MinMax => [Math.min(least * 1.1, -0.001), 0]

function common({ sync, width, height, showTime, digits, format, range, tell }: CommonOptions): Omit<uPlot.Options, 'series'> {
  const font = chartFont(11)
  const grid = { stroke: colour('line'), width: 1 }
  const axis = { stroke: colour('text-faint'), font, grid, ticks: { show: false } }
  return {
    width,
    height,
    legend: { show: false },
    hooks: { setCursor: [chart => tell(chart.cursor.idx)] },
    cursor: { sync: { key: sync }, y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: { range: (_, least, most) => range(least ?? 0, most ?? 0) } },
    ...(preferences.value.timeZone === 'UTC'
      ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1e3), 'UTC') }
      : {}),
    padding: [8, 8, showTime ? 0 : 4, 0],
    axes: [
      {
        ...axis,
        show: showTime,
        size: 28,
        space: 90,
        values: (chart, splits) => splits.map(seconds => axisTime(chart, seconds, splits)),
      },
      { ...axis, side: 1, size: 76, space: 28, incrs: axisIncrements(digits), values: (_, splits) => splits.map(format) },
    ],
  }
}

/** Half of a date: a word nearer to the edge would be cut off. */
const HALF_WORD = 32

/** The day where the axis is in days, the time of day where it is shorter, to the second where it must be. */
function axisTime(chart: uPlot, seconds: number, splits: readonly number[]): string {
  if (chart.valToPos(seconds, 'x') < HALF_WORD) return ''
  const step = (splits[1] ?? seconds) - (splits[0] ?? seconds)
  return at(seconds * 1_000, step >= 86_400 ? 'date' : step >= 60 ? 'time' : 'time-seconds')
}
