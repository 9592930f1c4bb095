// How messages travel from a simulated venue: WebSocket messages, lines of a socket or of a reply, length-prefixed bytes.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Frame } from '../../src/connectivity/conversation.ts'
import { cutInTwo, type LineTransport, type VenueLine } from './venue-line.ts'

export interface Framing {
  encode(frame: Frame): Uint8Array
  /** Takes whole messages off the front; what is left waits for more. */
  decode(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer }
}

export const LINES: Framing = {
  encode: frame => Buffer.concat([Buffer.from(frame as Uint8Array), Buffer.from('\n')]),
  decode: bytes => {
    const frames: string[] = []
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      frames.push(bytes.toString('utf8', from, end).replace(/\r$/, ''))
      from = end + 1
    }
    return { frames, rest: bytes.subarray(from) }
  },
}

/** 4 bytes big-endian, then so many bytes. */
export const LENGTH_PREFIXED: Framing = {
  encode: frame => {
    const body = Buffer.from(frame as Uint8Array)
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    return Buffer.concat([head, body])
  },
  decode: bytes => {
    const frames: Buffer[] = []
    let from = 0
    while (bytes.length - from >= 4) {
      const length = bytes.readUInt32BE(from)
      if (bytes.length - from - 4 < length) break
      frames.push(bytes.subarray(from + 4, from + 4 + length))
      from += 4 + length
    }
    return { frames, rest: bytes.subarray(from) }
  },
}

export function webSocketTransport(socket: WebSocket): LineTransport {
  return {
    write: (frame, pieces) => {
      const binary = typeof frame !== 'string'
      if (pieces === 'whole') return socket.send(frame, { binary })
      const [first, second] = cutInTwo(Buffer.from(frame as Uint8Array), pieces)
      socket.send(first, { binary, fin: false })
      socket.send(second, { binary, fin: true })
    },
    end: (code = 1000, reason = '') => socket.close(code, reason),
    destroy: () => socket.terminate(),
  }
}

const streamTransport = (stream: Socket | ServerResponse, framing: Framing): LineTransport => ({
  write: (frame, pieces) => {
    const bytes = framing.encode(frame)
    if (pieces === 'whole') return void stream.write(bytes)
    for (const piece of cutInTwo(bytes, pieces)) stream.write(piece)
  },
  end: () => stream.end(),
  destroy: () => stream.destroy(),
})

export const responseTransport = (response: ServerResponse): LineTransport => streamTransport(response, LINES)

/** A raw socket as a line. */
export function socketLine(socket: Socket, framing: Framing, open: (transport: LineTransport) => VenueLine): VenueLine {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  const line = open(streamTransport(socket, framing))
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const { frames, rest } = framing.decode(Buffer.concat([held, chunk]))
    held = Buffer.from(rest)
    for (const frame of frames) line.onFrame(frame)
  })
  return line
}
