// A figure of a run in the words of its kind; what is not known is an en dash.
import { decimal } from '../../text/decimal.ts'
import { number, percent, signed } from '../../text/number.ts'
import { at } from '../../text/time.ts'
import type { FigureColumn } from './run-comparison.ts'

export function figureWords(kind: FigureColumn['kind'], value: number | string | null): string {
  if (value === null) return '–'
  if (typeof value === 'string') {
    if (kind === 'hash') return value.slice(0, 12)
    return /^\d{4}-\d\d-\d\dT/.test(value) ? at(value) : value || '–'
  }
  if (kind === 'percent') return percent(value)
  if (kind === 'count') return number(value)
  return kind === 'ratio' ? signed(value) : number(value, 2)
}

/** Money as the server said it, two digits. */
export const money = (text: string): string => decimal(text, { digits: 2 })
