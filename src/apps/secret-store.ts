// The encrypted store of keys of one state folder.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openSecretBox } from '../connectivity/secret-box.ts'
import { SecretStore } from '../connectivity/secret-store.ts'

/** Its key is QUADRANT_SECRET_KEY, or a key file beside it that is made at the first use. Throws SourceError SECRET_KEY_… */
export function openSecretStore(home: string): SecretStore {
  const folder = join(home, 'secrets')
  const box = openSecretBox({ secretKey: process.env['QUADRANT_SECRET_KEY'], keyFile: join(folder, 'key') })
  return new SecretStore({ folder, box })
}

/** All that is stored, by name; nothing is made where there is no store. Throws SourceError SECRET_KEY_…, SECRET_DAMAGED. */
export function storedSecrets(home: string): Readonly<Record<string, string>> {
  if (!existsSync(join(home, 'secrets', 'secrets'))) return {}
  const store = openSecretStore(home)
  return Object.fromEntries(store.names().map(name => [name, store.get(name) ?? '']))
}
