// Asks the sources whose accounts their keys open, and on the way how far their clocks are from ours.
import { join } from 'node:path'
import { SystemClock } from '../../connectivity/clock.ts'
import { DIRECT, Network, type Routes } from '../../connectivity/network.ts'
import { PooledHttp } from '../../connectivity/pooled-http.ts'
import type { ConsentedAccount, Environment, SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import type { AccountFact } from '../../guard/start/account-world.ts'
import type { MeasuredOffset } from '../../guard/start/clock-sense.ts'
import { isExplained } from '../failure.ts'
import { sourceCredentials } from '../source-credentials.ts'

interface Asked {
  readonly home: string
  readonly environment: Environment
  readonly settings?: SourceParts['settings']
  /** Of the environment, with the keys in them. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly routes?: Routes
}

export interface Answers {
  readonly accounts: readonly AccountFact[]
  readonly offsets: readonly MeasuredOffset[]
}

/** Never throws for what a source says or fails to say: that is an answer too. */
export async function askSources(sources: readonly SourceDescriptor[], asked: Asked): Promise<Answers> {
  const answers = await Promise.all(sources.map(source => askSource(source, asked)))
  return { accounts: answers.flatMap(({ account }) => account ?? []), offsets: answers.flatMap(({ offset }) => offset ?? []) }
}

/** The question that a source can be asked about its accounts. */
export const accountQuestion = ({
  accounts,
  consent,
}: SourceDescriptor): ((parts: SourceParts) => Promise<readonly ConsentedAccount[]>) | undefined => accounts ?? consent?.accounts

async function askSource(
  source: SourceDescriptor,
  { home, environment, settings = {}, variables, routes = DIRECT }: Asked,
): Promise<{ readonly account?: AccountFact; readonly offset?: MeasuredOffset }> {
  const clock = new SystemClock()
  const network = new Network(source.hosts[environment], routes)
  const http = new PooledHttp({ network, clock, ...(source.rates === undefined ? {} : { rates: source.rates }) })
  try {
    const question = accountQuestion(source)
    const offset = await measureOffset(source, environment, http)
    const measured = offset === undefined ? {} : { offset }
    if (question === undefined) {
      // With a key there is an account, and nobody here can ask about it.
      const isOpen = source.live === undefined || source.needs.every(({ secret }) => !secret)
      return isOpen ? measured : { ...measured, account: { source: source.name, answer: { kind: 'told', world: undefined } } }
    }

    const credentials = await sourceCredentials(source, { home, environment, variables })
    const stateFolder = join(home, 'sources', source.name)
    const parts: SourceParts = { network, http, clock, environment, credentials, stateFolder, settings }
    return { ...measured, account: { source: source.name, answer: await answerOf(source, question, parts) } }
  } catch (error) {
    if (!isExplained(error)) throw error
    return { account: { source: source.name, answer: { kind: 'unreachable', said: error.message } } }
  } finally {
    await http.close()
  }
}

async function answerOf(
  { needs, consent }: SourceDescriptor,
  question: (parts: SourceParts) => Promise<readonly ConsentedAccount[]>,
  parts: SourceParts,
): Promise<AccountFact['answer']> {
  try {
    const accounts = await question(parts)
    const variable = consent?.account ?? needs.find(need => /ACCOUNT|LOGIN/.test(need.variable))?.variable ?? ''
    const wanted = parts.credentials[variable]
    const account = wanted === undefined && accounts.length === 1 ? accounts[0] : accounts.find(({ id }) => id === wanted)
    return account === undefined ? { kind: 'absent' } : { kind: 'told', world: account.environment }
  } catch (error) {
    if (!isExplained(error)) throw error
    const isRefused = /REFUSED|CONSENT|ENVIRONMENT|DENIED/.test(error.code) && error.code !== 'EGRESS_REFUSED'
    const secrets = needs.flatMap(({ variable, secret }) => (secret ? (parts.credentials[variable] ?? []) : []))
    const said = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), error.message)
    return { kind: isRefused ? 'refused' : 'unreachable', said }
  }
}

const PATIENCE_MILLIS = 3000

/** By the Date of any reply, which is cut to whole seconds. Undefined where no host says it, or a cache says an old one. */
async function measureOffset(
  source: SourceDescriptor,
  environment: Environment,
  http: PooledHttp,
): Promise<MeasuredOffset | undefined> {
  const host = source.hosts[environment].find(name => name in (source.rates ?? {}))
  if (host === undefined) return undefined
  try {
    const sent = Date.now()
    const { headers } = await http.bytes(
      { method: 'GET', url: `https://${host}/` },
      { tries: 1, timeoutMillis: PATIENCE_MILLIS, maxBytes: 1_000_000 },
    )
    const received = Date.now()
    const said = Date.parse(headers['date'] ?? '')
    if (Number.isNaN(said) || Number(headers['age'] ?? 0) > 0) return undefined
    return { source: source.name, least: sent - (said + 1000), most: received - said }
  } catch (error) {
    if (!isExplained(error)) throw error
    return undefined
  }
}
