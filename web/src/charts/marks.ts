// Everything drawn on candles by one primitive: sessions as bands, news as lines, structure, stops, entries and exits.
import type { IPrimitivePaneView, ISeriesPrimitive, SeriesAttachedParameter, SeriesType, Time } from 'lightweight-charts'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { chartFont, colour } from './colours.ts'

export type Mark = ReplyOf<'GET /instruments/:id/marks'>['items'][number]
/** What a person switches on and off. */
export type MarkLayer = 'orders' | 'structure' | 'sessions' | 'news'

const LAYER: Readonly<Record<Mark['kind'], MarkLayer>> = {
  entry: 'orders',
  exit: 'orders',
  stop: 'orders',
  target: 'orders',
  'swing-high': 'structure',
  'swing-low': 'structure',
  session: 'sessions',
  news: 'news',
  release: 'news',
}

interface Placed {
  readonly mark: Mark
  /** Index of the bar it stands in, and of the one it reaches to. */
  readonly from: number
  readonly to: number
}
interface Spot {
  readonly x: number
  readonly y: number
  readonly order: string
}
/** A canvas and its size in the page's pixels. */
export interface Sheet {
  readonly pen: CanvasRenderingContext2D
  readonly width: number
  readonly height: number
  /** Announcements stand so close that only their places are shown. */
  readonly crowded: boolean
  /** Where the labels of each row end: the next one goes where there is room. */
  readonly rows: number[]
}

/** Labels of news stand in so many rows; where none has room, the line stands alone. */
const LABEL_ROWS = 4
/** More lines in sight would cover the prices. */
const MOST_LINES = 16
/** What is left of a line then, in pixels. */
const STUB = 7
const LABEL_HEIGHT = 13

/** How near a click must be to an arrow, in pixels. */
const REACH = 12

