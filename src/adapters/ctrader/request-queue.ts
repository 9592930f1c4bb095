// Requests to the venue: paced below its limit, numbered, and remembered until they are answered.
import type { Reactions } from '../../connectivity/conversation.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { Fields, OpenApiCodec } from './open-api-message.ts'

/** The venue allows 50 requests in any second of a connection: two of our seconds may meet in one of its. */
const PER_SECOND = 25
/** A venue that takes longer for a request is not well. */
const ANSWER_MICROS_MAX = 20 * SECOND

export interface Request {
  readonly type: number
  readonly fields: Fields
}

interface Waiting extends Request {
  readonly due: number
}

export interface Asked extends Request {
  readonly sent: Micros
}

export class RequestQueue {
  readonly #codec: OpenApiCodec
  #waiting: Waiting[] = []
  readonly #asked = new Map<string, Asked>()
  #count = 0
  #windowStart = Number.NEGATIVE_INFINITY
  #windowSent = 0

  constructor(codec: OpenApiCodec) {
    this.#codec = codec
  }

  put(request: Request, due = Number.NEGATIVE_INFINITY): void {
    this.#waiting.push({ ...request, due })
  }

  /** The request that a message answers; undefined where it answers none. */
  answered(id: string): Asked | undefined {
    const request = this.#asked.get(id)
    this.#asked.delete(id)
    return request
  }

  release(now: Micros, out: Reactions): void {
    if (this.#waiting.length === 0) return
    if (now - this.#windowStart >= SECOND) {
      this.#windowStart = now
      this.#windowSent = 0
    }
    const later: Waiting[] = []
    for (const request of this.#waiting) {
      if (request.due > now || this.#windowSent >= PER_SECOND) {
        later.push(request)
        continue
      }
      const id = String(++this.#count)
      this.#windowSent++
      this.#asked.set(id, { ...request, sent: now })
      out.send(this.#codec.encode({ type: request.type, id, fields: request.fields }))
    }
    this.#waiting = later
  }

  /** A request that has waited too long for its answer. */
  overdue(now: Micros): Request | undefined {
    for (const request of this.#asked.values()) if (now - request.sent > ANSWER_MICROS_MAX) return request
    return undefined
  }
}
