// Small secrets at rest, such as the seeds of second factors: AES-256-GCM under the server's sealing key.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Failure } from '../failure.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

export interface Sealing {
  /** `about` is bound into the seal: what was sealed for one person does not open as another's. */
  seal(text: string, about: string): string
  /** Throws Failure SEAL_BROKEN. */
  open(sealed: string, about: string): string
}

// base64url of: nonce (12 bytes) ‖ tag (16 bytes) ‖ ciphertext
export function sealingWith(key: Uint8Array): Sealing {
  return {
    seal(text, about) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(about))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed, 'base64url')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        decipher.setAAD(Buffer.from(about))
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
      } catch {
        throw new Failure('SEAL_BROKEN', {
          message: 'a stored secret does not open: it was sealed with another key, or changed',
          fix: "put the state folder's `keys` back as they were; or clear the person's second factor and set it up anew",
        })
      }
    },
  }
}
