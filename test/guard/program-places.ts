// Checks the places of a lowered program: each inside the text, each inside of what it is a part of.
import type { Program } from '../../src/guard/scan/program/program.ts'

interface Placed {
  readonly at: number
  readonly end: number
}

/** What is wrong with the places, in words; empty when nothing is. */
export function misplaced({ body, text, comments }: Program): string[] {
  const faults: string[] = []
  const whole = { at: 0, end: text.length }
  const ahead: { readonly value: unknown; readonly around: Placed }[] = [...body, ...comments].map(value => ({
    value,
    around: whole,
  }))

  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { value, around } = next
    if (typeof value !== 'object' || value === null) continue
    const place = isPlaced(value) ? value : around
    const isInside = Number.isInteger(place.at) && around.at <= place.at && place.at <= place.end && place.end <= around.end
    if (!isInside)
      faults.push(
        `${'kind' in value ? value.kind : 'a part'} at ${place.at}-${place.end} is not inside ${around.at}-${around.end}`,
      )
    for (const inner of Object.values(value)) ahead.push({ value: inner, around: place })
  }
  return faults
}

const isPlaced = (value: object): value is Placed => 'at' in value && 'end' in value
