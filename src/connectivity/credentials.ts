// What a source needs to know of its owner: found in the environment or the encrypted store, and looked at before it is used.
import { checkKey, type KeyStatus, keyMark, REFUSED_LIVE } from './key-check.ts'
import type { SecretStore } from './secret-store.ts'
import type { Environment, Need } from './source.ts'
import { SourceError } from './source-error.ts'

export interface CredentialFinding {
  readonly variable: string
  readonly from: 'environment' | 'store' | 'nowhere'
  /** `missing` only for what is not optional. */
  readonly status: KeyStatus | 'missing' | 'absent'
  readonly evidence: readonly string[]
  /** Eight digits of its SHA-256 and its last two characters; of what is not secret, itself. Empty where there is none. */
  readonly mark: string
}

export interface Credentials {
  /** By `Need.variable`, white space around them taken away. */
  readonly values: Readonly<Record<string, string>>
  readonly findings: readonly CredentialFinding[]
}

export interface CredentialPlaces {
  /** process.env, handed in by who may read it. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly store?: SecretStore
  readonly environment: Environment
}

/** The environment is asked first. Nothing is refused here: `requireUsable` does that. */
export function findCredentials(needs: readonly Need[], { variables, store, environment }: CredentialPlaces): Credentials {
  const values: Record<string, string> = {}
  const findings = needs.map((need): CredentialFinding => {
    const { variable, secret, optional = false } = need
    const named = variables[variable]
    const stored = named === undefined || named === '' ? store?.get(variable) : undefined
    const value = stored ?? named ?? ''
    if (value.trim() === '') {
      const status = optional ? 'absent' : 'missing'
      return { variable, from: 'nowhere', status, evidence: [], mark: '' }
    }
    values[variable] = value.trim()
    const mark = secret ? keyMark(value.trim()) : value.trim()
    return { variable, from: stored === undefined ? 'environment' : 'store', mark, ...checkKey(need, value, environment) }
  })
  return { values, findings: findings.map(finding => withTwins(finding, needs, values)) }
}

/** Throws SourceError SOURCE_KEY_MISSING with everything that is missing, KEY_REFUSED with every key that cannot be real in a live environment. */
export function requireUsable(
  { values, findings }: Credentials,
  { title, needs, environment }: { readonly title: string; readonly needs: readonly Need[]; readonly environment: Environment },
): Readonly<Record<string, string>> {
  const missing = findings.filter(({ status }) => status === 'missing').map(({ variable }) => variable)
  if (missing.length > 0) {
    const whats = missing.map(variable => `${variable} (${needs.find(need => need.variable === variable)?.what})`)
    throw new SourceError('SOURCE_KEY_MISSING', {
      message: `${title} needs ${whats.join(' and ')}`,
      fix: `set ${missing.length === 1 ? 'it' : 'them'} in the environment, or once with: quadrant secrets set ${missing[0]}`,
    })
  }
  const refused = environment === 'live' ? findings.filter(({ status }) => REFUSED_LIVE.has(status as KeyStatus)) : []
  if (refused.length === 0) return values
  const reasons = refused.map(({ variable, status, evidence }) => `${variable} is a ${status} key: ${evidence.join(', ')}`)
  throw new SourceError('KEY_REFUSED', {
    message: `${title} would be run live with keys that cannot be meant for it. ${reasons.join('. ')}`,
    fix: 'give the real keys, or set environment: practice',
  })
}

/** Two secrets of one source that are the same were both typed to fill a field. */
function withTwins(
  finding: CredentialFinding,
  needs: readonly Need[],
  values: Readonly<Record<string, string>>,
): CredentialFinding {
  const value = values[finding.variable]
  const isSecret = needs.some(need => need.secret && need.variable === finding.variable)
  if (value === undefined || !isSecret) return finding
  const twin = needs.find(need => need.variable !== finding.variable && values[need.variable] === value)
  if (twin === undefined) return finding
  return { ...finding, status: 'placeholder', evidence: [...finding.evidence, `it is the same as ${twin.variable}`] }
}
