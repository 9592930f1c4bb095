// Running sums and products of draws: a series that looks like prices and was thrown by dice.
import type { Origin } from '../flow.ts'
import { marketSinks } from '../market-sinks.ts'
import { isInnocent, isSumName } from '../market-words.ts'
import type { Expression } from '../program.ts'
import { isOfResearch } from '../research-context.ts'
import type { Hit, Module, Rule } from '../rule.ts'
import { besideFunctions, isFunction, isKind, type Node, nameBound, survey, within } from '../survey.ts'

export const randomWalk: Rule = {
  id: 'random-walk',
  severity: 'error',
  summary: 'a series is made by summing or multiplying draws of chance',
  why:
    'Random walks, Brownian motion and their kin are what everybody writes when there is no feed: charts look right, and no strategy that ' +
    'trades on them can know anything. Read recorded data instead. Monte-Carlo, bootstrap and scenario research may draw paths.',
  bad: [
    {
      language: 'typescript',
      code: 'let price = 1.08\nexport function next(): number {\n  price += (Math.random() - 0.5) * 0.0002\n  return price\n}',
    },
    {
      language: 'javascript',
      code: 'const step = () => Math.random() - 0.5\nexport const series = n => {\n  const out = [100]\n  for (let i = 1; i < n; i++) out.push(out[i - 1] * (1 + step() * 0.01))\n  return out\n}',
    },
    {
      language: 'javascript',
      code: 'export const path = draws => Array.from({ length: 50 }, Math.random).reduce((all, d) => [...all, all[all.length - 1] + d - 0.5], [1.1])',
    },
    {
      language: 'python',
      code: 'import numpy as np\n\ndef closes(n, s0, mu, sigma, dt):\n    z = np.random.standard_normal(n)\n    return s0 * np.exp(np.cumsum((mu - sigma**2 / 2) * dt + sigma * np.sqrt(dt) * z))',
    },
    {
      language: 'python',
      code: 'import random\n\nclass Level:\n    def __init__(self):\n        self.x = 100.0\n\n    def step(self):\n        self.x *= 1 + random.gauss(0, 0.001)\n        return self.x',
    },
  ],
  good: [
    {
      language: 'typescript',
      code: 'export const equity = (pnls: number[]) => {\n  let sum = 0\n  return pnls.map(pnl => (sum += pnl))\n}',
    },
    {
      language: 'javascript',
      code: 'export function* delays() {\n  let delay = 250\n  for (;;) {\n    yield delay\n    delay = Math.min(30_000, delay * (1.5 + Math.random()))\n  }\n}',
    },
    { language: 'python', code: 'def cvd(trades):\n    return (trades["qty"] * trades["sign"]).cumsum()' },
    {
      language: 'python',
      code: 'import random\n\ndef gaussian():\n    total = 0.0\n    for _ in range(12):\n        total += random.random()\n    return total - 6',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const { program } = module
    const hits: Hit[] = []
    const told = new Set<string>()
    for (const { at, value, node } of [...recordings(module), ...ofSinks(module)]) {
      for (const origin of module.flow.originsOf(value)) {
        if (origin.trait !== 'walk') continue
        const key = origin.borrowed === undefined ? String(origin.through[0]) : `${origin.borrowed.module} ${origin.borrowed.name}`
        if (told.has(key) || isOfResearch(program, node)) continue
        told.add(key)
        hits.push(hitOf(at, origin))
      }
    }
    return hits
  },
}

const hitOf = (at: number, origin: Origin): Hit => ({
  at,
  message: 'a running sum or product of draws: a series that no market made',
  through: [...origin.through, at],
  ...(origin.borrowed === undefined ? {} : { needs: [origin.borrowed] }),
})

interface Recording {
  readonly at: number
  readonly value: Expression
  readonly node: Node
}

function* ofSinks(module: Module): Generator<Recording> {
  for (const { at, values, node } of marketSinks(module)) {
    for (const value of values) if (!value.kind.endsWith('-pattern')) yield { at, value: value as Expression, node }
  }
}

const RECORDING = /^(?:push|append|unshift|add|set|extend|insert|push_back|appendleft|enqueue|emit|publish|send|write|next|put|appendRow)$/
const SUMMING = /^(?:cumsum|cumprod|accumulate|cumulative_sum|cumulative_prod)$/

/** Where a running value is kept, handed out step by step, or summed up in one go. */
function* recordings({ program, flow }: Module): Generator<Recording> {
  const { of, functionAround, parentOf, nameOf } = survey(program)
  const isBeside = (node: Node): boolean => {
    for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) {
      if (isFunction(at) && isInnocent(nameOf(at))) return true
      if ((isKind(at, 'assign') || isKind(at, 'declare')) && isInnocent(nameBound(at.target) ?? '')) return true
    }
    return false
  }

  for (const call of of('call')) {
    const name = call.callee.kind === 'member' ? call.callee.property : call.callee.kind === 'name' ? call.callee.name : undefined
    if (name === undefined || isBeside(call)) continue
    if (SUMMING.test(name)) yield { at: call.at, value: call, node: call }
    if (!RECORDING.test(name)) continue
    const receiver = call.callee.kind === 'member' && call.callee.object.kind === 'name' ? call.callee.object.name : ''
    if (isInnocent(receiver)) continue
    for (const arg of call.args) if (!(arg.kind === 'name' && isInnocent(arg.name))) yield { at: arg.at, value: arg, node: call }
  }
  for (const each of of('wrapped')) {
    if (each.how !== 'yield' || isBeside(each) || (each.value.kind === 'name' && isInnocent(each.value.name))) continue
    yield { at: each.at, value: each.value, node: each }
  }
  for (const assign of of('assign')) {
    const { target } = assign
    if (isBeside(assign)) continue
    if (target.kind === 'member' && target.property === undefined) yield { at: assign.at, value: assign.value, node: assign }
    // Kept from call to call: a field, or a variable of the world around the function.
    const name = nameBound(target)
    if (name === undefined || isInnocent(name) || isSumName(name)) continue
    const around = functionAround(assign)
    const isKept = target.kind === 'member' ? target.object.kind === 'name' && target.object.name === 'this' : around !== undefined && !declares(around, name)
    if (isKept && flow.originsOf(assign).some(({ trait }) => trait === 'walk')) yield { at: assign.at, value: assign, node: assign }
  }
}

/** Whether a function has a variable of that name of its own. */
function declares(around: Node, name: string): boolean {
  for (const node of within(around, inner => inner === around || besideFunctions(inner))) {
    if (isKind(node, 'declare') && nameBound(node.target) === name) return true
    if (isFunction(node) && node.params.some(param => nameBound(param) === name)) return node === around
    if (isKind(node, 'assign') && node.operator === '=' && node.value.kind === 'literal' && nameBound(node.target) === name) return true
  }
  return false
}
