// A field for a new password with a meter of its length: long is what counts, nothing else is asked for.
import { TextField } from './field.tsx'

/** The shortest password the server takes; it also refuses those that are easy to guess. */
export const SHORTEST_PASSWORD = 15
const STRONG = 24

export interface NewPasswordProps {
  readonly value: string
  readonly onValue: (value: string) => void
  readonly label?: string
}

export function NewPassword({ value, onValue, label = 'Password' }: NewPasswordProps) {
  const length = [...value].length
  const [tone, words] =
    length === 0
      ? ['', `At least ${SHORTEST_PASSWORD} characters: four or five unrelated words are easy to keep.`]
      : length < SHORTEST_PASSWORD
        ? ['bad', `${SHORTEST_PASSWORD - length} more`]
        : length < STRONG
          ? ['warn', 'Long enough']
          : ['good', 'Long']
  return (
    <div class="new-password">
      <TextField
        label={label}
        type="password"
        value={value}
        onValue={onValue}
        autocomplete="new-password"
        maxLength={128}
        hint={words}
        required
      />
      <div class={`length-meter ${tone}`} aria-hidden="true">
        <i style={{ transform: `scaleX(${Math.min(1, length / STRONG)})` }} />
      </div>
    </div>
  )
}
