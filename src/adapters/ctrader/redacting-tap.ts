// What the recorder sees: the venue repeats the access token in its list of accounts, and that must not be recorded.
import type { Frame } from '../../connectivity/conversation.ts'
import type { FrameTap } from '../../connectivity/frame-line.ts'

/** Tokens of before may still be on their way when a new one is known. */
const REMEMBERED = 4

/** `secret` is asked at every frame, and what it said before is looked for too. Stars keep the length, so that bytes stay readable. */
export function redactingTap(tap: FrameTap, secret: () => string): FrameTap {
  const secrets: string[] = []
  const clean = (frame: Frame): Frame => {
    const latest = secret()
    if (latest !== '' && !secrets.includes(latest)) {
      secrets.push(latest)
      if (secrets.length > REMEMBERED) secrets.shift()
    }
    return secrets.reduce(without, frame)
  }
  return {
    opened: (url, now) => tap.opened(url, now),
    sent: (url, now, frame) => tap.sent(url, now, clean(frame)),
    received: (url, now, frame) => tap.received(url, now, clean(frame)),
    replied: (url, now, body) => tap.replied(url, now, clean(body) as string),
  }
}

function without(frame: Frame, secret: string): Frame {
  if (typeof frame === 'string') return frame.includes(secret) ? frame.replaceAll(secret, '*'.repeat(secret.length)) : frame
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  let at = bytes.indexOf(secret)
  if (at < 0) return frame
  const copy = Buffer.from(bytes)
  for (; at >= 0; at = copy.indexOf(secret, at)) copy.fill('*', at, at + secret.length)
  return copy
}
