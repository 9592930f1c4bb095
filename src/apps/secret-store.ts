// The encrypted store of keys of one state folder.
import { join } from 'node:path'
import { openSecretBox } from '../connectivity/secret-box.ts'
import { SecretStore } from '../connectivity/secret-store.ts'

/** Its key is QUADRANT_SECRET_KEY, or a key file beside it that is made at the first use. Throws SourceError SECRET_KEY_… */
export function openSecretStore(home: string): SecretStore {
  const folder = join(home, 'secrets')
  const box = openSecretBox({ secretKey: process.env['QUADRANT_SECRET_KEY'], keyFile: join(folder, 'key') })
  return new SecretStore({ folder, box })
}
