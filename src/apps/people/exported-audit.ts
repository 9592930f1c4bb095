// Checks an exported audit trail without the house it came from.
import { createPublicKey } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AuditHead, AuditRecord } from '../../access/audit-entry.ts'
import { type AuditLine, readAuditLine } from '../../access/audit-export.ts'
import { AuditPublicKey } from '../../access/audit-key.ts'
import { type AuditVerdict, verifyAudit } from '../../access/audit-verify.ts'
import { Failure } from '../failure.ts'

export interface ExportVerdict extends AuditVerdict {
  /** Whose key the signatures were held against, in words, and which it is. */
  readonly trust: string
  readonly keyId: string
}

/** `key` is a file with a public key; without one that of `home` is taken, and without that the file's own. */
export async function verifyExport(
  path: string,
  { home, key }: { readonly home: string; readonly key?: string },
): Promise<ExportVerdict> {
  const { heads, keys, strange } = await aroundRecords(path)
  const { trust, believed } = trusted({ home, key, keys })
  const verdict = await verifyAudit({
    records: recordsOf(path),
    heads,
    keys: believed === undefined ? [] : [believed],
    sealed: true,
  })
  const faults = strange.map(line => ({ sequence: 0, fault: `line ${line} of the file is none of an export` }))
  return {
    ...verdict,
    whole: verdict.whole && strange.length === 0,
    faults: [...faults.slice(0, FAULTS_SHOWN), ...verdict.faults],
    trust,
    keyId: believed?.id ?? 'none',
  }
}

const FAULTS_SHOWN = 100

interface Around {
  readonly heads: readonly AuditHead[]
  readonly keys: readonly AuditPublicKey[]
  readonly strange: readonly number[]
}

/** The heads come after the records they are over, so the file is read twice rather than kept. */
async function aroundRecords(path: string): Promise<Around> {
  const heads: AuditHead[] = []
  const keys: AuditPublicKey[] = []
  const strange: number[] = []
  for await (const { line, number } of linesOf(path)) {
    if (line === undefined) strange.push(number)
    else if ('head' in line) heads.push(line.head)
    else if ('key' in line) keys.push(new AuditPublicKey(line.key.pem))
  }
  return { heads, keys, strange }
}

async function* recordsOf(path: string): AsyncGenerator<AuditRecord> {
  for await (const { line } of linesOf(path)) if (line !== undefined && 'record' in line) yield line.record
}

async function* linesOf(path: string): AsyncGenerator<{ readonly line: AuditLine | undefined; readonly number: number }> {
  let number = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (text.trim() !== '') yield { line: readAuditLine(text), number }
  }
}

function trusted({
  home,
  key,
  keys,
}: {
  readonly home: string
  readonly key: string | undefined
  readonly keys: Around['keys']
}): {
  readonly trust: string
  readonly believed: AuditPublicKey | undefined
} {
  if (key !== undefined) return { trust: `the key in ${key}`, believed: publicKey(key) }
  const own = houseKey(home)
  if (own !== undefined) return { trust: 'the key of the state folder', believed: own }
  return { trust: 'the key in the file itself: compare it with the one of the house', believed: keys[0] }
}

function publicKey(path: string): AuditPublicKey {
  const text = readFileSync(path, 'utf8')
  try {
    return publicOf(text)
  } catch {
    throw new Failure('USAGE_KEY', {
      message: `${path} is no public key`,
      fix: 'give the Ed25519 key in PEM; the first line of an export has it',
    })
  }
}

/** Never makes one: without a key there is nothing of this house to be checked. */
function houseKey(home: string): AuditPublicKey | undefined {
  try {
    return publicOf(readFileSync(join(home, 'keys', 'audit-key.pem'), 'utf8'))
  } catch {
    return undefined
  }
}

/** Of a private key too: its public half is in it. */
const publicOf = (pem: string): AuditPublicKey =>
  new AuditPublicKey(createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString())
