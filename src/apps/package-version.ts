// What is installed: the version of package.json.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export function packageVersion(): string {
  known ??= (JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }).version
  return known
}

let known: string | undefined
