// Passwords at rest: Argon2id (RFC 9106) over a peppered password, in the PHC form, a few at a time.
import { type Argon2Parameters, argon2, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AccessError } from './access-error.ts'

const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>

export interface PasswordCost {
  readonly memoryKibibytes: number
  readonly passes: number
  readonly lanes: number
}

/** 64 MiB and three passes: the second recommended choice of RFC 9106 §4 on one lane; about a quarter of a second. */
export const PASSWORD_COST: PasswordCost = { memoryKibibytes: 65_536, passes: 3, lanes: 1 }

const SALT_BYTES = 16
const TAG_BYTES = 32
const AT_ONCE = 2
const WAITING_MAX = 20

export interface PasswordsOptions {
  /** 32 bytes that are kept apart from the database: whoever steals one without the other cannot guess at all. */
  readonly pepper: Uint8Array
  readonly random: (bytes: number) => Buffer
  readonly cost?: PasswordCost
}

export class Passwords {
  readonly #pepper: Buffer
  readonly #random: (bytes: number) => Buffer
  readonly #cost: PasswordCost
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor({ pepper, random, cost = PASSWORD_COST }: PasswordsOptions) {
    this.#pepper = Buffer.from(hkdfSync('sha256', pepper, '', 'quadrant password', 32))
    this.#random = random
    this.#cost = cost
  }

  /** Throws AccessError PASSWORD_CHECK_BUSY. */
  async hash(password: string): Promise<string> {
    const salt = this.#random(SALT_BYTES)
    return encode({ cost: this.#cost, salt, tag: await this.#derive(password, salt, this.#cost) })
  }

  /** False for a hash that is not of this form, after as much work. Throws AccessError PASSWORD_CHECK_BUSY. */
  async verify(password: string, hash: string): Promise<boolean> {
    const known = decode(hash)
    const { cost, salt, tag } = known ?? { cost: this.#cost, salt: Buffer.alloc(SALT_BYTES), tag: Buffer.alloc(TAG_BYTES) }
    const found = await this.#derive(password, salt, cost)
    return known !== undefined && found.length === tag.length && timingSafeEqual(found, tag)
  }

  /** As slow as `verify` and never true: for a user who does not exist, so that the time does not tell. */
  async refuse(password: string): Promise<false> {
    await this.verify(password, encode({ cost: this.#cost, salt: this.#random(SALT_BYTES), tag: this.#random(TAG_BYTES) }))
    return false
  }

  /** Whether the hash was made with less work than is asked for today. */
  isOutdated(hash: string): boolean {
    const cost = decode(hash)?.cost
    return (
      cost === undefined ||
      cost.memoryKibibytes < this.#cost.memoryKibibytes ||
      cost.passes < this.#cost.passes ||
      cost.lanes !== this.#cost.lanes
    )
  }

  async #derive(password: string, salt: Buffer, { memoryKibibytes, passes, lanes }: PasswordCost): Promise<Buffer> {
    await this.#turn()
    try {
      return await derive('argon2id', {
        message: createHmac('sha256', this.#pepper).update(password.normalize('NFKC')).digest(),
        nonce: salt,
        memory: memoryKibibytes,
        passes,
        parallelism: lanes,
        tagLength: TAG_BYTES,
      })
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  /** Each takes 64 MiB and a thread: a flood of sign-ins must not take the machine. */
  #turn(): Promise<void> | void {
    if (this.#running < AT_ONCE) {
      this.#running++
      return
    }
    if (this.#waiting.length < WAITING_MAX) return new Promise(resolve => this.#waiting.push(resolve))
    throw new AccessError('PASSWORD_CHECK_BUSY', {
      status: 429,
      message: `${AT_ONCE} passwords are being checked and ${WAITING_MAX} wait`,
      fix: 'try again in a few seconds',
      retryAfterSeconds: 5,
    })
  }
}

interface Encoded {
  readonly cost: PasswordCost
  readonly salt: Buffer
  readonly tag: Buffer
}

// $argon2id$v=19$m=65536,t=3,p=1$salt$tag — base64 without padding.
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

const encode = ({ cost, salt, tag }: Encoded): string =>
  `$argon2id$v=19$m=${cost.memoryKibibytes},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`

function decode(hash: string): Encoded | undefined {
  const [, memory = '', passes = '', lanes = '', salt = '', tag = ''] = PHC.exec(hash) ?? []
  if (memory === '') return undefined
  return {
    cost: { memoryKibibytes: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}
