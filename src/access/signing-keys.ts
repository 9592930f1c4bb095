// The keys that sign access tokens: Ed25519, replaced every thirty days, the one before still taken for ten minutes.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'

/** Where the ring is kept, as text. Without one it lives as long as the process, and a restart asks everybody to refresh. */
export interface SigningKeyFile {
  read(): string | undefined
  /** Private keys: only the owner of the house may read what is written. */
  write(text: string): void
}

export interface SigningKey {
  readonly id: string
  readonly created: number
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const ROTATION_MILLIS = 30 * 86_400_000
const OVERLAP_MILLIS = 10 * 60_000

export class SigningKeys {
  readonly #file: SigningKeyFile | undefined
  readonly #now: () => number
  /** Oldest first; the last one signs. */
  #keys: readonly SigningKey[]

  constructor({ file, now }: { readonly file?: SigningKeyFile | undefined; readonly now: () => number }) {
    this.#file = file
    this.#now = now
    this.#keys = parse(file?.read())
  }

  /** The key that signs, made anew where the last one is thirty days old. */
  current(): SigningKey {
    const now = this.#now()
    const newest = this.#keys.at(-1)
    if (newest !== undefined && now - newest.created < ROTATION_MILLIS) return newest

    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const key = { id: randomUUID(), created: now, privateKey, publicKey }
    this.#keys = newest === undefined ? [key] : [newest, key]
    this.#file?.write(JSON.stringify(this.#keys.map(({ id, created, privateKey }) => ({ id, created, key: pem(privateKey) }))))
    return key
  }

  /** The public key by this id, if it is the one that signs or the one before for ten minutes more. */
  verifying(id: string): KeyObject | undefined {
    const newest = this.current()
    if (id === newest.id) return newest.publicKey
    if (this.#now() - newest.created > OVERLAP_MILLIS) return undefined
    return this.#keys.find(key => key.id === id)?.publicKey
  }
}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

function parse(text: string | undefined): readonly SigningKey[] {
  if (text === undefined || text.trim() === '') return []
  const stored = JSON.parse(text) as readonly { readonly id: string; readonly created: number; readonly key: string }[]
  return stored.map(({ id, created, key }) => {
    const privateKey = createPrivateKey(key)
    return { id, created, privateKey, publicKey: createPublicKey(privateKey) }
  })
}
