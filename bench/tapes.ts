// Captured sessions of a venue, ready to be decoded again and again: frames in order, snapshots, instruments.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { captureLines } from '../src/apps/capture/capture-files.ts'
import { CaptureInstruments } from '../src/apps/capture/capture-instruments.ts'
import { CaptureSession, CaptureTally, type Reply } from '../src/apps/capture/capture-session.ts'
import { survey } from '../src/apps/capture/capture-survey.ts'
import type { Frame, HttpReply } from '../src/connectivity/conversation.ts'
import type { FrameLine } from '../src/connectivity/frame-line.ts'
import type { SourceDescriptor } from '../src/connectivity/source.ts'
import { Digest } from '../src/domain/digest.ts'
import type { Micros } from '../src/domain/numbers.ts'

export interface Tape {
  readonly source: SourceDescriptor
  /** In order, each beginning with the line that opens its connection. */
  readonly lines: readonly FrameLine[]
  readonly replies: readonly Reply[]
  readonly instruments: CaptureInstruments
  /** HTTP replies of the session, with their addresses: instruments and snapshots. */
  readonly bodies: readonly Reply[]
  readonly frames: number
  readonly dataHash: string
}

export async function readTape(source: SourceDescriptor, paths: readonly string[]): Promise<Tape> {
  const instruments = new CaptureInstruments(source.name, new Map())
  const replies: Reply[] = []
  const lines: FrameLine[] = []
  const bodies: Reply[] = []
  const hash = createHash('sha256')
  for (const path of paths) {
    hash.update(basename(path)).update(readFileSync(path))
    await survey({ path, bytes: 0 }, source, { replies, instruments })
    for await (const batch of captureLines(path, () => undefined)) {
      for (const line of batch) {
        if (typeof line === 'string') continue
        if (line.kind === 'replied') bodies.push(line)
        else lines.push(line)
      }
    }
  }
  replies.sort((a, b) => a.time - b.time)
  const frames = lines.filter(({ kind }) => kind === 'received').length
  return { source, lines, replies, instruments, bodies, frames, dataHash: hash.digest('hex') }
}

/** What happens to a conversation, in order. */
export type Step =
  | { readonly kind: 'open'; readonly url: string; readonly now: Micros }
  | { readonly kind: 'sent'; readonly frame: Frame; readonly now: Micros }
  | { readonly kind: 'answer'; readonly url: string; readonly reply: HttpReply; readonly now: Micros }
  | { readonly kind: 'frame'; readonly frame: Frame; readonly now: Micros }

/** The tape with each snapshot where it came. */
export function stepsOf(tape: Tape): readonly Step[] {
  const steps: Step[] = []
  let next = 0
  for (const line of tape.lines) {
    const now = line.time
    if (line.kind === 'opened') steps.push({ kind: 'open', url: line.url, now })
    if (line.kind === 'sent') steps.push({ kind: 'sent', frame: line.frame, now })
    if (line.kind !== 'received') continue
    for (; next < tape.replies.length && tape.replies[next]!.time <= now; next++) {
      const { url, body } = tape.replies[next]!
      steps.push({ kind: 'answer', url, reply: { status: 200, headers: {}, body }, now })
    }
    steps.push({ kind: 'frame', frame: line.frame, now })
  }
  return steps
}

/** What decoding the tape gives: every fact's kind, place and figures. */
export function answerOf(tape: Tape): { readonly hash: string; readonly tally: CaptureTally } {
  const digest = new Digest()
  const tally = new CaptureTally()
  const session = new CaptureSession({
    source: tape.source,
    resolve: symbol => tape.instruments.resolve(symbol),
    replies: tape.replies,
    tally,
    onFact: event => {
      digest.text(JSON.stringify(event, (key, value) => (key === 'provenance' ? undefined : value)))
    },
  })
  for (const line of tape.lines) session.line(line, undefined)
  return { hash: digest.hex, tally }
}
