// A time in a column: whole on a desk, without year and seconds on a phone, where the day and the minute are what is looked for.
import { at } from '../text/time.ts'

export interface TimeCellProps {
  readonly time: string | null
  /** Down to milliseconds; seconds usually. */
  readonly exact?: boolean
}

export function TimeCell({ time, exact = false }: TimeCellProps) {
  if (time === null) return <>–</>
  const whole = at(time, 'date-time-seconds')
  const millis = (/\.(\d+)Z$/.exec(time)?.[1] ?? '').padEnd(3, '0').slice(0, 3)
  return (
    <>
      <span class="wide-only">{whole.slice(0, 5)}</span>
      {whole.slice(5, 16)}
      <span class="wide-only">
        {whole.slice(16)}
        {exact ? `.${millis}` : ''}
      </span>
    </>
  )
}

/** The track of such a column on a phone. */
export const NARROW_TIME = '108px'
