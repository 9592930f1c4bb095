// Raw frames as lines of text: what the recorder writes and `data import capture` reads, the format of public captures.

import { type Micros, micros } from '../domain/numbers.ts'
import type { Frame } from './conversation.ts'

/** Sees raw traffic as it is, with our clock. Must not throw and must not wait. */
export interface FrameTap {
  opened(url: string, now: Micros): void
  sent(url: string, now: Micros, frame: Frame): void
  received(url: string, now: Micros, frame: Frame): void
  replied(url: string, now: Micros, body: string): void
}

export type FrameLine =
  | { readonly kind: 'opened'; readonly url: string; readonly time: Micros }
  | { readonly kind: 'sent'; readonly url: string; readonly time: Micros; readonly frame: Frame }
  | { readonly kind: 'received'; readonly time: Micros; readonly frame: Frame }
  | { readonly kind: 'replied'; readonly url: string; readonly time: Micros; readonly body: string }

/** What no text line can hold as it is: bytes, or text with a line break. */
const ENCODED = 'base64:'
const ENCODED_TEXT = 'base64-text:'

/** `<seconds>: <frame>`, `<url> <-> <seconds>`, `<url> <- <seconds>: <sent>`, `<url> -> <seconds>: <reply>`; no line break at its end. */
export function formatFrameLine(line: FrameLine): string {
  const time = seconds(line.time)
  switch (line.kind) {
    case 'opened':
      return `${line.url} <-> ${time}`
    case 'sent':
      return `${line.url} <- ${time}: ${encoded(line.frame)}`
    case 'received':
      return `${time}: ${encoded(line.frame)}`
    case 'replied':
      return `${line.url} -> ${time}: ${encoded(line.body)}`
  }
}

const LINE = /^(?:(?<url>\S+) (?<way><->|<-|->) )?(?<time>\d+(?:\.\d+)?)(?:: (?<body>.*))?$/s

/** Undefined when the text is no such line. */
export function parseFrameLine(text: string): FrameLine | undefined {
  const match = LINE.exec(text)?.groups
  if (match === undefined) return undefined
  const { url = '', way, body } = match
  const time = microsOf(match.time ?? '')
  if (time === undefined) return undefined
  if (way === '<->') return body === undefined ? { kind: 'opened', url, time } : undefined
  if (body === undefined) return undefined
  if (way === '<-') return { kind: 'sent', url, time, frame: decoded(body) }
  if (way === '->') {
    const reply = decoded(body)
    return typeof reply === 'string' ? { kind: 'replied', url, time, body: reply } : undefined
  }
  return { kind: 'received', time, frame: decoded(body) }
}

/** Cut to microseconds: more is not kept in our times, and floats are not asked. */
function microsOf(text: string): Micros | undefined {
  const [whole = '', fraction = ''] = text.split('.')
  const time = Number(`${whole}${fraction.slice(0, 6).padEnd(6, '0')}`)
  return Number.isSafeInteger(time) ? micros(time) : undefined
}

function seconds(time: Micros): string {
  const whole = Math.floor(time / 1_000_000)
  return `${whole}.${String(time - whole * 1_000_000).padStart(6, '0')}`
}

function encoded(frame: Frame): string {
  if (typeof frame !== 'string') return `${ENCODED}${Buffer.from(frame).toString('base64')}`
  const needs = /[\r\n]/.test(frame) || frame.startsWith(ENCODED) || frame.startsWith(ENCODED_TEXT)
  return needs ? `${ENCODED_TEXT}${Buffer.from(frame, 'utf8').toString('base64')}` : frame
}

function decoded(text: string): Frame {
  if (text.startsWith(ENCODED_TEXT)) return Buffer.from(text.slice(ENCODED_TEXT.length), 'base64').toString('utf8')
  if (text.startsWith(ENCODED)) return Buffer.from(text.slice(ENCODED.length), 'base64')
  return text
}
