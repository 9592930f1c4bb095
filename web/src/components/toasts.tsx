// Short words about what just happened, at the edge of the screen; read out by screen readers.
import { signal } from '@preact/signals'
import { ApiError } from '../api.ts'
import { sentence } from '../text/sentence.ts'
import { Icon } from './icon.tsx'

export interface Toast {
  readonly kind: 'good' | 'bad' | 'info'
  readonly text: string
  readonly fix?: string
}

const SECONDS = { good: 4, info: 6, bad: 12 } as const
const shown = signal<readonly (Toast & { readonly id: number })[]>([])
let count = 0

export function toast(given: Toast): void {
  const id = ++count
  shown.value = [...shown.value.slice(-3), { ...given, id }]
  setTimeout(() => drop(id), SECONDS[given.kind] * 1_000)
}

/** What a refused action says; for `catch` of an action a person started. */
export const toastError = (error: unknown): void =>
  toast(
    error instanceof ApiError
      ? { kind: 'bad', text: `${sentence(error.message)} (${error.code})`, fix: sentence(error.fix) }
      : { kind: 'bad', text: error instanceof Error ? error.message : String(error) },
  )

function drop(id: number): void {
  shown.value = shown.value.filter(each => each.id !== id)
}

export const Toasts = () => (
  <div class="toasts" aria-live="polite">
    {shown.value.map(({ id, kind, text, fix }) => (
      <div key={id} class={`toast ${kind}`}>
        <Icon name={kind === 'good' ? 'check' : kind === 'bad' ? 'warning' : 'info'} />
        <div>
          <p>{text}</p>
          {fix && <p class="toast-fix">{fix}</p>}
        </div>
        <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => drop(id)}>
          <Icon name="close" />
        </button>
      </div>
    ))}
  </div>
)
