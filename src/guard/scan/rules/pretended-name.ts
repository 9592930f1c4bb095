// Values that say of themselves that they are not real, handed on as if they were.

import { isPretendedMarket } from '../clues/market-words.ts'
import { isPaperOrResearch } from '../clues/research-context.ts'
import type { Borrowed } from '../flow/trait.ts'
import { isEntry, isFunction, isKind, isMember, type Node, survey } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const pretendedName: Rule = {
  id: 'pretended-name',
  severity: 'error',
  summary: 'what is called fake, mock, dummy, simulated or synthetic is handed on as a value of the market',
  why:
    'Whoever wrote generateFakeTick knew what it is; whoever reads the tick behind three calls does not. Take the value from a source, or let ' +
    'the program say that it has none. Simulation for paper trading and research says so in its names and is fine.',
  bad: [
    {
      language: 'typescript',
      code: "import { generateFakeTick } from './ticks.ts'\nexport const next = () => generateFakeTick('EURUSD')",
    },
    {
      language: 'typescript',
      code: 'const dummyPrice = 1.2345\nexport const priceOf = (cache: Map<string, number>, symbol: string) => cache.get(symbol) ?? dummyPrice',
    },
    {
      language: 'javascript',
      code: 'const simulateFill = order => ({ ...order, status: "FILLED" })\nexports.submit = order => {\n  const run = simulateFill\n  return run(order)\n}',
    },
    {
      language: 'python',
      code: 'from app.bars import make_synthetic_bars as bars\n\ndef history(symbol):\n    return bars(symbol)',
    },
  ],
  good: [
    { language: 'typescript', code: 'export class MarketSimulatorReport {\n  constructor(readonly trades: number) {}\n}' },
    {
      language: 'typescript',
      code: "export const accept = (tick: { isSimulated: boolean }) => {\n  if (tick.isSimulated) throw new Error('a simulated tick')\n  return tick\n}",
    },
    { language: 'javascript', code: "export const rejectSynthetic = ticks => ticks.filter(tick => tick.source !== 'synthetic')" },
    {
      language: 'python',
      code: 'def synthetic_forward(call_mid, put_mid, strike):\n    return strike + call_mid - put_mid',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const { program, flow } = module
    const { of, parentOf } = survey(program)
    const hits: Hit[] = []
    const told = new Set<string>()
    const mayBorrow = flow.mayCarry('pretended')

    const look = (name: string | undefined, node: Node) => {
      if (name === undefined || told.has(name) || !isPretendedMarket(name) || isVerbOfSampling(name, node, parentOf)) return
      if (!flowsOn(node, parentOf) || isPaperOrResearch(program, node)) return
      told.add(name)
      hits.push({ at: node.at, message: `'${name}' says that it is not real, and its value is handed on` })
    }

    // Under another name: `import { mockQuotes as quotes }`.
    const renamed = new Map<string, string>()
    for (const { names } of of('import'))
      for (const { imported, local } of names) if (imported !== local && isPretendedMarket(imported)) renamed.set(local, imported)

    const mayName = PRETENDING.test(program.text)
    if (mayName) for (const node of of('name')) look(renamed.get(node.name) ?? node.name, node)
    for (const node of of('member')) {
      if (!mayName && node.property !== undefined) continue
      const key = node.property ?? (node.index === undefined ? undefined : textOf(flow.constantOf(node.index)?.value))
      look(key, node)
    }
    for (const node of of('call')) {
      // Under another name: `import { generateFakeTick as gen }`, `getattr(bars, 'make_fake_bars')`.
      const path = flow.pathOf(node.callee)
      const last = path?.slice(path.lastIndexOf('.') + 1)
      if (last !== undefined) look(last, node)
      if (!mayBorrow) continue
      for (const { module: from, name } of flow.borrowedOf(node)) {
        const needed: Borrowed = { module: from, name, trait: 'pretended' }
        const key = keyOf(needed)
        if (told.has(key) || !flowsOn(node, parentOf) || isPaperOrResearch(program, node)) continue
        told.add(key)
        hits.push({ at: node.at, message: `what '${name}' returns says that it is not real`, needs: [needed] })
      }
    }
    for (const node of of('object-pattern')) for (const { key, target } of node.entries) if (key !== undefined) look(key, target)
    for (const { module: from, names, at } of of('export')) {
      if (from === undefined) continue
      for (const { local } of names) {
        if (told.has(local) || !isPretendedMarket(local)) continue
        told.add(local)
        hits.push({ at, message: `'${local}' says that it is not real, and is passed on` })
      }
    }
    return hits
  },
}

/** Without any of these in its text no name of a file pretends. */
const PRETENDING =
  /fak(?:e|ing)|mock|dumm(?:y|ies)|stub|simulat|synthe|bogus|phony|invent|hallucinat|placeholder|fabricat|sham|spoof|artificial|ma(?:de|ke|king)_?up|believe|fictiti|fictional|imaginary|random|sample|demo|example/i

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const keyOf = ({ module, name }: Borrowed): string => `${module}\n${name}`

/** `samplePrices(ticks, 60)` takes every sixtieth; a table of that name was written down. */
const isVerbOfSampling = (name: string, node: Node, parentOf: (node: Node) => Node | undefined): boolean => {
  const call = parentOf(node)
  return /^_?sample/.test(name) && isKind(call, 'call') && call.callee === node && call.args.length > 0
}

/** Whether a value is used: returned, given, stored; not only asked, thrown, or defined. */
function flowsOn(node: Node, parentOf: (node: Node) => Node | undefined): boolean {
  let inner = node
  for (let at = parentOf(node); at !== undefined; inner = at, at = parentOf(at)) {
    if (isEntry(at)) return at.value === inner
    if (isMember(at)) return at.value === inner
    if (isFunction(at)) return false
    if (!('kind' in at)) return false
    switch (at.kind) {
      case 'return':
      case 'object-pattern':
        return true
      case 'declare':
      case 'assign':
      case 'default-pattern':
        return at.value === inner
      case 'call': {
        // `syntheticSeries.setData(real)` gives it something.
        const isReceiver = at.callee === inner && inner !== node
        const method = at.callee.kind === 'member' ? (at.callee.property ?? '') : ''
        return !(isReceiver && /^(?:set|add|apply|clear|reset|remove|close|stop|dispose|assert|validate|is|has)/.test(method))
      }
      case 'loop':
        return at.over === inner
      case 'if':
      case 'throw':
      case 'expression':
      case 'export':
        return at.kind === 'export'
      case 'conditional':
        if (at.test === inner) return false
        break
      case 'operation':
        if (!/^(?:\|\||\?\?|&&|[-+*/%])$/.test(at.operator)) return false
        break
      case 'member':
        if (at.object !== inner) return false
        break
      case 'wrapped':
        if (at.how === 'yield') return true
        break
      default:
    }
    if (isKind(at, 'class')) return false
  }
  return false
}
