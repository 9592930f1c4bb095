// Lines of UTF-8 over TLS, or over plain TCP on this machine.
import type { Frame } from './conversation.ts'
import { LineSplitter, notUtf8, tooLarge } from './line-splitter.ts'
import type { OpenLink } from './link.ts'
import type { Address, Network } from './network.ts'
import { type FrameCodec, socketLink } from './socket-link.ts'

export interface LineTarget extends Address {
  /** Plain TCP; the network allows it for loopback only. TLS when not given. */
  readonly plain?: boolean
  /** Until the connection stands; 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Longest line taken or sent, in bytes without its end; 65,536 when not given. */
  readonly maxLineBytes?: number
}

/** Frames are text without the line's end; a line `\r\n` loses both. */
export function lineLink(network: Network, target: LineTarget): OpenLink {
  const { host, port, plain = false, handshakeMillis = 10_000, maxLineBytes = 65_536 } = target
  return socketLink({
    target: { host, port },
    dial: () => (plain ? network.tcp({ host, port }) : network.tls({ host, port })),
    standing: plain ? 'connect' : 'secureConnect',
    handshakeMillis,
    codec: () => lines(maxLineBytes, `${host}:${port}`),
  })
}

function lines(maxBytes: number, where: string): FrameCodec {
  const splitter = new LineSplitter({ maxBytes, where })
  return {
    decode: chunk => splitter.push(chunk),
    encode: (frame: Frame) => {
      const bytes = Buffer.from(typeof frame === 'string' ? `${frame}\n` : Buffer.concat([frame, Buffer.of(10)]))
      if (bytes.length - 1 > maxBytes) throw tooLarge(where, maxBytes)
      // A line within a line would be two messages at the other end.
      if (bytes.indexOf(10) !== bytes.length - 1) throw notUtf8(where)
      return bytes
    },
  }
}
