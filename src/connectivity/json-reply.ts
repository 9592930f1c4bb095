// The body of a reply as the JSON it should be, and the one error for a reply that is not what its source documents.
import { SourceError } from './source-error.ts'

/** `where` names the source and what was asked, without secrets: 'FRED CPIAUCSL'. */
export function schemaFailure(where: string, what: string): SourceError {
  return new SourceError('SOURCE_SCHEMA', {
    message: `${where}: the reply is not what the source documents: ${what}`,
    fix: 'nothing of it was kept; try again later, and if it stays so, the source has changed its format',
  })
}

/** The object in a body of UTF-8. Throws SourceError SOURCE_SCHEMA for anything else: a page, half a body, no text. */
export function jsonObject(bytes: Uint8Array, where: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw schemaFailure(where, `${bytes.length} bytes that are no whole JSON`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw schemaFailure(where, 'JSON, and no object')
}
