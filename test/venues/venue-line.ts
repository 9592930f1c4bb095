// The venue's end of one connection: whole messages in and out, with the faults that any protocol can suffer.
import type { Frame } from '../../src/connectivity/conversation.ts'
import { type Fault, type FrameFault, isFrameFault } from './fault.ts'

/** How messages travel on this connection: WebSocket messages, lines, length-prefixed bytes. */
export interface LineTransport {
  /** `pieces` are written one after the other, so that the other end sees a message arrive in parts. */
  write(frame: Frame, pieces: 'whole' | 'fragmented' | 'split-utf8'): void
  /** Says goodbye where the protocol has a word for it: WebSocket close code. */
  end(code?: number, reason?: string): void
  destroy(): void
}

export class VenueLine {
  /** Counts the connections of one server. */
  readonly id: number
  readonly host: string
  /** Path and query of the request that opened it; empty for raw sockets. */
  readonly path: string
  onFrame: (frame: Frame) => void = () => {}
  onClose: () => void = () => {}
  #open = true
  readonly #transport: LineTransport
  readonly #faults: FrameFaults

  constructor(id: number, where: { host: string; path: string }, transport: LineTransport, faults: FrameFaults) {
    this.id = id
    this.host = where.host
    this.path = where.path
    this.#transport = transport
    this.#faults = faults
  }

  get open(): boolean {
    return this.#open
  }

  /** Market data: what armed faults hit. */
  send(frame: Frame): void {
    if (this.#open) this.#faults.pass(frame, this)
  }

  /** Replies to what the client asked, heartbeats, greetings: never hit by the frame faults. */
  reply(frame: Frame): void {
    this.deliver(frame, 'whole')
  }

  deliver(frame: Frame, pieces: 'whole' | 'fragmented' | 'split-utf8'): void {
    if (this.#open) this.#transport.write(frame, pieces)
  }

  /** Ends the connection from the venue's side. */
  close(code?: number, reason?: string): void {
    if (this.#open) this.#transport.end(code, reason)
  }

  destroy(): void {
    this.#transport.destroy()
  }

  /** Called by the server when the socket is gone. */
  gone(): void {
    if (!this.#open) return
    this.#open = false
    this.onClose()
  }
}

/** 17 MB: above every sensible limit of one message. */
const HUGE = 17_000_000

/** Faults waiting for the next messages of whatever connection. */
export class FrameFaults {
  /** What a huge message looks like; protocols that are not JSON give their own. */
  huge: (bytes: number) => Frame = bytes => `{"filler":"${'x'.repeat(bytes)}"}`
  /** What cannot be read. */
  garbage: Frame = '{"broken":'
  readonly #armed: FrameFault[] = []
  #held: { frame: Frame; line: VenueLine } | undefined

  arm(fault: Fault): boolean {
    const { kind, count = 1 } = fault
    if (!isFrameFault(kind)) return false
    for (let i = 0; i < count; i++) this.#armed.push(kind)
    return true
  }

  heal(): void {
    this.#armed.length = 0
    this.#release()
  }

  pass(frame: Frame, line: VenueLine): void {
    const fault = this.#held === undefined ? this.#armed.shift() : undefined
    switch (fault) {
      case 'drop':
        return
      case 'reorder':
        this.#held = { frame, line }
        return
      case 'duplicate':
        line.deliver(frame, 'whole')
        break
      case 'huge-frame':
        line.deliver(this.huge(HUGE), 'whole')
        break
      case 'garbage':
        line.deliver(this.garbage, 'whole')
        break
      case 'fragmented':
      case 'split-utf8':
        line.deliver(frame, fault)
        return
    }
    line.deliver(frame, 'whole')
    this.#release()
  }

  #release(): void {
    const held = this.#held
    this.#held = undefined
    held?.line.deliver(held.frame, 'whole')
  }
}

/** Cuts bytes in two: in the middle, or inside of the first character of more than one byte where there is one. */
export function cutInTwo(bytes: Uint8Array, where: 'fragmented' | 'split-utf8'): [Uint8Array, Uint8Array] {
  const inside = where === 'split-utf8' ? bytes.findIndex(byte => byte >= 0xc0) + 1 : 0
  const at = inside > 0 ? inside : Math.floor(bytes.length / 2)
  return [bytes.subarray(0, at), bytes.subarray(at)]
}
