// Where each stretch of data lies on one shared axis of time, and where the axis has its marks.
import type { ReplyOf } from '../../../../src/wire/contract.ts'

type Coverage = ReplyOf<'GET /data'>['items'][number]

export interface Axis {
  /** UTC milliseconds. */
  readonly from: number
  readonly to: number
}

export interface Bar {
  /** Fractions of the axis. */
  readonly start: number
  readonly width: number
}

/** A bar is never thinner than this, or a day among decades could not be seen. */
const THINNEST = 0.004

/** From the first datum to the last of all; undefined where nothing has a time. */
export function sharedAxis(items: readonly Coverage[]): Axis | undefined {
  const times = items.flatMap(({ from, to }) => (from === null || to === null ? [] : [Date.parse(from), Date.parse(to)]))
  if (times.length === 0) return undefined

  const [from, to] = times.reduce(([low, high], time) => [Math.min(low, time), Math.max(high, time)], [Infinity, -Infinity])
  return { from: from!, to: to! > from! ? to! : from! + 1 }
}

export function barOf({ from, to }: Pick<Coverage, 'from' | 'to'>, axis: Axis): Bar | undefined {
  if (from === null || to === null) return undefined
  const length = axis.to - axis.from
  const width = Math.max((Date.parse(to) - Date.parse(from)) / length, THINNEST)
  return { start: Math.min((Date.parse(from) - axis.from) / length, 1 - width), width: Math.min(width, 1) }
}

export interface AxisMark {
  readonly place: number
  readonly label: string
}

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Months between marks. */
const STRIDES = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600]

/** At most `most` marks at the starts of months or years, in UTC. */
export function axisMarks({ from, to }: Axis, most = 8): readonly AxisMark[] {
  const [start, end] = [new Date(from), new Date(to)]
  const monthOf = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth()
  const months = monthOf(end) - monthOf(start)
  const stride = STRIDES.find(length => months / length <= most) ?? STRIDES.at(-1)!

  const marks: AxisMark[] = []
  for (let month = Math.ceil(monthOf(start) / stride) * stride; month <= monthOf(end); month += stride) {
    const place = (Date.UTC(Math.floor(month / 12), month % 12) - from) / (to - from)
    const year = String(Math.floor(month / 12))
    if (place >= 0 && place <= 1) marks.push({ place, label: month % 12 === 0 ? year : `${MONTH_NAMES[month % 12]} ${year}` })
  }
  return marks
}
