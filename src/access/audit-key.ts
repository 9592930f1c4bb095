// The key pair that signs the heads of the audit trail: Ed25519, named by its own public half.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { headText } from './audit-chain.ts'
import type { AuditHead } from './audit-entry.ts'

/** Who signs. `pem` is the private key in PKCS 8. */
export class AuditSigner {
  readonly #key: KeyObject
  readonly public: AuditPublicKey

  constructor(pem: string) {
    this.#key = createPrivateKey(pem)
    this.public = new AuditPublicKey(createPublicKey(this.#key).export({ type: 'spki', format: 'pem' }).toString())
  }

  sign(head: Omit<AuditHead, 'signature' | 'keyId'>): AuditHead {
    const named = { ...head, keyId: this.public.id }
    return { ...named, signature: sign(null, headText(named), this.#key).toString('base64url') }
  }
}

/** Who is believed. `pem` is the public key in SPKI. */
export class AuditPublicKey {
  readonly #key: KeyObject
  /** The first 16 hex digits of the SHA-256 of the key in DER: what a person compares. */
  readonly id: string
  readonly pem: string

  constructor(pem: string) {
    this.#key = createPublicKey(pem)
    this.pem = pem
    this.id = createHash('sha256')
      .update(this.#key.export({ type: 'spki', format: 'der' }))
      .digest('hex')
      .slice(0, 16)
  }

  signed(head: AuditHead): boolean {
    return (
      this.#key.asymmetricKeyType === 'ed25519' &&
      verify(null, headText(head), this.#key, Buffer.from(head.signature, 'base64url'))
    )
  }
}
