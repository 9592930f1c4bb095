// The door to real venues: everything that must be true before a live run connects anything is found out here, all at once.
import { readFileSync } from 'node:fs'
import { url as inspectorUrl } from 'node:inspector'
import { parse } from 'yaml'
import type { Routes } from '../../connectivity/network.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import {
  type ConfigurationFacts,
  type EnvironmentFacts,
  type EnvironmentVerdict,
  environmentVerdict,
  withoutSecrets,
} from '../../guard/environment.ts'
import { CLEAN, type Fault, joined } from '../../guard/fault.ts'
import { secretValues } from '../../guard/keys.ts'
import { accountVerdict } from '../../guard/start/account-world.ts'
import { offsetVerdict } from '../../guard/start/clock-sense.ts'
import type { HouseCeilings } from '../../guard/start/hard-ceiling.ts'
import type { ConfiguredText } from '../../guard/start/privacy.ts'
import type { NamedAddress } from '../../guard/start/variables.ts'
import { type JudgedConfig, judgeRunConfig } from '../config.ts'
import { Failure } from '../failure.ts'
import { CEILINGS, parseCeiling, readHouseLimits, requireWithinHouse } from '../house-limits.ts'
import { FEED_DEFAULTS, type RunConfig } from '../run-config.ts'
import { SOURCES } from '../sources.ts'
import { askSources } from './account-questions.ts'
import { clockFacts } from './clock-facts.ts'
import { collect, keyFacts } from './key-facts.ts'
import { planLive } from './live-plan.ts'
import { secretFiles, statOf } from './secret-files.ts'
import { strategySourcesVerdict } from './strategy-sources.ts'

export interface LiveStart {
  readonly home: string
  /** Undefined looks at the surroundings alone. */
  readonly configuration: string | undefined
  readonly overrides?: readonly string[]
  /** Asks nobody: what only a venue knows stays unknown. */
  readonly offline?: boolean
  /** How hosts are reached. */
  readonly routes?: Routes
  /** This process when not given. */
  readonly process?: ProcessFacts
}

type ProcessFacts = Pick<EnvironmentFacts, 'variables' | 'execArguments' | 'arguments' | 'inspectorAddress'>

const thisProcess = (): ProcessFacts => ({
  variables: process.env,
  execArguments: process.execArgv,
  arguments: process.argv.slice(2),
  inspectorAddress: inspectorUrl() ?? '',
})

/**
 * Every fault that keeps a live run from starting. Nobody is connected while there is one that can be known without; only then the
 * venues are asked for the type of their accounts. Throws Failure CONFIG_NOT_FOUND, CONFIG_UNREADABLE where there is nothing to judge.
 */
export async function examineLiveStart(start: LiveStart): Promise<EnvironmentVerdict> {
  const { facts, config, sources } = gather(start)
  const known = environmentVerdict(facts)
  const strategies = config === undefined ? CLEAN : await strategySourcesVerdict(config)
  const verdict = { ...known, ...joined([known, strategies]), checked: [...known.checked, 'strategies'] }
  if (verdict.faults.length > 0 || config === undefined || start.offline === true) return verdict

  const { environment, settings } = config.feeds ?? FEED_DEFAULTS
  const { accounts, offsets } = await askSources(sources, {
    home: start.home,
    environment,
    variables: facts.variables,
    ...(settings === undefined ? {} : { settings }),
    ...(start.routes === undefined ? {} : { routes: start.routes }),
  })
  const asked = joined([offsetVerdict(offsets), accountVerdict('live', accounts)])
  const secrets = secretValues(facts.keys)
  return {
    ...verdict,
    faults: asked.faults.map(fault => withoutSecrets(fault, secrets)),
    warnings: [...verdict.warnings, ...asked.warnings.map(fault => withoutSecrets(fault, secrets))],
    checked: [...verdict.checked, 'accounts'],
  }
}

/** What this version answers to whoever has no fault left. */
export const liveOrdersRefused = (): Failure =>
  new Failure('USAGE_MODE', {
    message: 'nothing here speaks against a live run, and this version sends no orders to real venues, so none is started',
    fix: 'use --mode paper: live prices, simulated orders',
  })

