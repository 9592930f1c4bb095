// One id from a request, or from a raw datum, to everything it led to: carried along by the runtime, not by every argument.
import { AsyncLocalStorage } from 'node:async_hooks'

const current = new AsyncLocalStorage<string>()

/** What `work` logs, now or after any wait of its own, carries this id. */
export const correlate = <Result>(id: string, work: () => Result): Result => current.run(id, work)

/** Empty outside of everything. */
export const correlationId = (): string => current.getStore() ?? ''
