// Whose client certificates count: the operator's authorities, else those of this state folder once one was issued.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientCertificates as Believed } from '../../adapters/gateway/options.ts'
import { ClientCertificates } from '../../operations/client-certificates.ts'

/** Undefined where nobody is asked for one. */
export async function clientAuthorities(
  home: string,
  { authorities, now }: { readonly authorities: string | undefined; readonly now: () => number },
): Promise<Believed | undefined> {
  if (authorities !== undefined) return { authorities, required: false }
  const folder = join(home, 'certificates')
  if (!existsSync(join(folder, 'client-authority.pem'))) return undefined
  const clients = await ClientCertificates.open(folder, now)
  return { authorities: clients.authority, revoked: await clients.list(), required: false }
}
