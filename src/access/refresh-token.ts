// Refresh tokens: SESSION.SECRET.SEAL, each following from the one before by a key that only the server has.
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface RefreshTokensOptions {
  /** 32 bytes that are kept apart from the store. */
  readonly key: Uint8Array
  readonly random: (bytes: number) => Buffer
}

/**
 * The seal tells a real token, however old, from an invented one: only a real one can betray a theft, so nobody ends another's
 * session by making one up. That the next token follows from this one lets every process of the house repeat a lost answer
 * without keeping any token: the store has hashes only.
 */
export class RefreshTokens {
  readonly #key: Uint8Array
  readonly #random: (bytes: number) => Buffer

  constructor({ key, random }: RefreshTokensOptions) {
    this.#key = key
    this.#random = random
  }

  /** 256 random bits. */
  first(session: string): string {
    return this.#write(session, this.#random(32).toString('base64url'))
  }

  /** Whose it is and what comes after it; undefined for what was never ours. */
  read(token: string): { readonly session: string; readonly next: string } | undefined {
    const [session = '', secret = ''] = token.split('.')
    const [given, real] = [Buffer.from(token), Buffer.from(this.#write(session, secret))]
    if (given.length !== real.length || !timingSafeEqual(given, real)) return undefined
    return { session, next: this.#write(session, this.#mac('next', session, secret).toString('base64url')) }
  }

  #write(session: string, secret: string): string {
    return `${session}.${secret}.${this.#mac('seal', session, secret).subarray(0, 16).toString('base64url')}`
  }

  #mac(purpose: string, session: string, secret: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\n${session}\n${secret}`).digest()
  }
}
