// The keys of a configuration, or all that are there, judged by what they look like and, when asked for, by their providers.
import type { Routes } from '../../connectivity/network.ts'
import type { Environment, SourceDescriptor } from '../../connectivity/source.ts'
import { withoutSecrets } from '../../guard/environment.ts'
import type { Fault } from '../../guard/fault.ts'
import { type JudgedKey, type KeyFacts, type KeyVerdict, keyVerdict, secretValues } from '../../guard/keys.ts'
import { accountVerdict } from '../../guard/start/account-world.ts'
import { readRunConfig } from '../config.ts'
import { SOURCES } from '../sources.ts'
import { accountQuestion, askSources } from './account-questions.ts'
import { keyFacts } from './key-facts.ts'
import { planLive } from './live-plan.ts'

export interface KeyExamination {
  readonly home: string
  /** Its sources' keys must be there; without one what is there is judged. */
  readonly configuration: string | undefined
  /** The configuration's when not given, and live without one. */
  readonly environment: Environment | undefined
  readonly online: boolean
  /** The process's own when not given. */
  readonly variables?: KeyFacts['variables']
  readonly routes?: Routes
}

/** Throws Failure CONFIG_NOT_FOUND, CONFIG_INVALID. */
export async function examineKeys(asking: KeyExamination): Promise<KeyVerdict> {
  const { home, configuration, online, routes, variables = process.env } = asking
  const config = configuration === undefined ? undefined : readRunConfig(configuration)
  const required = config === undefined ? [] : planLive(config, SOURCES).descriptors.map(({ name }) => name)
  const environment = asking.environment ?? config?.feeds?.environment ?? 'live'
  const unreadable: Fault[] = []
  const facts = keyFacts(home, { required, unreadable, environment, variables })
  const verdict = keyVerdict(facts)
  const offline = { ...verdict, faults: [...unreadable, ...verdict.faults] }

  const told = online
    ? await asked(
        SOURCES.filter(source => canBeAsked(source, offline.keys)),
        { home, environment, variables, ...(routes === undefined ? {} : { routes }) },
      )
    : undefined
  const secrets = secretValues(facts)
  return {
    keys: told === undefined ? offline.keys : offline.keys.map(key => told.judge(key)),
    faults: [...offline.faults, ...(told?.faults ?? [])].map(fault => withoutSecrets(fault, secrets)),
    warnings: [...offline.warnings, ...(told?.warnings ?? [])].map(fault => withoutSecrets(fault, secrets)),
  }
}

/** A key that cannot be real is not sent anywhere, and half of what is needed asks nothing. */
function canBeAsked(source: SourceDescriptor, keys: readonly JudgedKey[]): boolean {
  const own = keys.filter(({ variable }) => source.needs.some(need => need.variable === variable))
  const isWhole = source.needs.every(
    need => need.optional === true || own.some(({ variable, from }) => variable === need.variable && from !== 'nowhere'),
  )
  return (
    accountQuestion(source) !== undefined &&
    own.length > 0 &&
    isWhole &&
    own.every(({ status }) => status === 'unverified' || status === 'suspect')
  )
}

interface Told {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  judge(key: JudgedKey): JudgedKey
}

async function asked(
  sources: readonly SourceDescriptor[],
  { home, environment, variables, routes }: Pick<KeyExamination, 'home' | 'routes'> & Pick<KeyFacts, 'environment' | 'variables'>,
): Promise<Told> {
  const { accounts } = await askSources(sources, {
    home,
    environment,
    variables,
    ...(routes === undefined ? {} : { routes }),
  })
  const { faults, warnings } = accountVerdict(environment, accounts)
  // Who cannot be reached has said nothing about the key.
  const isSilence = ({ code }: Fault): boolean => code === 'ENV_ACCOUNT_UNASKED'
  return {
    faults: faults.filter(fault => !isSilence(fault)),
    warnings: [...warnings, ...faults.filter(isSilence)],
    judge: key => {
      const source = sources.find(({ needs }) => needs.some(({ variable }) => variable === key.variable))
      const answer = accounts.find(fact => fact.source === source?.name)?.answer
      if (answer === undefined || answer.kind === 'unreachable') return key
      if (answer.kind === 'refused') return { ...key, status: 'invalid', rule: 'probe', evidence: [answer.said] }
      if (answer.kind === 'absent')
        return { ...key, status: 'insufficient-scope', rule: 'probe', evidence: ['the key does not open this account'] }
      const isOther = answer.world !== undefined && answer.world !== environment
      return isOther
        ? { ...key, status: 'wrong-environment', rule: 'probe', evidence: [`its account is of the ${answer.world} world`] }
        : { ...key, status: 'valid', rule: 'probe', evidence: ['the source took it'] }
    },
  }
}