export class ChartMarks implements ISeriesPrimitive<Time> {
  #attached: SeriesAttachedParameter<Time, SeriesType> | undefined
  #times: number[] = []
  #marks: readonly Mark[] = []
  #layers: ReadonlySet<MarkLayer> = new Set()
  #placed: readonly Placed[] = []
  #spots: Spot[] = []
  readonly #views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => 'bottom',
      renderer: () => ({ draw: target => target.useMediaCoordinateSpace(scope => this.#below(sheetOf(scope))) }),
    },
    {
      zOrder: () => 'top',
      renderer: () => ({ draw: target => target.useMediaCoordinateSpace(scope => this.#above(sheetOf(scope))) }),
    },
  ]

  attached(given: SeriesAttachedParameter<Time, SeriesType>): void {
    this.#attached = given
  }
  detached(): void {
    this.#attached = undefined
  }
  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views
  }

  /** Opening times of the bars, rising. */
  times(times: readonly number[]): void {
    this.#times = [...times]
    this.#place()
  }
  /** A bar was added at the end. */
  extend(time: number): void {
    if (time > (this.#times.at(-1) ?? 0)) this.#times.push(time)
  }
  set(marks: readonly Mark[], layers: ReadonlySet<MarkLayer>): void {
    this.#marks = marks
    this.#layers = layers
    this.#place()
  }
  /** The order whose arrow is there. */
  orderAt(x: number, y: number): string | undefined {
    return this.#spots.find(spot => Math.hypot(spot.x - x, spot.y - y) <= REACH)?.order
  }

  /** Times become indices once, so that drawing a frame only multiplies. */
  #place(): void {
    this.#placed = this.#marks
      .filter(({ kind }) => this.#layers.has(LAYER[kind]))
      .map(mark => {
        const from = this.#index(Date.parse(mark.time) / 1_000)
        return { mark, from, to: mark.until === null ? from : this.#index(Date.parse(mark.until) / 1_000) }
      })
      .filter(({ to }) => to >= 0 && this.#times.length > 0)
    this.#attached?.requestUpdate()
  }

  /** The last bar that opened at or before this time; −1 before all. */
  #index(seconds: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#times[middle]! <= seconds) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #below({ pen, width, height }: Sheet): void {
    for (const { mark, from, to } of this.#placed) {
      if (mark.kind !== 'session') continue
      const left = Math.max(0, this.#x(Math.max(0, from)) ?? 0)
      const right = Math.min(width, this.#x(to) ?? width)
      if (right <= left) continue
      pen.fillStyle = colour('session')
      pen.fillRect(left, 0, right - left, height)
      if (right - left > 40) label(pen, mark.label, left + 4, 10, { tone: 'text-faint', most: right - left - 8 })
    }
  }

  #above(sheet: Sheet): void {
    this.#spots = []
    sheet.rows.fill(Number.NEGATIVE_INFINITY)
    const crowded = this.#announcementsIn(sheet.width) > MOST_LINES
    for (const placed of this.#placed) {
      const x = this.#x(Math.max(0, placed.from))
      if (x === undefined || (x < -20 && placed.to === placed.from) || x > sheet.width + 20) continue
      const drawn = {
        mark: placed.mark,
        x,
        end: this.#x(placed.to) ?? sheet.width,
        y: placed.mark.price === null ? undefined : this.#y(placed.mark.price),
      }
      DRAW[placed.mark.kind]?.({ ...sheet, crowded }, drawn)
      if (LAYER[placed.mark.kind] !== 'orders' || placed.mark.price === null) continue
      const y = this.#y(placed.mark.price)
      if (y !== undefined && placed.mark.refers !== '') this.#spots.push({ x, y, order: placed.mark.refers })
    }
  }

  #announcementsIn(width: number): number {
    return this.#placed.filter(({ mark, from }) => {
      const x = LAYER[mark.kind] === 'news' ? this.#x(Math.max(0, from)) : undefined
      return x !== undefined && x >= 0 && x <= width
    }).length
  }

  #x(index: number): number | undefined {
    return this.#attached?.chart.timeScale().logicalToCoordinate(index as never) ?? undefined
  }
  #y(price: number): number | undefined {
    return this.#attached?.series.priceToCoordinate(price) ?? undefined
  }
}

const sheetOf = ({
  context,
  mediaSize,
}: {
  readonly context: CanvasRenderingContext2D
  readonly mediaSize: { readonly width: number; readonly height: number }
}): Sheet => ({
  ...{ pen: context, width: mediaSize.width, height: mediaSize.height },
  ...{ crowded: false, rows: new Array<number>(LABEL_ROWS).fill(0) },
})

interface Spotted {
  readonly mark: Mark
  readonly x: number
  readonly end: number
  readonly y: number | undefined
}
type Draw = (sheet: Sheet, spotted: Spotted) => void

const DRAW: Partial<Readonly<Record<Mark['kind'], Draw>>> = {
  entry: ({ pen }, { mark, x, y }) => arrow(pen, { mark, x, y, filled: true }),
  exit: ({ pen }, { mark, x, y }) => arrow(pen, { mark, x, y, filled: false }),
  stop: ({ pen }, spotted) => level(pen, spotted, 'down'),
  target: ({ pen }, spotted) => level(pen, spotted, 'up'),
  'swing-high': ({ pen }, { x, y }) => tick(pen, x, y, -1),
  'swing-low': ({ pen }, { x, y }) => tick(pen, x, y, 1),
  news: (sheet, spotted) => line(sheet, spotted, 'cyan'),
  release: (sheet, spotted) => line(sheet, spotted, 'amber'),
}

/** A buy points up from below the price, a sell points down from above; an exit is hollow. */
function arrow(
  pen: CanvasRenderingContext2D,
  { mark, x, y, filled }: { readonly mark: Mark; readonly x: number; readonly y: number | undefined; readonly filled: boolean },
): void {
  if (y === undefined) return
  const way = mark.side === 'sell' ? -1 : 1
  const tone = mark.side === 'sell' ? 'down' : 'up'
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(x - 6, y + way * 10)
  pen.lineTo(x + 6, y + way * 10)
  pen.closePath()
  pen.lineWidth = 1.5
  pen.strokeStyle = filled ? colour('panel') : colour(tone)
  pen.fillStyle = filled ? colour(tone) : colour('panel')
  pen.fill()
  pen.stroke()
}

function level(pen: CanvasRenderingContext2D, { x, end, y }: Spotted, tone: string): void {
  if (y === undefined) return
  pen.strokeStyle = colour(tone)
  pen.lineWidth = 1
  pen.setLineDash([4, 3])
  pen.beginPath()
  pen.moveTo(x, Math.round(y) + 0.5)
  pen.lineTo(Math.max(end, x + 12), Math.round(y) + 0.5)
  pen.stroke()
  pen.setLineDash([])
}

function tick(pen: CanvasRenderingContext2D, x: number, y: number | undefined, way: 1 | -1): void {
  if (y === undefined) return
  pen.fillStyle = colour('violet')
  pen.beginPath()
  pen.arc(x, y + way * 7, 2.5, 0, 2 * Math.PI)
  pen.fill()
}

/** An announcement: a line with its words, or a stub at the lower edge where they are many. */
function line({ pen, height, rows, crowded }: Sheet, { mark, x }: Spotted, tone: string): void {
  const at = Math.round(x) + 0.5
  pen.strokeStyle = colour(tone)
  pen.lineWidth = 1
  if (crowded) {
    pen.beginPath()
    pen.moveTo(at, height - STUB)
    pen.lineTo(at, height)
    pen.stroke()
    return
  }
  pen.setLineDash([2, 3])
  pen.beginPath()
  pen.moveTo(at, 16)
  pen.lineTo(at, height)
  pen.stroke()
  pen.setLineDash([])
  const row = rows.findIndex(end => end < at)
  if (row < 0) return
  rows[row] = label(pen, mark.label, at + 4, 24 + row * LABEL_HEIGHT, { tone, most: 120 }) + 6
}

/** Returns where it ends. */
function label(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  { tone, most }: { readonly tone: string; readonly most: number },
): number {
  pen.font = chartFont(10)
  pen.textBaseline = 'middle'
  pen.fillStyle = colour(tone)
  let shown = text
  while (shown.length > 1 && pen.measureText(shown).width > most) shown = `${shown.slice(0, -2)}…`
  pen.fillText(shown, x, y)
  return x + pen.measureText(shown).width
}
