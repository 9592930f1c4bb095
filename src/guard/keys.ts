// Every key that a run could use, looked at before anybody is asked: present, and none that was never given to anyone.
import type { CredentialFinding } from '../connectivity/credentials.ts'
import { checkKey, type KeyFinding, type KeyRule, type KeyStatus, keyFingerprint, keyMark } from '../connectivity/key-check.ts'
import type { Environment, Need } from '../connectivity/source.ts'
import type { Fault, Verdict } from './fault.ts'
import { type KeyProvider, type KeyRole, keyRole, providerOf } from './key-providers.ts'

/** Beyond what a key looks like: what its provider said of it when it was asked. */
export type JudgedStatus = KeyStatus | 'missing' | 'valid' | 'invalid' | 'insufficient-scope' | 'rate-limited'

export interface JudgedKey {
  readonly variable: string
  /** Whose it is: 'oanda'. */
  readonly source: string
  readonly from: CredentialFinding['from']
  readonly status: JudgedStatus
  readonly rule: KeyRule | 'reuse' | 'absence' | 'probe'
  /** In words, without the key. */
  readonly evidence: readonly string[]
  /** Eight digits of its SHA-256; its last two characters with them where it has 16 and more. Empty where there is none. */
  readonly fingerprint: string
}

export interface NeedingSource {
  readonly name: string
  readonly title: string
  readonly needs: readonly Need[]
  /** Named by the configuration: what it needs must be there. Else what is there is judged, and the rest is worth a word. */
  readonly isRequired: boolean
}

export interface KeyFacts {
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The encrypted store by name. */
  readonly stored: Readonly<Record<string, string>>
  /** All sources that there are. */
  readonly sources: readonly NeedingSource[]
  readonly environment: Environment
  /** Milliseconds of the epoch, for keys that expire. */
  readonly now: number
}

export interface KeyVerdict extends Verdict {
  readonly keys: readonly JudgedKey[]
}

interface Candidate {
  readonly variable: string
  readonly value: string
  readonly from: 'environment' | 'store'
  readonly provider: KeyProvider
  readonly role: KeyRole
  readonly need: Need
}

export function keyVerdict(facts: KeyFacts): KeyVerdict {
  const candidates = candidatesOf(facts)
  const judged = candidates.map(candidate => ({
    candidate,
    finding: checkKey(candidate.need, candidate.value, facts.environment, facts.now),
  }))
  const told = judged.map(({ candidate, finding }) => keyRemark(candidate, finding, facts.environment))
  const plausible = judged.filter((_, index) => told[index]?.kind !== 'fault').map(({ candidate }) => candidate)
  const reused = reuseFaults(plausible)
  const missing = missingKeys(facts)

  return {
    keys: [
      ...judged.map(({ candidate, finding }): JudgedKey => {
        const twin = reused.find(({ variables }) => variables.includes(candidate.variable))
        const own = { variable: candidate.variable, source: candidate.provider.name, from: candidate.from }
        const fingerprint = keyMark(candidate.value.trim())
        if (twin !== undefined) return { ...own, fingerprint, status: 'placeholder', rule: 'reuse', evidence: [twin.evidence] }
        return { ...own, fingerprint, ...finding }
      }),
      ...missing.map(({ need, source }): JudgedKey => {
        const evidence = [`${source.title} needs ${need.what}`]
        return {
          variable: need.variable,
          source: source.name,
          from: 'nowhere',
          status: 'missing',
          rule: 'absence',
          evidence,
          fingerprint: '',
        }
      }),
    ],
    faults: [
      ...told.flatMap(remark => (remark?.kind === 'fault' ? [remark.fault] : [])),
      ...reused.map(({ fault }) => fault),
      ...missing.filter(({ source }) => source.isRequired).map(missingFault),
    ],
    warnings: [
      ...told.flatMap(remark => (remark?.kind === 'warning' ? [remark.fault] : [])),
      ...missing.filter(({ source }) => !source.isRequired).map(missingFault),
    ],
  }
}

/** The values that must appear nowhere: for whoever looks whether they do. */
export const secretValues = (facts: KeyFacts): readonly string[] =>
  candidatesOf(facts).flatMap(({ value, need }) => (need.secret && value.trim().length >= 8 ? [value.trim()] : []))

function candidatesOf({ variables, stored, sources }: KeyFacts): readonly Candidate[] {
  const needs = new Map(sources.flatMap(source => source.needs.map(need => [need.variable, need] as const)))
  const all = [
    ...Object.entries(variables).map(([variable, value]) => ({ variable, value: value ?? '', from: 'environment' as const })),
    ...Object.entries(stored)
      .filter(([variable]) => (variables[variable] ?? '') === '')
      .map(([variable, value]) => ({ variable, value, from: 'store' as const })),
  ]
  return all.flatMap(({ variable, value, from }): Candidate[] => {
    if (value.trim() === '') return []
    const provider = providerOf(variable)
    const known = needs.get(variable)
    const role = keyRole(variable) ?? (known?.secret === true ? 'secret' : known === undefined ? undefined : 'account')
    const password = passwordIn(variable, value)
    if (password !== undefined)
      return [{ variable, from, value: password, provider: provider ?? ELSE, role: 'passphrase', need: PASSWORD(variable) }]
    if (provider === undefined || role === undefined || /^[~./\w -]*[/\\].*\.(?:pem|key|crt|p8|p12|json|txt)$/.test(value))
      return []
    if (known !== undefined && !known.secret && known.pattern === undefined && /KEY$|CERTIFICATE$/.test(variable)) return []
    return [{ variable, value, from, provider, role, need: known ?? needOf(variable, provider, role) }]
  })
}

