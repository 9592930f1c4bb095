// What needs a fresh sign-in: the server says so, a dialog asks for the password, and the same thing is tried again.
import { signal } from '@preact/signals'
import { ApiError } from './api.ts'

/** The server's word for a sign-in that is older than five minutes. */
const STALE_SIGN_IN = 'SIGN_IN_NOT_FRESH'

interface Question {
  readonly answer: (confirmed: boolean) => void
}
/** The open question; the shell draws its dialog. */
export const question = signal<Question | undefined>(undefined)

/** Throws what the work throws; the ApiError of the stale sign-in when the person closed the dialog. */
export async function fresh<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== STALE_SIGN_IN) throw error
    const confirmed = await new Promise<boolean>(answer => {
      question.value = { answer }
    })
    question.value = undefined
    if (!confirmed) throw error
    return await work()
  }
}
