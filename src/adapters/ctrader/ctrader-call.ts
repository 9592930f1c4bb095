// Single questions to the venue, each with its answer: symbols, history, a refresh in band. One connection for a few of them.
import type { Frame } from '../../connectivity/conversation.ts'
import type { Link, OpenLink } from '../../connectivity/link.ts'
import type { SourceError } from '../../connectivity/source-error.ts'
import { CtraderRefusal, keyRefused, notAnswered, venueError } from './open-api-error.ts'
import { type Fields, type OpenApiCodec, PAYLOAD } from './open-api-message.ts'

export interface CallParts {
  readonly link: OpenLink
  readonly codec: OpenApiCodec
  readonly clientId: string
  readonly clientSecret: string
  /** For one answer; 20,000 when not given. */
  readonly answerMillis?: number
}

const HEARTBEAT_MILLIS = 8_000

export interface Answer {
  readonly fields: Fields
  /** The whole message as it came. */
  readonly frame: Frame
}

interface Waiting {
  readonly answered: (answer: Answer) => void
  readonly failed: (error: SourceError) => void
}

export class CtraderCall {
  readonly #parts: CallParts
  readonly #waiting = new Map<string, Waiting>()
  #link: Link | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #count = 0
  /** Why the other end or the network ended it. */
  #ended: SourceError | undefined

  private constructor(parts: CallParts) {
    this.#parts = parts
  }

  /** Opens the connection and logs the application in; closed again whatever `body` does. */
  static async during<Result>(parts: CallParts, body: (call: CtraderCall) => Promise<Result>): Promise<Result> {
    const call = await CtraderCall.open(parts)
    try {
      return await body(call)
    } finally {
      call.close()
    }
  }

  /** The same for who closes it himself. */
  static async open(parts: CallParts): Promise<CtraderCall> {
    const call = new CtraderCall(parts)
    try {
      await call.#open()
      return call
    } catch (error) {
      call.close()
      throw error
    }
  }

  /** Throws SourceError: SOURCE_REFUSED, or UPSTREAM_ANSWER with the venue's words. */
  async ask(type: number, fields: Fields): Promise<Fields> {
    return (await this.exchange(type, fields, String(++this.#count))).fields
  }

  /** The same with the whole answer; `id` is what the venue repeats in it, and no other question's that is waiting. */
  exchange(type: number, fields: Fields, id: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#link === undefined) {
        reject(this.#ended ?? notAnswered('the connection is closed'))
        return
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(notAnswered(`no answer to request ${type}`))
      }, this.#parts.answerMillis ?? 20_000)
      this.#waiting.set(id, {
        answered: answer => (clearTimeout(timer), resolve(answer)),
        failed: error => (clearTimeout(timer), reject(error)),
      })
      this.#link.send(this.#parts.codec.encode({ type, id, fields }))
    })
  }

  /** Whoever still waits for an answer is told that there will be none. */
  close(): void {
    this.#close('closed')
  }

  async #open(): Promise<void> {
    const { link, codec, clientId, clientSecret } = this.#parts
    this.#link = await link(
      { frame: frame => this.#take(frame), closed: (reason, error) => this.#close(reason, error) },
      AbortSignal.timeout(30_000),
    )
    if (this.#ended !== undefined) throw this.#ended
    this.#heartbeat = setInterval(
      () => this.#link?.send(codec.encode({ type: PAYLOAD.heartbeat, id: '', fields: {} })),
      HEARTBEAT_MILLIS,
    )
    this.#heartbeat.unref()
    await this.ask(PAYLOAD.applicationAuth, { clientId, clientSecret })
  }

  #take(frame: Frame): void {
    const message = this.#parts.codec.decode(frame)
    const waiting = message === undefined ? undefined : this.#waiting.get(message.id)
    if (message === undefined || waiting === undefined) return
    this.#waiting.delete(message.id)
    if (message.type !== PAYLOAD.error && message.type !== PAYLOAD.commonError) {
      waiting.answered({ fields: message.fields, frame })
      return
    }
    const error = venueError(message.fields)
    if (error.class === 'done') waiting.answered({ fields: {}, frame })
    else waiting.failed(error.class === 'key' ? keyRefused(error.text) : new CtraderRefusal(error))
  }

  #close(reason: string, error?: SourceError): void {
    clearInterval(this.#heartbeat)
    this.#link?.close()
    this.#link = undefined
    this.#ended ??= error ?? notAnswered(reason)
    for (const { failed } of this.#waiting.values()) failed(this.#ended)
    this.#waiting.clear()
  }
}
