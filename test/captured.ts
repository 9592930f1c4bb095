// Runs captured sessions through a source's own conversations, in the order of their times.
import { readFileSync } from 'node:fs'
import type { Conversation } from '../src/connectivity/conversation.ts'
import { type FrameLine, parseFrameLine } from '../src/connectivity/frame-line.ts'
import type { CaptureReader } from '../src/connectivity/source.ts'
import { type Instrument, instrument } from '../src/domain/instrument.ts'
import type { InstrumentMeta } from '../src/domain/instrument-meta.ts'
import { NotedReactions } from './reactions.ts'

export interface Captured {
  readonly noted: NotedReactions
  readonly frames: number
}

/** `files` are one session: its frames, its HTTP replies, its instruments. What the conversations ask for is not answered. */
export function runCaptured(capture: CaptureReader, files: readonly string[]): Captured {
  const lines = files
    .flatMap(file => readFileSync(file, 'utf8').split('\n'))
    .map(text => parseFrameLine(text))
    .filter(line => line !== undefined)
    .sort((a, b) => a.time - b.time)

  const noted = new NotedReactions()
  const metas = new Map<string, InstrumentMeta>()
  const resolve = (symbol: string): Instrument => instrument(metas.get(symbol)!)
  let conversation: Conversation | undefined
  let frames = 0
  const take = (line: FrameLine): void => {
    if (line.kind === 'replied') {
      for (const meta of capture.instruments?.(line.url, line.body) ?? [])
        for (const { symbol } of [...meta.aliases, { symbol: meta.venueSymbol }]) metas.set(symbol, meta)
      const tag = capture.tagOf?.(line.url)
      if (tag !== undefined) conversation?.answer?.(tag, { status: 200, headers: {}, body: line.body }, line.time, noted)
    } else if (line.kind === 'opened') {
      conversation = capture.conversation(line.url, resolve)
      conversation?.open(line.time, noted)
    } else if (line.kind === 'sent') {
      conversation?.overhear?.(line.frame, line.time)
    } else if (line.kind === 'received') {
      frames += 1
      conversation?.receive(line.frame, line.time, noted)
    }
  }
  for (const line of lines) take(line)
  return { noted, frames }
}
