// The text of a source file, or in one sentence why it cannot be read as one.

import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import type { Language } from '../program/program.ts'
import { languageOfName, languageOfScript } from './source-files.ts'

/** Nobody writes a file this long by hand, and no tool that does belongs into a review. */
const BYTES_MAX = 4 * 2 ** 20

/** A line that no person wrote. */
const LINE_MAX = 5_000

export type SourceText =
  | { readonly kind: 'text'; readonly text: string; readonly language: Language }
  | { readonly kind: 'unreadable'; readonly why: string }
  /** Minified or bundled: what it was made from is the source. */
  | { readonly kind: 'generated'; readonly why: string }

/** How bundles are called, and where they lie. */
const BUNDLE =
  /[.-](?:min|bundle|chunk|umd|iife|prod)\.[cm]?js$|[\\/](?:dist|build|out|public|static|assets|vendor|bundles?)[\\/]/

/** A file that was named on the command line is never taken for generated. */
export function sourceText({ path, isGiven }: { readonly path: string; readonly isGiven: boolean }): SourceText {
  const bytes = bytesOf(path)
  if (typeof bytes === 'string') return { kind: 'unreadable', why: bytes }
  const language = languageOfName(path) ?? languageOfScript(bytes.toString('latin1', 0, 128))

  if (language === undefined) {
    return { kind: 'unreadable', why: 'neither its name nor its first line says that it is TypeScript, JavaScript or Python' }
  }
  if (bytes.includes(0)) return { kind: 'unreadable', why: 'it is binary: it has bytes of value 0' }
  if (!isUtf8(bytes)) return { kind: 'unreadable', why: 'it is not UTF-8' }

  // A mark of the byte order is no part of the program.
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  const generated = isGiven || !BUNDLE.test(path) || language !== 'javascript' ? undefined : minified(text)
  return generated === undefined ? { kind: 'text', text, language } : { kind: 'generated', why: generated }
}

/** The bytes, or why there are none. */
function bytesOf(path: string): Buffer | string {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) return 'it is no file: a pipe, a socket or a device'
    if (stats.size > BYTES_MAX) return `it is longer than ${BYTES_MAX / 2 ** 20} MB (${(stats.size / 2 ** 20).toFixed(1)} MB)`
    return readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM' ? 'the system does not let it be read' : `it cannot be opened: ${message}`
  }
}

/** By what it looks like: almost all of it in lines that no person wrote. */
function minified(text: string): string | undefined {
  const long = text.split('\n').filter(line => line.length > LINE_MAX)
  const inLong = long.reduce((sum, line) => sum + line.length, 0)
  return inLong > text.length / 2 ? `minified: lines of more than ${LINE_MAX} characters; its source is what counts` : undefined
}
