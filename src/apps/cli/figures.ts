// How figures look to a person: grouped digits, percent, times in UTC. Machines get the plain values.
import { relative } from 'node:path'
import { formatMicros, type Micros } from '../../domain/numbers.ts'

/** 1171336 is '1,171,336'. */
export function count(value: number): string {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A fraction as percent: 0.0123 is '1.23%'. */
export const percent = (fraction: number | null | undefined, decimals = 2): string =>
  fraction === null || fraction === undefined ? '–' : `${(fraction * 100).toFixed(decimals)}%`

export const ratio = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(2)

/** A decimal text with grouped digits, cut to cents: '985906.4321' is '985,906.43'. */
export function amount(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.')
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction.padEnd(2, '0').slice(0, 2)}`
}

/** To the second, UTC. */
export const instant = (time: number | null): string =>
  time === null
    ? '–'
    : `${formatMicros(time as Micros)
        .slice(0, 19)
        .replace('T', ' ')}`

/** A file as a person would name it: from where they stand, unless it lies elsewhere. */
export function place(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') ? path : near
}

/** Words in lines of at most `width`, behind an indent that the caller prints. Line breaks of the text are kept. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(paragraph => {
    const lines = ['']
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1)!
      if (last !== '' && last.length + 1 + word.length > width) lines.push(word)
      else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
    }
    return lines
  })
}
