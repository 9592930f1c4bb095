// The second factor of a user: begun, confirmed, asked for, given up. Its secret is sealed at rest.
import { AccessError } from './access-error.ts'
import type { House } from './house.ts'
import type { Circumstances, Principal } from './principal.ts'
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts'
import type { UserRecord } from './stores.ts'
import { newTotpSecret, totpStep, totpUri } from './totp.ts'

/** What a code was, and the user without it: no code is good twice. */
export interface Taken {
  readonly user: UserRecord
  readonly method: 'code' | 'recovery'
}

export class SecondFactor {
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  async begin(who: Principal, from: Circumstances): Promise<{ readonly secret: string; readonly uri: string }> {
    const { people, record, seal, random } = this.#house
    const secret = newTotpSecret(random)
    await people.change(who.user, async user => {
      if (user.totpSecret !== null) {
        throw new AccessError('SECOND_FACTOR_PRESENT', {
          status: 409,
          message: 'this account has a second factor already',
          fix: 'do without it first, then begin with the new one',
        })
      }
      await record(who, from, { action: 'second-factor.begin', object: `user:${user.name}` })
      return { ...user, pendingSecret: seal(secret, sealedFor(user)) }
    })
    return { secret, uri: totpUri(who.user, secret) }
  }

  async confirm(
    who: Principal,
    code: string,
    from: Circumstances,
  ): Promise<{ readonly user: UserRecord; readonly recoveryCodes: readonly string[] }> {
    const { people, record, open, now, random } = this.#house
    const recoveryCodes = newRecoveryCodes(random)
    const user = await people.change(who.user, async user => {
      if (user.pendingSecret === null) throw absent('no second factor was begun')
      const secret = open(user.pendingSecret, sealedFor(user))
      const step = totpStep({ secret, code, now: now(), last: 0 })
      if (step === undefined) throw wrongCode()
      await record(who, from, { action: 'second-factor.add', object: `user:${user.name}` })
      return {
        ...user,
        totpSecret: user.pendingSecret,
        pendingSecret: null,
        totpStep: step,
        recoveryHashes: recoveryCodes.map(recoveryHash),
        version: user.version + 1,
      }
    })
    return { user, recoveryCodes }
  }

  async drop(who: Principal, code: string, from: Circumstances): Promise<UserRecord> {
    const { people, record, throttle } = this.#house
    const takeBack = throttle.begin({ account: who.user, address: from.address, device: who.session })
    const user = await people.change(who.user, async user => {
      if (user.totpSecret === null) throw absent('this account has no second factor')
      if (this.take(user, code) === undefined) throw wrongCode()
      await record(who, from, { action: 'second-factor.drop', object: `user:${user.name}`, reason: 'given up by the user' })
      return withoutSecondFactor(user)
    })
    takeBack()
    return user
  }

  /** Undefined when the code is wrong or was taken before. */
  take(user: UserRecord, code: string): Taken | undefined {
    if (user.totpSecret === null) return undefined
    const { open, now } = this.#house
    if (/^[0-9]{6}$/.test(code)) {
      const secret = open(user.totpSecret, sealedFor(user))
      const step = totpStep({ secret, code, now: now(), last: user.totpStep })
      return step === undefined ? undefined : { user: { ...user, totpStep: step }, method: 'code' }
    }
    const hash = recoveryHash(code)
    if (!user.recoveryHashes.includes(hash)) return undefined
    return { user: { ...user, recoveryHashes: user.recoveryHashes.filter(left => left !== hash) }, method: 'recovery' }
  }
}

/** `totpStep` stays: a code that was taken stays taken. */
export const withoutSecondFactor = (user: UserRecord): UserRecord => ({
  ...user,
  totpSecret: null,
  pendingSecret: null,
  recoveryHashes: [],
  version: user.version + 1,
})

const sealedFor = ({ id }: UserRecord): string => `second factor of ${id}`

const wrongCode = (): AccessError =>
  new AccessError('CODE_WRONG', {
    status: 400,
    message: 'the code is wrong, or was used before',
    fix: "wait for the authenticator's next code, and see that the clocks of both devices are right",
  })

const absent = (message: string): AccessError =>
  new AccessError('SECOND_FACTOR_ABSENT', { status: 409, message, fix: 'begin with one under Settings' })
