// Links a source by a consent in the browser: the address to open, the code that comes back, and what it opens.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SystemClock } from '../connectivity/clock.ts'
import { DIRECT, Network, type Routes } from '../connectivity/network.ts'
import { PooledHttp } from '../connectivity/pooled-http.ts'
import type { Consent, ConsentedAccount, Environment, SourceDescriptor, SourceParts } from '../connectivity/source.ts'
import { SourceError } from '../connectivity/source-error.ts'
import { Failure, isExplained } from './failure.ts'
import { sourceCredentials } from './source-credentials.ts'
import { findSource, SOURCES } from './sources.ts'
import { didYouMean } from './suggest.ts'

export interface LinkOptions {
  readonly home: string
  readonly environment: Environment
  /** As registered with the application. */
  readonly redirectUri: string
  /** Shows the address to a person and returns what they paste: the address to which the browser was sent, or the code. */
  readonly ask: (address: string) => Promise<string>
  readonly routes?: Routes
}

export interface LinkResult {
  readonly source: string
  readonly accounts: readonly ConsentedAccount[]
  /** The variable that says which of them is read. */
  readonly variable: string
  /** Why the accounts could not be asked for; the tokens are kept all the same. */
  readonly unanswered?: string
}

/** Throws Failure SOURCE_NOT_FOUND, USAGE_CONSENT, CONSENT_REFUSED; SourceError SOURCE_UNSUPPORTED, CONSENT_REFUSED, SOURCE_KEY_MISSING. */
export async function linkSource(name: string, options: LinkOptions): Promise<LinkResult> {
  const { home, environment, redirectUri, ask, routes = DIRECT } = options
  const { source, consent } = linkable(name)
  const needs = source.needs.filter(({ variable }) => consent.needs.includes(variable))
  const credentials = await sourceCredentials({ ...source, needs }, { home, environment })

  const clock = new SystemClock()
  const network = new Network(source.hosts[environment], routes)
  const http = new PooledHttp({ network, clock, ...(source.rates === undefined ? {} : { rates: source.rates }) })
  const stateFolder = join(home, 'sources', source.name)
  const parts: SourceParts = { network, http, clock, environment, credentials, stateFolder }
  try {
    const state = randomBytes(16).toString('base64url')
    const pasted = await ask(consent.address(parts, { redirectUri, state }))
    await consent.adopt(parts, { redirectUri, code: codeOf(pasted, state) })
    const about = { source: source.name, variable: consent.account }
    try {
      return { ...about, accounts: await consent.accounts(parts) }
    } catch (error) {
      if (!isExplained(error)) throw error
      return { ...about, accounts: [], unanswered: error.message }
    }
  } finally {
    await http.close()
  }
}

function linkable(name: string): { readonly source: SourceDescriptor; readonly consent: Consent } {
  const source = findSource(name.toLowerCase())
  const names = SOURCES.filter(({ consent }) => consent !== undefined).map(one => one.name)
  if (source === undefined) {
    throw new Failure('SOURCE_NOT_FOUND', {
      message: `there is no source '${name}'.${didYouMean(name.toLowerCase(), names)}`,
      fix: `one of ${names.join(', ')}`,
    })
  }
  if (source.consent !== undefined) return { source, consent: source.consent }
  throw new SourceError('SOURCE_UNSUPPORTED', {
    message: `${source.name} is opened by keys and needs no consent`,
    fix: `quadrant secrets set NAME, with the names that quadrant data sources shows; a consent is for ${names.join(', ')}`,
  })
}

/** From the address to which the browser was sent, or as it stands. */
export function codeOf(pasted: string, state: string): string {
  const text = pasted.trim()
  if (/^[\w.~+/=%-]+$/.test(text)) return text
  const answer = URL.canParse(text) ? new URL(text).searchParams : undefined
  const error = answer?.get('error')
  if (error !== null && error !== undefined) {
    throw new Failure('CONSENT_REFUSED', {
      message: `the consent was not given: ${[error, answer?.get('error_description')].filter(Boolean).join(', ')}`,
      fix: 'begin again, and say yes in the browser',
    })
  }
  const repeated = answer?.get('state')
  if (typeof repeated === 'string' && repeated !== state) {
    throw new Failure('USAGE_CONSENT', {
      message: 'this address belongs to another consent than the one that was begun here',
      fix: 'begin again, and open the address in the browser at once; if you did not open it yourself, paste nothing',
    })
  }
  const code = answer?.get('code')
  if (typeof code === 'string' && code !== '') return code
  throw new Failure('USAGE_CONSENT', {
    message: text === '' ? 'nothing was given' : 'what was given is neither a code nor an address with one',
    fix: 'begin again; after the consent, paste the whole address to which the browser was sent',
  })
}
