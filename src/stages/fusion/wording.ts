// The few words that a narrative and its checker must share; everything else each works out alone.
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import type { Sense } from '../../domain/opinion.ts'

/** What each sense reads, for readers who do not know the four words. */
export const SUBJECT: Readonly<Record<Sense, string>> = {
  why: 'WHY (economy)',
  how: 'HOW (order flow and structure)',
  what: 'WHAT (price)',
  when: 'WHEN (time)',
}

/** '2014-05-02 12:30 UTC'. */
export const minuteOf = (time: Micros): string => `${formatMicros(time).slice(0, 16).replace('T', ' ')} UTC`

/** Titles come from outside: they stay on their line and inside their brackets, and carry no control codes. */
export const plain = (text: string): string =>
  text
    .replaceAll(/[\p{C}\u2028\u2029]+/gu, ' ')
    .replaceAll('[', '(')
    .replaceAll(']', ')')
