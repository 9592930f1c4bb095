// Secrets taken out of whatever is shown, logged or recorded.
import type { Frame } from './conversation.ts'

const STARS = '***'

export function redactedText(text: string, secrets: readonly string[] = []): string {
  let clean = text
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, STARS)
  return clean
}

export function redactedFrame(frame: Frame, secrets: readonly string[] = []): Frame {
  if (typeof frame === 'string') return redactedText(frame, secrets)
  if (secrets.length === 0) return frame
  // Latin-1 maps every byte to one character and back, so bytes around a secret stay as they are.
  const latin = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
  return Buffer.from(redactedText(Buffer.from(frame).toString('latin1'), secrets.map(latin)), 'latin1')
}
