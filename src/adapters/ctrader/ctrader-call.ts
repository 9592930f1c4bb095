// Single questions to the venue, each with its answer: symbols, a refresh in band. One connection for a few of them.
import type { Frame } from '../../connectivity/conversation.ts'
import type { Link, OpenLink } from '../../connectivity/link.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { keyRefused, venueError } from './open-api-error.ts'
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

interface Waiting {
  readonly answered: (fields: Fields) => void
  readonly failed: (error: SourceError) => void
}

export class CtraderCall {
  readonly #parts: CallParts
  readonly #waiting = new Map<string, Waiting>()
  #link: Link | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #count = 0

  constructor(parts: CallParts) {
    this.#parts = parts
  }

  /** Opens the connection and logs the application in; closed again whatever `body` does. */
  static async during<Result>(parts: CallParts, body: (call: CtraderCall) => Promise<Result>): Promise<Result> {
    const call = new CtraderCall(parts)
    try {
      await call.#open()
      return await body(call)
    } finally {
      call.#close('closed')
    }
  }

  /** Throws SourceError: SOURCE_REFUSED, or UPSTREAM_ANSWER with the venue's words. */
  ask(type: number, fields: Fields): Promise<Fields> {
    const id = String(++this.#count)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(refused(`no answer to request ${type}`, true))
      }, this.#parts.answerMillis ?? 20_000)
      this.#waiting.set(id, {
        answered: answer => (clearTimeout(timer), resolve(answer)),
        failed: error => (clearTimeout(timer), reject(error)),
      })
      this.#link?.send(this.#parts.codec.encode({ type, id, fields }))
    })
  }

  async #open(): Promise<void> {
    const { link, codec, clientId, clientSecret } = this.#parts
    this.#link = await link(
      { frame: frame => this.#take(frame), closed: (reason, error) => this.#close(reason, error) },
      AbortSignal.timeout(30_000),
    )
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
      waiting.answered(message.fields)
      return
    }
    const error = venueError(message.fields)
    if (error.class === 'done') waiting.answered({})
    else waiting.failed(error.class === 'key' ? keyRefused(error.text) : refused(error.text, isPassing.has(error.class)))
  }

  #close(reason: string, error?: SourceError): void {
    clearInterval(this.#heartbeat)
    this.#link?.close()
    this.#link = undefined
    for (const { failed } of this.#waiting.values()) failed(error ?? refused(reason, true))
    this.#waiting.clear()
  }
}

const isPassing: ReadonlySet<string> = new Set(['absent', 'slower', 'blocked'])

const refused = (text: string, passing: boolean): SourceError =>
  new SourceError('UPSTREAM_ANSWER', {
    message: `cTrader did not answer as asked: ${text}`,
    fix: passing ? 'try again in a while' : 'the venue documents this code at help.ctrader.com/open-api',
    passing,
  })
