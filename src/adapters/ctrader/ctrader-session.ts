// One account logged in for questions: opened when the first is asked, opened again after the connection or the token has died.
import { setTimeout as pause } from 'node:timers/promises'
import type { SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { CtraderCall } from './ctrader-call.ts'
import { type Wiring, wire } from './ctrader-wiring.ts'
import { CtraderRefusal } from './open-api-error.ts'
import { type Fields, idOf, listOf, PAYLOAD, textOf } from './open-api-message.ts'

/** How often one thing is tried; the pause between two tries doubles. A longer one is told to a person rather than waited for. */
const TRIES = 5
const FIRST_PAUSE_MILLIS = 500
const PATIENCE_MILLIS = 60_000

export interface Account {
  readonly call: CtraderCall
  /** What every question about the account begins with. */
  readonly fields: Fields
  /** The venue's ids, by symbol. */
  readonly symbolIds: ReadonlyMap<string, string>
}

export class CtraderSession {
  readonly #parts: SourceParts
  #wiring: Wiring | undefined
  #account: Account | undefined
  #token = ''

  constructor(parts: SourceParts) {
    this.#parts = parts
  }

  /** `body` again, with a new connection, for as long as what fails may pass. Throws what `body` threw last. */
  async during<Result>(body: (account: Account) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const close = () => this.close()
    signal?.addEventListener('abort', close)
    try {
      for (let tries = 1; ; tries++) {
        try {
          this.#account ??= await this.#open()
          return await body(this.#account)
        } catch (error) {
          this.close()
          if (signal?.aborted || tries === TRIES) throw error
          await this.#recover(error, tries, signal)
        }
      }
    } finally {
      signal?.removeEventListener('abort', close)
    }
  }

  /** May be used again afterwards. */
  close(): void {
    this.#account?.call.close()
    this.#account = undefined
  }

  async #open(): Promise<Account> {
    this.#wiring ??= wire(this.#parts)
    const { call: parts, keeper, accountId } = this.#wiring
    this.#token = await keeper.access()
    const call = await CtraderCall.open(parts)
    try {
      const fields = { ctidTraderAccountId: accountId }
      await call.ask(PAYLOAD.accountAuth, { ...fields, accessToken: this.#token })
      const symbols = listOf(await call.ask(PAYLOAD.symbolsList, fields), 'symbol')
      return {
        call,
        fields,
        symbolIds: new Map(symbols.map(each => [textOf(each, 'symbolName') ?? '', idOf(each, 'symbolId') ?? ''])),
      }
    } catch (error) {
      call.close()
      throw error
    }
  }

  /** Returns when it may be tried again. Throws `error` where that is of no use. */
  async #recover(error: unknown, tries: number, signal: AbortSignal | undefined): Promise<void> {
    if (error instanceof CtraderRefusal && error.kind === 'token') {
      await this.#wiring?.keeper.renewed(this.#token)
      return
    }
    // The session of the account ended: a new connection logs in again.
    if (error instanceof CtraderRefusal && error.kind === 'account') return
    // Who did not prove who it is does not prove it a second later.
    if (!(error instanceof SourceError) || !error.passing || error.code === 'SOURCE_TLS') throw error
    const millis = error.retryAfterMillis ?? Math.random() * FIRST_PAUSE_MILLIS * 2 ** (tries - 1)
    if (millis > PATIENCE_MILLIS) throw error
    await pause(millis, undefined, signal === undefined ? {} : { signal })
  }
}
