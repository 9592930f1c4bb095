// A form's way to the server: busy while it is under way, and what was refused is said beside it.
import { type ReadonlySignal, useSignal } from '@preact/signals'
import { ApiError } from './api.ts'

export interface Submission {
  readonly busy: ReadonlySignal<boolean>
  /** What the server answered to the last try; undefined while none was refused. */
  readonly error: ReadonlySignal<ApiError | undefined>
  readonly submit: () => Promise<void>
  /** For a form, which stays on the page. */
  readonly onSubmit: (event: Event) => void
}

/** An error that is not the server's word is a bug, and goes on as one. */
export function useSubmission(action: () => Promise<void>): Submission {
  const busy = useSignal(false)
  const error = useSignal<ApiError | undefined>(undefined)

  const submit = async (): Promise<void> => {
    busy.value = true
    error.value = undefined
    try {
      await action()
    } catch (reason) {
      if (!(reason instanceof ApiError)) throw reason
      error.value = reason
    } finally {
      busy.value = false
    }
  }

  const onSubmit = (event: Event): void => {
    event.preventDefault()
    void submit()
  }
  return { busy, error, submit, onSubmit }
}
