// What a source needs to know of its owner, from the environment or the encrypted store, checked before anything is sent.
import type { Environment, SourceDescriptor } from '../connectivity/source.ts'
import { Failure } from './failure.ts'

/** By variable. Throws Failure SOURCE_KEY_MISSING with everything that is missing. */
export async function sourceCredentials(
  { name, title, needs }: SourceDescriptor,
  _of: { readonly home: string; readonly environment: Environment },
): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const missing: string[] = []
  for (const { variable, what, optional } of needs) {
    const value = process.env[variable]
    if (value !== undefined && value !== '') found[variable] = value
    else if (optional !== true) missing.push(`${variable} (${what})`)
  }
  if (missing.length === 0) return found
  throw new Failure('SOURCE_KEY_MISSING', {
    message: `${title} needs ${missing.join(' and ')}`,
    fix: `set ${missing.length === 1 ? 'it' : 'them'} in the environment, or take ${name} out of the configuration`,
  })
}
