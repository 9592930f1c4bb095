// TLS with a 4-byte big-endian length before each message, as cTrader speaks it.
import type { Frame } from './conversation.ts'
import { tooLarge } from './line-splitter.ts'
import type { OpenLink } from './link.ts'
import type { Address, Network } from './network.ts'
import { type FrameCodec, socketLink } from './socket-link.ts'

export interface FramedTarget extends Address {
  /** Until TLS stands; 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Largest message taken or sent; 15,000,000 when not given. */
  readonly maxBytes?: number
}

/** Frames are bytes without their length. */
export function framedLink(
  network: Network,
  { host, port, handshakeMillis = 10_000, maxBytes = 15_000_000 }: FramedTarget,
): OpenLink {
  return socketLink({
    target: { host, port },
    dial: () => network.tls({ host, port }),
    standing: 'secureConnect',
    handshakeMillis,
    codec: () => new LengthPrefixed({ maxBytes, where: `${host}:${port}` }),
  })
}

const HEAD_BYTES = 4

//   ┌───────────────┬──────────────┐
//   │ length, 4, BE │ message      │
//   └───────────────┴──────────────┘
class LengthPrefixed implements FrameCodec {
  readonly #maxBytes: number
  readonly #where: string
  #pieces: Uint8Array[] = []
  #held = 0
  /** Bytes until the next step is possible: a whole head, then head and message. */
  #needed = HEAD_BYTES

  constructor({ maxBytes, where }: { readonly maxBytes: number; readonly where: string }) {
    this.#maxBytes = maxBytes
    this.#where = where
  }

  *decode(chunk: Uint8Array): Generator<Uint8Array> {
    this.#pieces.push(chunk)
    this.#held += chunk.length
    // Pieces of a large message are joined once, when it is whole.
    if (this.#held < this.#needed) return
    const bytes =
      this.#pieces.length === 1 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat(this.#pieces)

    let start = 0
    this.#needed = HEAD_BYTES
    while (bytes.length - start >= HEAD_BYTES) {
      const length = bytes.readUInt32BE(start)
      if (length > this.#maxBytes) throw tooLarge(this.#where, this.#maxBytes)
      this.#needed = HEAD_BYTES + length
      if (bytes.length - start < this.#needed) break
      yield bytes.subarray(start + HEAD_BYTES, start + this.#needed)
      start += this.#needed
      this.#needed = HEAD_BYTES
    }
    this.#pieces = start < bytes.length ? [bytes.subarray(start)] : []
    this.#held = bytes.length - start
  }

  encode(frame: Frame): Uint8Array {
    const body = typeof frame === 'string' ? Buffer.from(frame, 'utf8') : frame
    if (body.length > this.#maxBytes) throw tooLarge(this.#where, this.#maxBytes)
    const bytes = Buffer.allocUnsafe(HEAD_BYTES + body.length)
    bytes.writeUInt32BE(body.length, 0)
    bytes.set(body, HEAD_BYTES)
    return bytes
  }
}
