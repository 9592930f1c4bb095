// What of a program depends on the environment it runs in: reads of variables, names bound to them, flags that others read.
import type { Flow } from '../flow/flow.ts'
import type { Expression, Program } from '../program/program.ts'
import { isKind, nameBound, survey } from '../program/survey.ts'
import { wordsOf } from './market-words.ts'
import { lastName, namedValues } from './named-values.ts'

export interface EnvironmentReads {
  /** Whether a test, or the key of a table, is decided by the environment. */
  decides(expression: Expression): boolean
}

const ENVIRONMENT = /^(?:process\.env|node:process\.env|Deno\.env|Bun\.env|os\.environ|import\.meta\.env|environ)(?:\.|$)/
const ASKS =
  /(?:^|\.)(?:getenv|environ\.get|environ\.__getitem__|env\.get|env\.bool|env\.str|environ\.setdefault|decouple\.config)$/
const PASSES_ON =
  /^(?:Boolean|bool|String|str|Number|int|lower|toLowerCase|upper|toUpperCase|strip|trim|strtobool|includes|startswith|startsWith|has|get|parse|JSON|any|all|some)$/

/** Flags of settings that other files fill from the environment. */
const FLAG_WORDS = new Set(
  'mock mocks mocked mocking fake fakes faked stub stubs stubbed dummy demo dev development debug test testing synthetic simulated simulate offline'.split(
    ' ',
  ),
)
const HOLDERS = /^(?:settings|config|conf|cfg|flags|env|environment|options|app|current_?app|this)$/i

const ROUNDS = 4

export function environmentReads(program: Program, flow: Flow): EnvironmentReads {
  const { of } = survey(program)
  const names = new Set<string>()

  // `const { NODE_ENV } = process.env`.
  for (const { target, value } of of('declare')) {
    if (value === undefined || !isKind(target, 'object-pattern') || !isVariables(value, flow)) continue
    for (const entry of target.entries) names.add(nameBound(entry.target) ?? '')
  }
  // Flags another module reads: `import { isTest } from './environment.ts'`.
  for (const { names: imported } of of('import')) {
    for (const { local, imported: name } of imported) if (name !== '*' && isFlag(name)) names.add(local)
  }

  const decides = (expression: Expression, depth = 0): boolean => {
    if (depth > 12) return false
    const inner = (each: Expression) => decides(each, depth + 1)

    switch (expression.kind) {
      case 'name':
        return names.has(expression.name) || isVariables(expression, flow)
      case 'member': {
        if (isVariables(expression, flow)) return true
        const holder = lastName(expression.object) ?? ''
        if (expression.property === undefined) return inner(expression.object)
        if (names.has(expression.property) && (HOLDERS.test(holder) || names.has(`${holder}.`))) return true
        return HOLDERS.test(holder) && holder !== 'this' && isFlag(expression.property)
      }
      case 'call': {
        const path = flow.pathOf(expression.callee) ?? ''
        if (ASKS.test(path) || ENVIRONMENT.test(path)) return true
        const name = lastName(expression.callee) ?? ''
        if (names.has(name) && expression.args.length === 0) return true
        if (isKind(expression.callee, 'member') && inner(expression.callee.object)) return true
        return PASSES_ON.test(name) && expression.args.some(inner)
      }
      case 'operation':
        return expression.operands.some(inner)
      case 'conditional':
        return inner(expression.test)
      case 'wrapped':
        return inner(expression.value)
      case 'template':
        return expression.parts.some(inner)
      default:
        return false
    }
  }

  for (let round = 0; round < ROUNDS; round += 1) {
    const before = names.size
    for (const { name, value, how, node } of namedValues(program)) {
      if (names.has(name) || how === 'argument' || how === 'keyword' || how === 'default' || how === 'element') continue
      if (how === 'return' ? decides(value) && isTest(value) : decides(value)) names.add(name)
      // `settings = { fake: process.env.DATA === 'fake' }` is read as `settings.fake`.
      if (how === 'entry' && names.has(name) && node !== undefined) names.add(`${name}`)
    }
    for (const { target, value } of of('declare')) {
      const holder = nameBound(target)
      if (holder !== undefined && isKind(value, 'object') && value.entries.some(({ key }) => key !== undefined && names.has(key)))
        names.add(`${holder}.`)
    }
    if (names.size === before) break
  }

  return { decides: expression => decides(expression) }
}

/** `process.env`, `os.environ` and what is in them. */
function isVariables(expression: Expression, flow: Flow): boolean {
  if (ENVIRONMENT.test(flow.pathOf(expression) ?? '')) return true
  if (!isKind(expression, 'member')) return false
  const isMeta =
    expression.property === 'env' &&
    (isKind(expression.object, 'other') || lastName(expression.object) === 'meta' || lastName(expression.object) === 'process')
  return isMeta || isVariables(expression.object, flow)
}

/** A function that answers with a comparison is a test; one that answers with a setting is none. */
const isTest = (value: Expression) =>
  isKind(value, 'operation') || isKind(value, 'call') || isKind(value, 'member') || isKind(value, 'name')

const isFlag = (name: string) => wordsOf(name).some(word => FLAG_WORDS.has(word))
