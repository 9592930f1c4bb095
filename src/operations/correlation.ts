// One id from a request, or from a raw datum, to everything it led to: carried along by the runtime, not by every argument.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

const current = new AsyncLocalStorage<string>()

/** What `work` logs, now or after any wait of its own, carries this id. */
export const correlate = <Result>(id: string, work: () => Result): Result => current.run(id, work)

/** Empty outside of everything. */
export const correlationId = (): string => current.getStore() ?? ''

export const newCorrelationId = (): string => randomBytes(9).toString('base64url').replace(/[-_]/g, 'x')

/** The id of a run's event and of all that was decided on it: the same in the journal, the notes and the log. */
export const eventCorrelationId = (run: string, sequence: number): string => `${run}:${sequence}`

/** Ids that come from outside are taken over only in this form: anything else could forge a line. */
export const isCorrelationId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._:-]{0,59}$/.test(text)
