// Which series speak about growth and inflation, and how each is turned into one number per period.
import { DAY, type Micros } from '../../../domain/numbers.ts'

export type Block = 'growth' | 'inflation'
export type Frequency = 'weekly' | 'monthly' | 'quarterly'

/** One number made of a series' recent periods, in a block of the economy. */
export interface Measure {
  /** Id of its evidence. */
  readonly id: string
  readonly series: string
  readonly metric: string
  readonly unit: string
  readonly block: Block
  /** Share of the block; the shares of core measures say how much of the block is covered. */
  readonly weight: number
  readonly core: boolean
  /** +1 when a rise is more growth or more inflation, -1 when less. */
  readonly polarity: 1 | -1
  readonly frequency: Frequency
  /** `ago(n)` is the value n periods before; NaN where it is missing, and then so is the result. */
  readonly of: (ago: (periods: number) => number) => number
}

/** How often a frequency publishes: per year, the least history to score against (three years), and when it is too old. */
export const FREQUENCIES = {
  weekly: { perYear: 52, least: 156, staleAfter: 30 * DAY },
  monthly: { perYear: 12, least: 36, staleAfter: 75 * DAY },
  quarterly: { perYear: 4, least: 12, staleAfter: 150 * DAY },
} as const satisfies Record<Frequency, { perYear: number; least: number; staleAfter: number }>

type Ago = (periods: number) => number

/** Percent a year, continuously compounded. */
const annualised = (ago: Ago, periods: number, perYear: number): number =>
  (100 * perYear * Math.log(ago(0) / ago(periods))) / periods

function mean(ago: Ago, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += ago(i)
  return sum / count
}

const growth = { block: 'growth', weight: 1, polarity: 1 } as const
const prices = { block: 'inflation', weight: 0.5, unit: 'percent', polarity: 1, frequency: 'monthly' } as const

/** Transforms after FRED-MD and the reference; series ids are FRED's. */
export const MEASURES: readonly Measure[] = [
  {
    ...growth,
    id: 'why.PAYEMS',
    series: 'PAYEMS',
    metric: 'payrolls, monthly change over 3 months',
    unit: 'thousand',
    core: true,
    frequency: 'monthly',
    of: ago => (ago(0) - ago(3)) / 3,
  },
  {
    ...growth,
    id: 'why.UNRATE',
    series: 'UNRATE',
    metric: 'unemployment rate, change over 3 months',
    unit: 'points',
    core: true,
    polarity: -1,
    frequency: 'monthly',
    of: ago => ago(0) - ago(3),
  },
  {
    ...growth,
    id: 'why.INDPRO',
    series: 'INDPRO',
    metric: 'industrial production over 3 months, annualised',
    unit: 'percent',
    core: true,
    frequency: 'monthly',
    of: ago => annualised(ago, 3, 12),
  },
  {
    ...growth,
    id: 'why.ICSA',
    series: 'ICSA',
    metric: 'jobless claims, 4 weeks against 26',
    unit: 'percent',
    core: true,
    polarity: -1,
    frequency: 'weekly',
    of: ago => 100 * Math.log(mean(ago, 4) / mean(ago, 26)),
  },
  {
    ...growth,
    id: 'why.GDPC1',
    series: 'GDPC1',
    metric: 'real GDP over a quarter, annualised',
    unit: 'percent',
    core: true,
    frequency: 'quarterly',
    of: ago => annualised(ago, 1, 4),
  },
  {
    ...growth,
    id: 'why.DGORDER',
    series: 'DGORDER',
    metric: 'durable goods orders over 3 months, annualised',
    unit: 'percent',
    core: false,
    frequency: 'monthly',
    of: ago => annualised(ago, 3, 12),
  },
  {
    ...growth,
    id: 'why.JTSJOL',
    series: 'JTSJOL',
    metric: 'job openings over 12 months',
    unit: 'percent',
    core: false,
    frequency: 'monthly',
    of: ago => annualised(ago, 12, 12),
  },
  {
    ...prices,
    id: 'why.CPIAUCSL.3m',
    series: 'CPIAUCSL',
    metric: 'consumer prices over 3 months, annualised',
    core: true,
    of: ago => annualised(ago, 3, 12),
  },
  {
    ...prices,
    id: 'why.CPIAUCSL.12m',
    series: 'CPIAUCSL',
    metric: 'consumer prices over 12 months',
    core: true,
    of: ago => annualised(ago, 12, 12),
  },
  {
    ...prices,
    id: 'why.CPILFESL.3m',
    series: 'CPILFESL',
    metric: 'core consumer prices over 3 months, annualised',
    core: false,
    of: ago => annualised(ago, 3, 12),
  },
  {
    ...prices,
    id: 'why.CPILFESL.12m',
    series: 'CPILFESL',
    metric: 'core consumer prices over 12 months',
    core: false,
    of: ago => annualised(ago, 12, 12),
  },
  {
    ...prices,
    id: 'why.PCEPILFE.3m',
    series: 'PCEPILFE',
    metric: 'core PCE prices over 3 months, annualised',
    core: false,
    of: ago => annualised(ago, 3, 12),
  },
  {
    ...prices,
    id: 'why.PCEPILFE.12m',
    series: 'PCEPILFE',
    metric: 'core PCE prices over 12 months',
    core: false,
    of: ago => annualised(ago, 12, 12),
  },
]

/** Consecutive periods have consecutive numbers, so a hole in the record is seen as a hole. */
export function periodNumber(frequency: Frequency, start: Micros): number {
  if (frequency === 'weekly') return Math.floor(start / (7 * DAY))
  const date = new Date(start / 1000)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  return frequency === 'monthly' ? month : Math.floor(month / 3)
}
