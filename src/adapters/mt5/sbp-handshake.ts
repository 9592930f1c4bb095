// The gateway's side of SBP/1's opening: who dials in, and the proof that he knows the secret of his login.
import { isSameMac, SBP_VERSION, type SbpBody, sbpMac } from './sbp.ts'

/** Who alone is let in, and the question that he is asked. */
export interface SbpLock {
  readonly login: string
  readonly server: string
  readonly secret: string
  /** 32 random bytes, hex; a new one for each connection, or an old proof would do again. */
  readonly nonce: string
}

/** Within which the terminal must have proven itself. */
export const SBP_HANDSHAKE_MILLIS = 5000

export type SbpVerdict =
  | { readonly kind: 'challenge'; readonly line: string }
  | { readonly kind: 'proven' }
  /** `impostor`: he speaks the protocol and is not who he should be. */
  | { readonly kind: 'refused'; readonly reason: string; readonly impostor: boolean }

export class SbpHandshake {
  readonly #lock: SbpLock
  #epoch: string | undefined

  constructor(lock: SbpLock) {
    this.#lock = lock
  }

  /** What follows from the next line of who dialled. */
  hear(line: SbpBody): SbpVerdict {
    const { login, server, secret, nonce } = this.#lock
    if (this.#epoch === undefined) {
      if (line.t !== 'hello') return refused(`'${line.t}' came before hello`)
      if (line['v'] !== SBP_VERSION) return refused(`version ${JSON.stringify(line['v'])} is not spoken here`)
      if (line['login'] !== login || line['srv'] !== server) {
        return impostor(`login or server is not the configured one (${server})`)
      }
      if (typeof line['epoch'] !== 'string' || line['epoch'] === '') return refused('hello has no epoch')
      this.#epoch = line['epoch']
      return { kind: 'challenge', line: JSON.stringify({ t: 'chal', n: nonce }) }
    }

    if (line.t !== 'auth') return refused(`'${line.t}' came before auth`)
    const mac = line['mac']
    const isProof = typeof mac === 'string' && isSameMac(mac, sbpMac(secret, { nonce, login, epoch: this.#epoch }))
    return isProof ? { kind: 'proven' } : impostor('the terminal does not know the secret of its login')
  }
}

const refused = (reason: string): SbpVerdict => ({ kind: 'refused', reason, impostor: false })
const impostor = (reason: string): SbpVerdict => ({ kind: 'refused', reason, impostor: true })
