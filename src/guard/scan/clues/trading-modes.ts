// Live or practice: which words, flags and tests say that money is at stake, and which that it is not.
import type { Flow } from '../flow/flow.ts'
import type { Expression } from '../program/program.ts'
import { isKind, type Node, within } from '../program/survey.ts'
import { wordsOf } from './market-words.ts'

export type Mode = 'live' | 'practice'

const LIVE = new Set(['live', 'prod', 'production', 'real', 'mainnet', 'funded', 'realmoney'])
const PRACTICE = new Set([
  ...[
    'practice',
    'paper',
    'papertrading',
    'testnet',
    'testnets',
    'sandbox',
    'sandboxes',
    'demo',
    'test',
    'testing',
    'tests',
    'sim',
    'simulation',
  ],
  ...['simulated', 'uat', 'staging', 'stage', 'dev', 'development', 'fake', 'dry', 'dryrun', 'mock', 'local', 'localhost'],
])

/** 'practiceHost' → practice, 'liveUrl' → live, 'url' → undefined. Both words together say nothing. */
export function modeNamed(name: string): Mode | undefined {
  const words = wordsOf(name)
  const isLive = words.some(word => LIVE.has(word))
  const isPractice = words.some(word => PRACTICE.has(word)) || (words.includes('net') && words.includes('test'))
  return isLive === isPractice ? undefined : isLive ? 'live' : 'practice'
}

/** `live: true`, `mode: 'paper'`, `sandbox: false`, `NODE_ENV: 'production'`; undefined for what is no such flag, or not known. */
export function modeFlagged(name: string, value: Expression, flow: Flow): Mode | undefined {
  const constant = flow.constantOf(value)?.value
  if (typeof constant === 'string') {
    const isMode = /mode|env|environment|stage|account|type|trading|network|server|account_?type/i.test(name)
    return isMode ? modeNamed(constant) : undefined
  }
  if (typeof constant !== 'boolean') return undefined
  const said = modeNamed(name.replace(/^use|^enable|^is|^allow/i, ''))
  return said === undefined ? undefined : constant ? said : opposite(said)
}

/** What a test holds for: 'live' for `mode === 'live'`, `!sandbox`; 'practice' for `env !== 'production'`. */
export function modeTested(test: Expression): Mode | undefined {
  if (isKind(test, 'operation')) {
    const [left, right] = test.operands
    if (test.operator === '!' && left !== undefined) return flipped(modeTested(left))
    if (/^(?:!==?|is not|not in)$/.test(test.operator) && left !== undefined && right !== undefined) {
      return isFalse(right) ? modeIn(left) : flipped(modeIn(right) ?? modeIn(left))
    }
    if (/^===?$/.test(test.operator) && left !== undefined && right !== undefined) {
      return isFalse(right) ? flipped(modeIn(left)) : (modeIn(right) ?? modeIn(left))
    }
    if (test.operator === '&&' || test.operator === '||') return test.operands.map(modeTested).find(mode => mode !== undefined)
  }
  return modeIn(test)
}

const modeIn = (expression: Expression): Mode | undefined => {
  for (const node of within(expression)) {
    const said = wordIn(node)
    if (said !== undefined) return said
  }
  return undefined
}

function wordIn(node: Node): Mode | undefined {
  if (isKind(node, 'name')) return modeNamed(node.name)
  if (isKind(node, 'member')) return node.property === undefined ? undefined : modeNamed(node.property)
  return isKind(node, 'literal') && typeof node.value === 'string' ? modeNamed(node.value) : undefined
}

const isFalse = (expression: Expression) =>
  isKind(expression, 'literal') && (expression.value === false || expression.value === 'false')

const opposite = (mode: Mode): Mode => (mode === 'live' ? 'practice' : 'live')
const flipped = (mode: Mode | undefined) => (mode === undefined ? undefined : opposite(mode))
