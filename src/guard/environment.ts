// Whether a live run may start here: everything that can be known before anything is connected, and every fault of it at once.
import type { Environment } from '../connectivity/source.ts'
import type { Fault, Verdict } from './fault.ts'
import { CLEAN, joined } from './fault.ts'
import { type KeyFacts, type KeyVerdict, keyVerdict, secretValues } from './keys.ts'
import { type ClockFacts, clockVerdict } from './start/clock-sense.ts'
import { debuggingVerdict } from './start/debugging.ts'
import { type HouseCeilings, houseVerdict, type LimitFacts, limitVerdict } from './start/hard-ceiling.ts'
import { practiceVerdict } from './start/practice.ts'
import { type ConfiguredText, type FileFact, privacyVerdict } from './start/privacy.ts'
import { productionVerdict } from './start/production.ts'
import { transportVerdict } from './start/transport.ts'
import type { NamedAddress, Variables } from './start/variables.ts'

/** What was found; gathered by whoever may look. */
export interface EnvironmentFacts {
  readonly variables: Variables
  /** process.execArgv, and process.argv behind the program. */
  readonly execArguments: readonly string[]
  readonly arguments: readonly string[]
  /** Where a debugger may attach already; empty where none can. */
  readonly inspectorAddress: string
  readonly clock: ClockFacts
  /** Undefined without a configuration. */
  readonly configuration: ConfigurationFacts | undefined
  /** What the house allows at most; empty where it says nothing. */
  readonly house: HouseCeilings
  readonly keys: KeyFacts
  readonly files: readonly FileFact[]
  /** This process's user; undefined where the system has no such numbers. */
  readonly user: number | undefined
  /** Permission bits of a file; undefined where it is not there. */
  readonly modeOf: (path: string) => number | undefined
  /** What could not even be read: a configuration with faults, a store that does not open. */
  readonly unreadable: readonly Fault[]
}

export interface ConfigurationFacts {
  readonly environment: Environment
  /** Of its settings and of the sources it names. */
  readonly addresses: readonly NamedAddress[]
  /** Every text as it was written. */
  readonly texts: readonly ConfiguredText[]
  /** Undefined where it is too faulty to say. */
  readonly limits: LimitFacts | undefined
}

export interface EnvironmentVerdict extends Verdict {
  readonly keys: KeyVerdict['keys']
  /** What was looked at, in order. */
  readonly checked: readonly string[]
}

export function environmentVerdict(facts: EnvironmentFacts): EnvironmentVerdict {
  const { variables, configuration } = facts
  const { addresses = [], texts = [], limits, environment } = configuration ?? {}
  const secrets = secretValues(facts.keys)
  const keys = keyVerdict(facts.keys)
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ['configuration', { faults: facts.unreadable, warnings: [] }],
    ['production', productionVerdict(variables)],
    ['clock', clockVerdict(facts.clock)],
    ['encryption', transportVerdict({ ...facts, addresses })],
    ['debugging', debuggingVerdict(facts)],
    ['practice', practiceVerdict({ variables, environment, addresses })],
    ['keys', keys],
    ['limits', joined([limits === undefined ? CLEAN : limitVerdict(limits), houseVerdict(facts.house, limits?.equity)])],
    ['secrets', privacyVerdict({ ...facts, texts, secrets })],
  ]
  const { faults, warnings } = joined(verdicts.map(([, verdict]) => verdict))
  return {
    faults: faults.map(fault => withoutSecrets(fault, secrets)),
    warnings: warnings.map(fault => withoutSecrets(fault, secrets)),
    keys: keys.keys,
    checked: verdicts.map(([name]) => name),
  }
}

/** Whatever a message quotes, no key is in it. */
export const withoutSecrets = ({ code, what, fix }: Fault, secrets: readonly string[]): Fault => ({
  code,
  what: secrets.reduce((text, secret) => text.replaceAll(secret, '***'), what),
  fix: secrets.reduce((text, secret) => text.replaceAll(secret, '***'), fix),
})
