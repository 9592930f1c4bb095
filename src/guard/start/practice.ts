// No practice world beside a live flag: addresses, switches and the configuration must all mean the market.
import type { Environment } from '../../connectivity/source.ts'
import { CLEAN, type Fault, joined, type Verdict } from '../fault.ts'
import { isTradingName, keyRole } from '../key-providers.ts'
import { isLoopback, practiceHost, practiceHostsIn } from '../practice-hosts.ts'
import { addressesOf, hostOf, isOn, type NamedAddress, shown, textOf, type Variables } from './variables.ts'

export interface PracticeFacts {
  readonly variables: Variables
  /** What the configuration says; undefined without one. */
  readonly environment: Environment | undefined
  /** Every address that the configuration and its sources name. */
  readonly addresses: readonly NamedAddress[]
}

export function practiceVerdict({ variables, environment, addresses }: PracticeFacts): Verdict {
  const mentioned = Object.entries(variables).flatMap(([where, value]) =>
    isTradingName(where) && keyRole(where) === undefined
      ? practiceHostsIn(value ?? '').map(({ host }) => ({ where, address: host }))
      : [],
  )
  const all = [...addressesOf(variables), ...mentioned, ...addresses]
  return joined([
    environment === 'practice' ? { faults: [configuredPractice()], warnings: [] } : CLEAN,
    { faults: [...new Map(all.flatMap(hostFaults).map(fault => [fault.what, fault])).values()], warnings: [] },
    {
      faults: Object.entries(variables).flatMap(([name, value]) => switchFaults(name, value)),
      warnings: proxyWarnings(variables),
    },
  ])
}

const configuredPractice = (): Fault => ({
  code: 'ENV_CONFIG_PRACTICE',
  what: 'the configuration says feeds.environment: practice, and the mode is live',
  fix: 'set feeds.environment to live, or run with --mode paper',
})

function hostFaults({ where, address }: NamedAddress): Fault[] {
  const practice = practiceHost(address)
  if (practice !== undefined) {
    return [
      {
        code: 'ENV_TEST_HOST',
        what: `${where} names ${practice.host} (${practice.what}), and the mode is live`,
        fix: 'give the address of the venue itself, or run with --mode paper',
      },
    ]
  }
  // A broker's interface does not live on this machine, but for gateways that are made to.
  const isVenue =
    /^(?:https?|wss?):\/\//i.test(address) &&
    isTradingName(where) &&
    !/(?:IB|IBKR|TWS|MT[45]|METATRADER|BRIDGE|SIDECAR|GATEWAY|QUADRANT_(?:HOST|URL|SERVER))/i.test(where)
  if (!isVenue || !isLoopback(hostOf(address))) return []
  return [
    {
      code: 'ENV_TEST_HOST',
      what: `${where} names ${shown(address)}: this machine instead of a venue`,
      fix: 'give the address of the venue itself, or unset it',
    },
  ]
}

/** 'ALPACA_PAPER=true', 'USE_TESTNET=1', 'DRY_RUN=yes'. */
const SWITCH =
  /(?:^|_)(?:PAPER|PAPER_TRADING|PAPER_MODE|SANDBOX|TESTNET|DEMO|PRACTICE|SIMULATION|SIMULATED|SIMULATE|SIMULATOR|DRY_?RUN|MOCK|FAKE|SYNTHETIC)(?:_(?:MODE|TRADING|ACCOUNT|DATA|FEED|FEEDS|MARKET|BROKER|EXCHANGE|API|ENABLED|PRICES?|ORDERS?))*$/
/** 'OANDA_ENVIRONMENT=practice', 'TRADING_MODE=paper', 'BROKER_ENV=sandbox'. */
const CHOICE = /(?:^|_)(?:ENV|ENVIRONMENT|MODE|ACCOUNT_TYPE|WORLD|TRADE_MODE|NETWORK|SERVER_TYPE)$/
const PRACTICE_CHOICE =
  /^(?:practice|paper|demo|sandbox|testnet|test|simulation|simulated|sim|mock|fake|fxpractice|dry-?run|backtest|synthetic)$/i

function switchFaults(name: string, value: string | undefined): Fault[] {
  const upper = name.toUpperCase()
  const text = (value ?? '').trim()
  const isSwitch = SWITCH.test(upper) && /^(?:1|true|yes|on|y|enabled?)$/i.test(text) && isOurs(upper)
  const isChoice = CHOICE.test(upper) && PRACTICE_CHOICE.test(text) && isTradingName(upper) && upper !== 'QUADRANT_ENV'
  if (!isSwitch && !isChoice) return []
  return [
    {
      code: 'ENV_PRACTICE_FLAG',
      what: `${name} is ${JSON.stringify(text)}, and the mode is live`,
      fix: `unset ${name}, or run with --mode paper`,
    },
  ]
}

/** Switches of tools that build and deliver are no business of a run. */
const isOurs = (name: string): boolean =>
  !/^(?:npm_|NPM_|YARN_|PIP_|GIT_|GITHUB_|CI_|DOCKER_|CLAUDE_|CODEX_|VSCODE_|IS_|ANTHROPIC_|OPENAI_)/i.test(name)

function proxyWarnings(variables: Variables): Fault[] {
  return ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap(name => {
    const value = textOf(variables, name) || textOf(variables, name.toLowerCase())
    if (value === '' || !isOn(value)) return []
    return [
      {
        code: 'ENV_PROXY',
        what: `${name} names ${shown(value)}; Quadrant dials every source itself and passes over it`,
        fix: 'unset it, or let the firewall allow the hosts that `quadrant data sources` lists',
      },
    ]
  })
}
