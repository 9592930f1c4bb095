// The attacker's workbench: access tokens that say anything, signed by any key, ours included.
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { SignedIn } from '../../src/access/sign-in.ts'
import { type SigningKey, type SigningKeyFile, SigningKeys } from '../../src/access/signing-keys.ts'

type Fields = Readonly<Record<string, unknown>>

/** A key file in memory, which the house and the workbench both read. */
export function openKeyFile(): SigningKeyFile {
  let stored = ''
  return {
    read: () => stored,
    write: text => {
      stored = text
    },
  }
}

export class Workbench {
  readonly #file: SigningKeyFile
  readonly #now: () => number
  readonly #rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  readonly #p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  readonly #own = generateKeyPairSync('ed25519')

  constructor(file: SigningKeyFile, now: () => number) {
    this.#file = file
    this.#now = now
  }

  /** Seconds, as tokens count. */
  get time(): number {
    return Math.floor(this.#now() / 1_000)
  }

  /** As the house would sign it, but for what is said otherwise. */
  ours(
    { accessToken }: SignedIn,
    { header = {}, payload = {} }: { readonly header?: Fields; readonly payload?: Fields },
  ): string {
    return this.#signed(accessToken, { header, payload, key: this.#key.privateKey })
  }

  /** Good in every word, and signed by a key that came along in the header. */
  bringingItsOwnKey({ accessToken }: SignedIn): string {
    const header = { jwk: this.#own.publicKey.export({ format: 'jwk' }), jku: 'https://evil.example/keys.json' }
    return this.#signed(accessToken, { header, payload: {}, key: this.#own.privateKey })
  }

  /** Under the name of a key that is not ours. */
  ofKey({ accessToken }: SignedIn, kid: unknown): string {
    return this.#signed(accessToken, { header: { kid }, payload: {}, key: this.#own.privateKey })
  }

  unsigned({ accessToken }: SignedIn): string {
    const [head, body] = accessToken.split('.')
    return `${encode({ ...decode(head), alg: 'none' })}.${body}.`
  }

  /** HMAC, with what everybody may know of our key as its secret. */
  byPublicKey({ accessToken }: SignedIn): string {
    const [head, body] = accessToken.split('.')
    const text = `${encode({ ...decode(head), alg: 'HS256' })}.${body}`
    const secret = this.#key.publicKey.export({ type: 'spki', format: 'pem' })
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }

  byOtherAlgorithm({ accessToken }: SignedIn, alg: 'RS256' | 'ES256'): string {
    const [head, body] = accessToken.split('.')
    const text = `${encode({ ...decode(head), alg })}.${body}`
    const key = alg === 'RS256' ? this.#rsa : { key: this.#p256, dsaEncoding: 'ieee-p1363' as const }
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }

  withBitFlipped({ accessToken }: SignedIn): string {
    const [head, body, signature = ''] = accessToken.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    bytes[7]! ^= 1
    return `${head}.${body}.${bytes.toString('base64url')}`
  }

  /** Other words under the signature of the old ones. */
  edited({ accessToken }: SignedIn, payload: Fields): string {
    const [head, body, signature] = accessToken.split('.')
    return `${head}.${encode({ ...decode(body), ...payload })}.${signature}`
  }

  get #key(): SigningKey {
    return new SigningKeys({ file: this.#file, now: this.#now }).current()
  }

  #signed(
    token: string,
    { header, payload, key }: { readonly header: Fields; readonly payload: Fields; readonly key: KeyObject },
  ) {
    const [head, body] = token.split('.')
    const claims = { ...decode(body), jti: randomUUID(), ...payload }
    const text = `${encode({ ...decode(head), ...header })}.${encode(claims)}`
    return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part = ''): Fields => JSON.parse(Buffer.from(part, 'base64url').toString()) as Fields
