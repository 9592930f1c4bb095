// Whether this is meant to be production: said by the environment, and contradicted by nothing beside it.
import type { Fault, Verdict } from '../fault.ts'
import { isOn, textOf, type Variables } from './variables.ts'

/** They say what kind of place this is; those of the first line count as saying it. */
const SPEAKERS = ['QUADRANT_ENV', 'NODE_ENV'] as const
const OTHERS = ['APP_ENV', 'APP_ENVIRONMENT', 'ENVIRONMENT', 'DEPLOY_ENV', 'DEPLOYMENT_ENVIRONMENT', 'PYTHON_ENV'] as const

const PRODUCTION = /^(?:production|prod|live)$/i
const ELSEWHERE =
  /^(?:dev|devel|development|local|test|tests|testing|ci|qa|uat|stage|staging|sandbox|demo|paper|practice|simulation|sim|debug|preview)$/i

/** Signs that a machine for building or testing runs this: read, and worth a word. */
const SIGNS = ['CI', 'GITHUB_ACTIONS', 'GITLAB_CI', 'VITEST', 'JEST_WORKER_ID', 'NODE_TEST_CONTEXT'] as const

export function productionVerdict(variables: Variables): Verdict {
  const said = [...SPEAKERS, ...OTHERS]
    .map(name => ({ name, value: textOf(variables, name) }))
    .filter(({ value }) => value !== '')
  const yes = said.filter(({ name, value }) => (SPEAKERS as readonly string[]).includes(name) && PRODUCTION.test(value))
  const no = said.filter(
    ({ name, value }) => ELSEWHERE.test(value) || ((SPEAKERS as readonly string[]).includes(name) && !PRODUCTION.test(value)),
  )
  const signs = SIGNS.filter(name => isOn(variables[name]))
  return {
    faults: yes.length === 0 ? [notProduction(no)] : no.map(contradiction),
    warnings: signs.map(name => ({
      code: 'ENV_BUILD_MACHINE',
      what: `${name} is set, as on machines that build and test`,
      fix: 'start live runs where nothing else runs, or unset it',
    })),
  }
}

interface Said {
  readonly name: string
  readonly value: string
}

const notProduction = (no: readonly Said[]): Fault => ({
  code: 'ENV_NOT_PRODUCTION',
  what:
    no.length === 0
      ? 'nothing says that this is production: neither QUADRANT_ENV nor NODE_ENV is set'
      : `this is not production: ${no.map(({ name, value }) => `${name} is ${JSON.stringify(value.slice(0, 40))}`).join(', ')}`,
  fix: 'set QUADRANT_ENV=production where real money is meant, and nowhere else',
})

const contradiction = ({ name, value }: Said): Fault => ({
  code: 'ENV_CONTRADICTION',
  what: `${name} is ${JSON.stringify(value.slice(0, 40))}, and another variable says production`,
  fix: `set ${name} to production, or unset it`,
})
