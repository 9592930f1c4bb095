// What a source needs to know of its owner, from the environment or the encrypted store, checked before anything is sent.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Credentials, findCredentials, requireUsable } from '../connectivity/credentials.ts'
import type { Environment, SourceDescriptor } from '../connectivity/source.ts'
import { openSecretStore } from './secret-store.ts'

interface Asked {
  readonly home: string
  readonly environment: Environment
  /** The process's own when not given. */
  readonly variables?: Readonly<Record<string, string | undefined>>
}

/** By variable. Throws SourceError SOURCE_KEY_MISSING with everything that is missing, KEY_REFUSED where live would be run with no real key. */
export async function sourceCredentials(source: SourceDescriptor, asked: Asked): Promise<Record<string, string>> {
  const { title, needs } = source
  return { ...requireUsable(lookAtCredentials(source, asked), { title, needs, environment: asked.environment }) }
}

/** What there is and what speaks against it, without refusing anything. */
export function lookAtCredentials(
  { needs }: SourceDescriptor,
  { home, environment, variables = process.env }: Asked,
): Credentials {
  // Who has no store is not given one for asking.
  const store = existsSync(join(home, 'secrets', 'secrets')) ? openSecretStore(home) : undefined
  return findCredentials(needs, { variables, environment, ...(store === undefined ? {} : { store }) })
}