/** A password within an address is a key as well: 'postgres://quadrant:PASSWORD@db/quadrant'. */
function passwordIn(variable: string, value: string): string | undefined {
  if (!/^(?:DATABASE|REDIS|POSTGRES|QUADRANT|KAFKA|AMQP|RABBITMQ)[A-Z_]*UR[LI]$/.test(variable.toUpperCase())) return undefined
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:([^/?#]+)@/i.exec(value.trim())?.[1]
  if (password === undefined) return undefined
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}

const ELSE: KeyProvider = { name: 'infrastructure', words: /^$/, forms: [] }
const PASSWORD = (variable: string): Need => ({ variable: `${variable} (its password)`, what: 'a password', secret: true })

function needOf(variable: string, { forms }: KeyProvider, role: KeyRole): Need {
  const pattern = forms.find(form => form.role === role)?.pattern
  const isSecret = role === 'key' || role === 'secret' || role === 'passphrase'
  return { variable, what: `the ${role}`, secret: isSecret, ...(pattern === undefined ? {} : { pattern }) }
}

type Remark = { readonly kind: 'fault' | 'warning'; readonly fault: Fault } | undefined

const REAL = 'give the real one, in the environment or once with: quadrant secrets set NAME'

function keyRemark(
  { need, provider, role, value }: Candidate,
  { status, rule, evidence }: KeyFinding,
  environment: Environment,
): Remark {
  const { variable } = need
  const because = evidence.join('; ')
  const fault = (code: string, what: string, fix: string): Remark => ({ kind: 'fault', fault: { code, what, fix } })
  switch (status) {
    case 'placeholder':
      return rule === 'documented'
        ? fault('KEY_DOCUMENTED', `${variable} holds a key that everybody knows: ${because}`, REAL)
        : fault('KEY_PLACEHOLDER', `${variable} holds no key: ${because}`, REAL)
    case 'demo':
      if (environment === 'practice') return undefined
      return fault('KEY_DEMO', `${variable} holds a key for trying out: ${because}`, REAL)
    case 'wrong-environment':
      return fault(
        'KEY_WRONG_ENVIRONMENT',
        `${variable} is of the other world: ${because}`,
        `give the one of the ${environment} world`,
      )
    case 'expired':
      return fault('KEY_EXPIRED', `${variable} holds a key that has expired: ${because}`, 'have it renewed by its provider')
    case 'suspect': {
      // People think up pass phrases: only what is surely none is refused.
      if (role === 'passphrase' && rule === 'chance') return undefined
      const form = provider.forms.find(each => each.role === role)
      const isWrong = form?.isDocumented === true && !form.pattern.test(value.trim())
      if (isWrong || rule === 'quotes' || evidence.some(text => text.includes('no key has'))) {
        const what =
          rule === 'quotes'
            ? `${variable} has quotation marks that would be sent along`
            : `${variable} holds no ${role} of ${provider.name}: ${because}`
        return fault('KEY_FORMAT', what, 'copy it again from its provider, all of it and nothing else')
      }
      return {
        kind: 'warning',
        fault: {
          code: 'KEY_SUSPECT',
          what: `${variable} looks odd: ${because}`,
          fix: 'compare it with its provider; only asking there decides',
        },
      }
    }
    case 'unverified':
      return undefined
  }
}

interface Reuse {
  readonly variables: readonly string[]
  readonly evidence: string
  readonly fault: Fault
}

/** One value for two providers, or for a key and its secret, was typed to fill a field. */
function reuseFaults(candidates: readonly Candidate[]): readonly Reuse[] {
  const byValue = Map.groupBy(
    candidates.filter(({ need, value }) => need.secret && value.trim().length >= 6),
    ({ value }) => keyFingerprint(value.trim()) + value.trim().length,
  )
  return [...byValue.values()].flatMap(same => {
    // Names that do not say whose they are may well be another name of the same.
    const providers = new Set(same.map(({ provider }) => provider.name).filter(name => name !== 'trading' && name !== 'quadrant'))
    const roles = new Set(same.map(({ role }) => (role === 'passphrase' ? 'secret' : role)))
    if (providers.size < 2 && !(roles.has('key') && roles.has('secret'))) return []
    const variables = same.map(({ variable }) => variable)
    const names = variables.join(' and ')
    const evidence =
      providers.size >= 2 ? `${names} hold the same, for different providers` : `${names} hold the same, as key and as secret`
    return [
      {
        variables,
        evidence,
        fault: { code: 'KEY_REUSED', what: evidence, fix: 'give each its own: at most one of them can be real' },
      },
    ]
  })
}

interface Missing {
  readonly need: Need
  readonly source: NeedingSource
}

/** Of sources that are required, or of which something is there already. */
function missingKeys({ sources, variables, stored }: KeyFacts): readonly Missing[] {
  const there = new Set(
    [...Object.entries(variables), ...Object.entries(stored)].flatMap(([name, value]) => (value?.trim() ? [name] : [])),
  )
  return sources.flatMap(source => {
    const begun = source.needs.some(({ variable, optional }) => optional !== true && there.has(variable))
    if (!source.isRequired && !begun) return []
    return source.needs
      .filter(({ variable, optional }) => optional !== true && !there.has(variable))
      .map(need => ({ need, source }))
  })
}

const missingFault = ({ need, source }: Missing): Fault => ({
  code: 'KEY_MISSING',
  what: `${source.title} needs ${need.variable} (${need.what})`,
  fix: `set it in the environment, or once with: quadrant secrets set ${need.variable}`,
})
