// The mark a browser keeps after a sign-in: with it, the guesses of strangers do not lock the owner out.
import { createHmac, timingSafeEqual } from 'node:crypto'

export class KnownDevices {
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** ID.SEAL: good for this user only. It opens nothing: the password is asked for all the same. */
  issue(user: string, id: string): string {
    return `${id}.${this.#seal(user, id)}`
  }

  /** The device's id, if the mark is ours and this user's. */
  read(user: string, mark: string | undefined): string | undefined {
    const [id = '', seal = ''] = (mark ?? '').split('.')
    if (!/^[A-Za-z0-9_-]{22}$/.test(id)) return undefined
    const [given, real] = [Buffer.from(seal), Buffer.from(this.#seal(user, id))]
    return given.length === real.length && timingSafeEqual(given, real) ? id : undefined
  }

  #seal(user: string, id: string): string {
    return createHmac('sha256', this.#key).update(`${id}\n${user}`).digest('base64url')
  }
}
