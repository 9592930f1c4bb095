// What the checks of keys look at: the environment, the encrypted store, and which sources need what.
import type { Environment } from '../../connectivity/source.ts'
import type { Fault } from '../../guard/fault.ts'
import type { KeyFacts } from '../../guard/keys.ts'
import { isExplained } from '../failure.ts'
import { storedSecrets } from '../secret-store.ts'
import { SOURCES } from '../sources.ts'

interface Asked {
  /** Names of the sources whose keys must be there. */
  readonly required: readonly string[]
  readonly variables: KeyFacts['variables']
  readonly environment?: Environment
  /** A store that does not open becomes one of these. */
  readonly unreadable: Fault[]
}

export function keyFacts(home: string, { required, variables, environment = 'live', unreadable }: Asked): KeyFacts {
  return {
    variables,
    stored: collect(unreadable, () => storedSecrets(home)) ?? {},
    sources: SOURCES.map(({ name, title, needs }) => ({ name, title, needs, isRequired: required.includes(name) })),
    environment,
    now: Date.now(),
  }
}

/** An explained refusal becomes one fault of the list. */
export function collect<Result>(faults: Fault[], work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (!isExplained(error)) throw error
    faults.push({ code: error.code, what: error.message, fix: error.fix })
    return undefined
  }
}
