// What JSON.parse would let through in silence: a key twice in one object, and nesting without end.
import type { FastifyInstance } from 'fastify'
import { Refusal } from './refusal.ts'

const DEPTH_MAX = 20

/** Why a text is refused before it is parsed; undefined when nothing is wrong, or so wrong that the parser will say so. */
export function faultOfJson(text: string): string | undefined {
  // One set of keys for each open object, undefined for each open array.
  const open: (Set<string> | undefined)[] = []

  for (let at = 0; at < text.length; at++) {
    const character = text[at]

    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined)
      if (open.length > DEPTH_MAX) return `is nested deeper than ${DEPTH_MAX} levels`
    } else if (character === '}' || character === ']') {
      open.pop()
    } else if (character === '"') {
      const end = endOfString(text, at)
      const keys = open.at(-1)
      if (keys !== undefined && isKey(text, end)) {
        const key = keyOf(text.slice(at, end + 1))
        if (keys.has(key)) return `says ${JSON.stringify(key.slice(0, 40))} twice`
        keys.add(key)
      }
      at = end
    }
  }
  return undefined
}

/** Where the string that opens at `start` closes; the end of the text when it never does. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

/** A string is a key when a colon follows it. */
function isKey(text: string, end: number): boolean {
  let at = end + 1
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return text[at] === ':'
}

/** As it is meant: "\u0061" is the key a. */
function keyOf(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}

/** Bodies are JSON and nothing else, parsed once, with nothing in them that changes what objects are. */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    if (text === '') return done(null, undefined)
    const fault = faultOfJson(text)
    if (fault !== undefined) return done(invalid(`The body ${fault}.`))
    return parse(request, text, done)
  })

  app.addHook('onRequest', async ({ headers }) => {
    if (headers['content-encoding'] !== undefined) throw compressed()
  })
}

const invalid = (message: string): Refusal =>
  new Refusal(400, 'REQUEST_INVALID', { message, fix: 'Send plain JSON; see /api/docs for its form.' })

const compressed = (): Refusal =>
  new Refusal(415, 'MEDIA_TYPE_REFUSED', {
    message: 'Compressed bodies are not taken.',
    fix: 'Send the JSON as it is, without Content-Encoding.',
  })
