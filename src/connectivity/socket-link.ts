// A raw socket as a link: how it is opened, watched and closed, whatever its messages look like.
import type { Socket } from 'node:net'
import { cancelled, connectionFailure, tooSlow } from './connection-failure.ts'
import type { Frame } from './conversation.ts'
import type { Link, LinkEvents, OpenLink } from './link.ts'
import type { Address } from './network.ts'
import { SourceError } from './source-error.ts'

/** How messages lie in the stream of bytes. A new one for each connection. */
export interface FrameCodec {
  /** The messages that this chunk completes. Throws SourceError where the stream cannot be understood any more. */
  decode(chunk: Uint8Array): Iterable<Frame>
  encode(frame: Frame): Uint8Array
}

export interface SocketLinkParts {
  readonly target: Address
  /** A connecting socket, TLS or plain. */
  readonly dial: () => Socket
  /** The event that says it stands: `secureConnect` or `connect`. */
  readonly standing: 'secureConnect' | 'connect'
  readonly handshakeMillis: number
  readonly codec: () => FrameCodec
}

/** What may wait unsent before the other end is taken for dead. */
export const UNSENT_BYTES_MAX = 1 << 20

export function socketLink({ target, dial, standing, handshakeMillis, codec }: SocketLinkParts): OpenLink {
  const where = `${target.host}:${target.port}`

  return (events, signal) => {
    if (signal.aborted) return Promise.reject(cancelled(where))
    return new Promise((resolve, reject) => {
      const socket = dial()
      const timer = setTimeout(() => fail(tooSlow(where, `no connection within ${handshakeMillis} ms`)), handshakeMillis)
      const settle = () => {
        clearTimeout(timer)
        socket.removeAllListeners(standing).off('error', failed).off('close', gone)
        signal.removeEventListener('abort', abort)
      }
      const fail = (error: SourceError) => {
        settle()
        // A socket that is destroyed may have one more word to say.
        socket.on('error', () => undefined).destroy()
        reject(error)
      }
      const failed = (error: Error) => fail(connectionFailure(error, where))
      const gone = () => fail(connectionFailure(new Error('closed before it stood'), where))
      const abort = () => fail(cancelled(where))

      signal.addEventListener('abort', abort)
      socket.on('error', failed).on('close', gone)
      // The link listens before anybody waits: an error that nobody hears ends the process.
      socket.on(standing, () => {
        settle()
        resolve(linkOf(socket, { events, codec: codec(), where }))
      })
    })
  }
}

interface Linking {
  readonly events: LinkEvents
  readonly codec: FrameCodec
  readonly where: string
}

function linkOf(socket: Socket, { events, codec, where }: Linking): Link {
  socket.setNoDelay(true)
  let open = true
  const end = (reason: string, error?: SourceError) => {
    if (!open) return
    open = false
    socket.destroy()
    events.closed(reason, error)
  }

  socket.on('data', chunk => {
    try {
      for (const frame of codec.decode(chunk)) {
        if (!open) return
        events.frame(frame)
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      end(error.message, error)
    }
  })
  socket.on('error', error => end(error.message, connectionFailure(error, where)))
  socket.on('close', () => end('the other end closed the connection'))

  return {
    send(frame) {
      if (!open) return
      try {
        socket.write(codec.encode(frame))
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        return end(error.message, error)
      }
      if (socket.writableLength > UNSENT_BYTES_MAX) end('what is sent is not taken', unsent(where))
    },
    close() {
      if (!open) return
      open = false
      // The goodbye is a courtesy: a second is given to it.
      const timer = setTimeout(() => socket.destroy(), 1000)
      socket.on('close', () => clearTimeout(timer)).end(() => socket.destroy())
    },
  }
}

export function unsent(where: string): SourceError {
  return new SourceError('LINK_OVERFLOW', {
    message: `${where} does not take what is sent: more than ${UNSENT_BYTES_MAX} bytes wait`,
    fix: 'nothing, if it passes: the connection is renewed; else check the connection to the internet',
    passing: true,
  })
}
