// Tickets for WebSockets: a page of another site could open a socket with our cookie, but it cannot ask for a ticket.
import { createHash, randomBytes } from 'node:crypto'

const LIFE_MILLIS = 30_000
const TICKETS_MAX = 10_000

export class Tickets {
  readonly #now: () => number
  /** By hash, in the order they were issued. */
  readonly #open = new Map<string, { readonly session: string; readonly expires: number }>()

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  issue(session: string): { readonly ticket: string; readonly expires: number } {
    this.#forget()
    const ticket = randomBytes(16).toString('base64url')
    const expires = this.#now() + LIFE_MILLIS
    this.#open.set(hashOf(ticket), { session, expires })
    return { ticket, expires }
  }

  /** Whether it is a ticket of this session. However it ends, the ticket is used up. */
  redeem(ticket: string, session: string): boolean {
    const hash = hashOf(ticket)
    const known = this.#open.get(hash)
    this.#open.delete(hash)
    return known !== undefined && known.session === session && known.expires > this.#now()
  }

  #forget(): void {
    const now = this.#now()
    for (const [hash, { expires }] of this.#open) {
      if (expires > now && this.#open.size < TICKETS_MAX) break
      this.#open.delete(hash)
    }
  }
}

const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('hex')
