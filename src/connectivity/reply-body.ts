// The body of an HTTP reply: read within bounds, unpacked within bounds, and looked at before anybody parses it.
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { connectionFailure } from './connection-failure.ts'
import { SourceError } from './source-error.ts'

const gunzipped = promisify(gunzip)

export interface BodyBounds {
  readonly maxBytes: number
  readonly where: string
}

/** Throws SourceError SOURCE_REPLY_TOO_LARGE as soon as it is known. */
export async function readBody(body: AsyncIterable<Uint8Array>, { maxBytes, where }: BodyBounds): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > maxBytes) throw tooLarge(where, maxBytes)
    pieces.push(piece)
  }
  return Buffer.concat(pieces, length)
}

interface Packed extends BodyBounds {
  readonly headers: Readonly<Record<string, string>>
}

/** Undoes gzip, the one packing that is asked for; a small file that unpacks to a huge one is refused. */
export async function unpacked(bytes: Uint8Array, { headers, maxBytes, where }: Packed): Promise<Uint8Array> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || encoding === '') return bytes
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw connectionFailure(new Error(`it is packed as ${encoding}`), where)
  try {
    return await gunzipped(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(where, maxBytes)
    throw connectionFailure(error, where)
  }
}

interface Expected {
  readonly expect: 'json' | 'text' | 'bytes'
  readonly headers: Readonly<Record<string, string>>
  readonly where: string
}

/** The body as it is. Throws SourceError SOURCE_NOT_JSON or SOURCE_PAGE where it is not what was to come. */
export function checkedBody(bytes: Uint8Array, { expect, headers, where }: Expected): Uint8Array {
  const type = (headers['content-type'] ?? '').toLowerCase()
  const start = firstText(bytes)
  const isPage = /\bhtml\b/.test(type) || /^<(?:!doctype html|html)/i.test(start)

  if (expect === 'json') {
    if (isPage || !/^[{["\-0-9tfn]/.test(start)) throw notJson(where, start)
  } else if (isPage) {
    throw new SourceError('SOURCE_PAGE', {
      message: `${where} sent a web page where data was due: ${excerpt(start)}`,
      fix: 'check the status page of the source; a portal of the local network may stand in between',
      passing: true,
    })
  }
  return bytes
}

/** The beginning without a byte order mark and white space. */
function firstText(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 256))
    .toString('utf8')
    .replace(/^\uFEFF?\s*/, '')
}

function notJson(where: string, start: string): SourceError {
  return new SourceError('SOURCE_NOT_JSON', {
    message: `${where} did not answer with JSON but with: ${excerpt(start)}`,
    fix: 'check the status page of the source; a portal of the local network may stand in between',
    passing: true,
  })
}

const excerpt = (start: string): string => (start === '' ? 'nothing' : JSON.stringify(start.slice(0, 60)))

function tooLarge(where: string, maxBytes: number): SourceError {
  return new SourceError('SOURCE_REPLY_TOO_LARGE', {
    message: `the reply of ${where} is larger than the ${maxBytes} bytes that are taken`,
    fix: 'ask for less at once',
    passing: true,
  })
}