interface Gathered {
  readonly facts: EnvironmentFacts
  /** Undefined without one, or where it has faults. */
  readonly config: RunConfig | undefined
  readonly sources: readonly SourceDescriptor[]
}

function gather({ home, configuration, overrides = [], process: here = thisProcess() }: LiveStart): Gathered {
  const unreadable: Fault[] = []
  const judged = configuration === undefined ? undefined : judgedConfiguration(configuration, { overrides, unreadable })
  for (const what of judged?.faults ?? []) {
    unreadable.push({
      code: 'CONFIG_INVALID',
      what: `${configuration}: ${what}`,
      fix: 'correct it; config/run.schema.json lists every key',
    })
  }
  const config = judged !== undefined && judged.faults.length === 0 ? judged.config : undefined
  const sources = config === undefined ? [] : plannedSources(config, unreadable)
  const house = collect(unreadable, () => houseAllows(home))
  if (config !== undefined && house !== undefined) collect(unreadable, () => requireWithinHouse(config, home))

  const keys = keyFacts(home, { required: sources.map(({ name }) => name), unreadable, variables: here.variables })
  const facts: EnvironmentFacts = {
    ...here,
    clock: clockFacts(home, here.variables),
    configuration:
      configuration === undefined || judged === undefined ? undefined : configurationFacts(configuration, { config, sources }),
    house: house ?? {},
    keys,
    files: secretFiles({ home, configuration, variables: here.variables }),
    user: process.getuid?.(),
    modeOf: path => (process.platform === 'win32' ? undefined : statOf(path)?.mode),
    unreadable,
  }
  return { facts, config, sources }
}

/** Throws Failure where there is no file; one that is no YAML is a fault among the others. */
function judgedConfiguration(
  file: string,
  { overrides, unreadable }: { readonly overrides: readonly string[]; readonly unreadable: Fault[] },
): JudgedConfig | undefined {
  try {
    return judgeRunConfig(file, overrides)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'CONFIG_INVALID') throw error
    unreadable.push({ code: error.code, what: error.message, fix: error.fix })
    return undefined
  }
}

function houseAllows(home: string): HouseCeilings {
  const limits = readHouseLimits(home)
  return Object.fromEntries(
    CEILINGS.flatMap(name => {
      const limit = parseCeiling(limits[name]?.ceiling)
      return limit === undefined ? [] : [[name, limit]]
    }),
  )
}

function plannedSources(config: RunConfig, unreadable: Fault[]): readonly SourceDescriptor[] {
  return collect(unreadable, () => planLive(config, SOURCES).descriptors) ?? []
}

function configurationFacts(
  file: string,
  { config, sources }: { readonly config: RunConfig | undefined; readonly sources: readonly SourceDescriptor[] },
): ConfigurationFacts | undefined {
  const texts = textsOf(parse(readFileSync(file, 'utf8'), { logLevel: 'error' }))
  const named: NamedAddress[] = texts
    .filter(
      ({ path, value }) =>
        path.startsWith('feeds.') ||
        /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ||
        /(?:url|host|endpoint|address|server)$/i.test(path),
    )
    .map(({ path, value }) => ({ where: path, address: value }))
  const hosts: NamedAddress[] = sources.flatMap(({ name, hosts: own }) =>
    own.live.map(host => ({ where: `the source ${name}`, address: host })),
  )
  if (config === undefined) return { environment: 'live', addresses: named, texts, limits: undefined }
  const { environment } = config.feeds ?? FEED_DEFAULTS
  const { account, risk, allocation } = config
  const limits = { equity: account.equity, risk, riskPerTrade: allocation.method === 'risk' ? allocation.risk : undefined }
  return { environment, addresses: [...named, ...hosts], texts, limits }
}

/** Every text of a document with its path, 'feeds.settings.kraken.url'. */
function textsOf(value: unknown, path = ''): readonly ConfiguredText[] {
  if (typeof value === 'string') return [{ path, value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, path === '' ? key : `${path}.${key}`))
}
