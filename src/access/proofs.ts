// Whether somebody is who he says: the password, then the code of the second factor, counted and recorded.
import { AccessError } from './access-error.ts'
import { ANONYMOUS, type House } from './house.ts'
import type { Circumstances } from './principal.ts'
import type { SecondFactor } from './second-factor.ts'
import type { UserRecord } from './stores.ts'

export interface Proof {
  readonly name: string
  readonly password: string
  readonly code?: string | undefined
  /** A known device or a session: counted apart from strangers. */
  readonly device?: string | undefined
}

export interface Proven {
  readonly user: UserRecord
  readonly methods: readonly string[]
}

/** Refusals by the throttle are recorded once in so long: a flood of guesses must not become a flood of records. */
const THROTTLED_MILLIS = 60_000

export class Proofs {
  readonly #house: House
  readonly #secondFactor: SecondFactor
  #throttled = Number.NEGATIVE_INFINITY

  constructor({ house, secondFactor }: { readonly house: House; readonly secondFactor: SecondFactor }) {
    this.#house = house
    this.#secondFactor = secondFactor
  }

  /**
   * Password, and a code where there is a second factor. Throws AccessError SIGN_IN_REFUSED with the same words whatever was
   * wrong, SECOND_FACTOR_NEEDED, ATTEMPTS_EXCEEDED, PASSWORD_CHECK_BUSY.
   */
  async prove(given: Proof, from: Circumstances): Promise<Proven> {
    const { people, passwords, now } = this.#house
    const { user, takeBack } = await this.#check(given, from)
    const { code, password } = given
    if (user.totpSecret !== null && code === undefined) {
      takeBack()
      throw new AccessError('SECOND_FACTOR_NEEDED', {
        status: 401,
        message: 'this account has a second factor',
        fix: "send the authenticator's code, or a recovery code, together with name and password",
      })
    }

    const better = passwords.isOutdated(user.passwordHash) ? await passwords.hash(password).catch(() => undefined) : undefined
    let methods: readonly string[] | undefined
    const proven = await people.change(user.name, before => {
      methods = undefined
      if (before.version !== user.version) return undefined
      const factor = before.totpSecret === null ? { user: before } : this.#secondFactor.take(before, code ?? '')
      if (factor === undefined) return undefined
      methods = 'method' in factor ? ['password', factor.method] : ['password']
      return { ...factor.user, lastSignIn: now(), ...(better === undefined ? {} : { passwordHash: better }) }
    })
    if (methods === undefined) throw await this.#refused(from, 'wrong code', user)
    takeBack()
    return { user: proven, methods }
  }

  /** The password alone, of somebody who is signed in. Throws as `prove` does. */
  async provePassword(given: Proof, from: Circumstances): Promise<UserRecord> {
    const { user, takeBack } = await this.#check(given, from)
    takeBack()
    return user
  }

  /** Counts the attempt, then looks. As slow for a name that does not exist as for one that does. */
  async #check(given: Proof, from: Circumstances): Promise<{ readonly user: UserRecord; readonly takeBack: () => void }> {
    const { store, passwords } = this.#house
    const takeBack = await this.#begin(given, from)
    let isRight: boolean
    const user = await store.user(given.name)
    try {
      isRight = await (user === undefined
        ? passwords.refuse(given.password)
        : passwords.verify(given.password, user.passwordHash))
    } catch (error) {
      // Nothing was checked.
      takeBack()
      throw error
    }
    if (user === undefined) throw await this.#refused(from, 'unknown user')
    if (!isRight) throw await this.#refused(from, 'wrong password', user)
    if (user.disabled) throw await this.#refused(from, 'disabled', user)
    return { user, takeBack }
  }

  async #begin({ name, device }: Proof, from: Circumstances): Promise<() => void> {
    try {
      return this.#house.throttle.begin({ account: name, address: from.address, device })
    } catch (error) {
      const now = this.#house.now()
      if (now - this.#throttled >= THROTTLED_MILLIS) {
        this.#throttled = now
        const reason = 'too many attempts; the like is recorded once a minute'
        await this.#house.record(ANONYMOUS, from, { action: 'session.refuse', object: 'user:?', reason, result: 'refused' })
      }
      throw error
    }
  }

  /** The reason stays inside. A name that is nobody's is not written down: it may be a password in the wrong field. */
  async #refused(from: Circumstances, reason: string, user?: UserRecord): Promise<AccessError> {
    const object = `user:${user?.name ?? '?'}`
    await this.#house.record(ANONYMOUS, from, { action: 'session.refuse', object, reason, result: 'refused' })
    return new AccessError('SIGN_IN_REFUSED', {
      status: 401,
      message: 'name, password or code is wrong',
      fix: 'try again; an admin can give you a new password or clear a lost second factor',
    })
  }
}
