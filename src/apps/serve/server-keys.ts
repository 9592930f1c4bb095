// The server's own keys below the state folder: made at the first start, readable by their owner only, never shown.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DISK, writeDurably } from '../../connectivity/durable-file.ts'
import { Failure } from '../failure.ts'

export interface ServerKeys {
  /** 32 bytes mixed into every password before it is hashed. */
  readonly pepper: Buffer
  /** 32 bytes that seal second factors at rest. */
  readonly sealingKey: Buffer
  /** Ed25519 in PEM: signs the heads of the audit trail. */
  readonly auditKey: string
  /** The ring of keys that sign access tokens; its keeper replaces it as a whole. */
  readonly tokenKeys: { read(): string | undefined; write(text: string): void }
}

const keysFolder = (home: string): string => join(home, 'keys')

/** Makes what is not there yet. Throws Failure KEYS_EXPOSED where others may read them, KEYS_DAMAGED where one is cut off. */
export function openServerKeys(home: string): ServerKeys {
  const folder = keysFolder(home)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.platform !== 'win32' && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)

  const tokenFile = join(folder, 'token-keys.json')
  return {
    pepper: secretBytes(join(folder, 'pepper')),
    sealingKey: secretBytes(join(folder, 'sealing-key')),
    auditKey: kept(join(folder, 'audit-key.pem'), () =>
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ),
    tokenKeys: {
      read: () => (DISK.read(tokenFile) === undefined ? undefined : kept(tokenFile, () => '')),
      write: text => writeDurably(tokenFile, text),
    },
  }
}

const SECRET_BYTES = 32

function secretBytes(path: string): Buffer {
  const bytes = Buffer.from(kept(path, () => randomBytes(SECRET_BYTES).toString('base64')).trim(), 'base64')
  if (bytes.length === SECRET_BYTES) return bytes
  throw new Failure('KEYS_DAMAGED', {
    message: `${path} should hold ${SECRET_BYTES} bytes and holds ${bytes.length}`,
    fix: 'put it back from a backup; without it, passwords and second factors made with it are lost',
  })
}

function kept(path: string, make: () => string): string {
  if (DISK.read(path) === undefined) writeDurably(path, make())
  // Windows has no such bits; what it reports there says nothing about who may read.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new Failure('KEYS_EXPOSED', {
      message: `${path} holds a key of this server and others may read it`,
      fix: `chmod 600 ${path}; if somebody else could have read it, delete it and have everybody sign in anew`,
    })
  }
  return DISK.read(path) ?? ''
}
