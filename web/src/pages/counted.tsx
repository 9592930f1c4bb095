// How many rows a table has, and that there are more: what is not shown is never left unsaid.
import { number } from '../text/number.ts'

export interface CountedProps {
  readonly shown: number
  readonly total: number
  /** The bound of what is asked for. */
  readonly most: number
  /** How to see the others. */
  readonly hint?: string
}

export const Counted = ({ shown, total, most, hint = 'choose a run to see the others' }: CountedProps) => (
  <span class="counted">{total > most ? `${number(most)} newest of ${number(total)}: ${hint}` : number(shown)}</span>
)
