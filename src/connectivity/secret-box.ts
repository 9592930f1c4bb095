// Secrets at rest: AES-256-GCM under a key that scrypt makes from a pass phrase or a key file.
import { createCipheriv, createDecipheriv, createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SourceError } from './source-error.ts'

// One sealed text, as JSON; every value but the version is base64:
//   { "sealed": 1, "salt": 16 bytes, "check": 8 bytes, "nonce": 12 bytes, "text": ciphertext, "tag": 16 bytes }
// `check` is a MAC of the salt under half of the derived key: it tells a wrong key from a damaged text.
interface Sealed {
  readonly sealed: 1
  readonly salt: string
  readonly check: string
  readonly nonce: string
  readonly text: string
  readonly tag: string
}

/** 32 MiB and some 60 ms per guess: the figures RFC 7914 names for interactive use, doubled. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }

interface Keys {
  readonly cipher: Buffer
  readonly check: Buffer
}

export class SecretBox {
  readonly #secret: string
  readonly #salt = randomBytes(16)
  /** By salt: deriving is slow on purpose. */
  readonly #keys = new Map<string, Keys>()

  constructor(secret: string) {
    this.#secret = secret
  }

  /** `about` is bound into the seal: a text sealed for one file does not open as another's. */
  seal(text: string, about: string): string {
    const keys = this.#derive(this.#salt)
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', keys.cipher, nonce)
    cipher.setAAD(Buffer.from(about))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return JSON.stringify({
      sealed: 1,
      salt: this.#salt.toString('base64'),
      check: keys.check.toString('base64'),
      nonce: nonce.toString('base64'),
      text: sealed.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    } satisfies Sealed)
  }

  /** Throws SourceError SECRET_KEY_WRONG or SECRET_DAMAGED. */
  open(sealed: string, about: string): string {
    const parts = parse(sealed)
    if (parts === undefined) throw damaged(about)

    const keys = this.#derive(Buffer.from(parts.salt, 'base64'))
    const check = Buffer.from(parts.check, 'base64')
    if (check.length !== keys.check.length || !timingSafeEqual(check, keys.check)) {
      throw new SourceError('SECRET_KEY_WRONG', {
        message: `${about} was encrypted with another key`,
        fix: 'set QUADRANT_SECRET_KEY to the value used then, or put the key file of then back; without it the contents are lost',
      })
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', keys.cipher, Buffer.from(parts.nonce, 'base64'), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(about))
      decipher.setAuthTag(Buffer.from(parts.tag, 'base64'))
      return Buffer.concat([decipher.update(Buffer.from(parts.text, 'base64')), decipher.final()]).toString('utf8')
    } catch {
      throw damaged(about)
    }
  }

  #derive(salt: Buffer): Keys {
    const name = salt.toString('base64')
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const bytes = scryptSync(this.#secret, salt, 64, SCRYPT)
    const check = createHmac('sha256', bytes.subarray(32)).update(salt).digest().subarray(0, 8)
    const keys = { cipher: bytes.subarray(0, 32), check }
    this.#keys.set(name, keys)
    return keys
  }
}

export interface SecretBoxPlace {
  /** What QUADRANT_SECRET_KEY holds. Taken instead of the key file where it is given. */
  readonly secretKey?: string | undefined
  /** Made with a random key, readable by its owner only, where there is none. */
  readonly keyFile: string
}

/** Throws SourceError SECRET_KEY_SHORT, SECRET_KEY_EXPOSED. */
export function openSecretBox({ secretKey, keyFile }: SecretBoxPlace): SecretBox {
  if (secretKey !== undefined && secretKey !== '') {
    if (secretKey.length < 16) {
      throw new SourceError('SECRET_KEY_SHORT', {
        message: `QUADRANT_SECRET_KEY has ${secretKey.length} characters; fewer than 16 can be guessed`,
        fix: 'use a random one, for example from: openssl rand -base64 32',
      })
    }
    return new SecretBox(secretKey)
  }
  return new SecretBox(readKeyFile(keyFile))
}

function readKeyFile(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    chmodSync(path, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // Windows has no such bits; what it reports there says nothing about who may read.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new SourceError('SECRET_KEY_EXPOSED', {
      message: `${path} holds the key to all stored secrets and others may read it`,
      fix: `chmod 600 ${path}, and renew the secrets if somebody else could have read them`,
    })
  }
  const key = readFileSync(path, 'utf8').trim()
  if (key.length >= 16) return key
  throw new SourceError('SECRET_DAMAGED', {
    message: `${path} should hold the key to the stored secrets and is empty or cut off`,
    fix: 'put it back from a backup; without it the stored secrets are lost: remove it and enter them again',
  })
}

function parse(text: string): Sealed | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const parts = value as Record<string, unknown>
    const texts = ['salt', 'check', 'nonce', 'text', 'tag'].every(name => typeof parts[name] === 'string')
    return parts['sealed'] === 1 && texts ? (value as Sealed) : undefined
  } catch {
    return undefined
  }
}

const damaged = (about: string): SourceError =>
  new SourceError('SECRET_DAMAGED', {
    message: `${about} is not as it was written: cut off, changed, or put in another file's place`,
    fix: 'put it back from a backup, or enter its secrets again',
  })
