// Branches on the environment that put something pretended in the place of something real.

import { isTest, leaves, refuses, statementsAfter } from '../clues/branches.ts'
import { textsOf } from '../clues/constant-texts.ts'
import { environmentReads } from '../clues/environment-reads.ts'
import { isMarketName, wordsOf } from '../clues/market-words.ts'
import { lastName } from '../clues/named-values.ts'
import { isInstrument } from '../clues/price-names.ts'
import type { Expression } from '../program/program.ts'
import { isEntry, isFunction, isKind, isMember, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const environmentFake: Rule = {
  id: 'environment-fake',
  severity: 'error',
  summary: 'a branch on the environment swaps in something pretended',
  why:
    'One variable that is missing or misspelt on the server, and real orders are decided on by invented prices, or answered by nobody. ' +
    'What runs in production must not contain its own imitation: let tests hand theirs in from outside.',
  bad: [
    {
      language: 'typescript',
      code: "export const feed = process.env['NODE_ENV'] === 'production' ? new KrakenFeed() : new FakeFeed()",
    },
    {
      language: 'javascript',
      code: "const { NODE_ENV } = process.env\nexports.feed = () => {\n  if (NODE_ENV !== 'production') return require('./mock-feed')\n  return require('./kraken-feed')\n}",
    },
    {
      language: 'typescript',
      code: 'const dev = import.meta.env.DEV\nexport const balance = () => dev ? 1_000_000 : api.balance()',
    },
    {
      language: 'javascript',
      code: 'const brokers = { production: LiveBroker, development: StubBroker }\nexport const broker = new brokers[process.env.STAGE]()',
    },
    {
      language: 'python',
      code: 'import os\n\ndef quote(symbol):\n    if os.getenv("USE_MOCK") == "1":\n        return {"symbol": symbol, "bid": 1.08, "ask": 1.0802}\n    return api.quote(symbol)',
    },
    { language: 'python', code: 'import os\n\nif os.environ.get("DEMO"):\n    client.last_price = lambda symbol: 42_000.0' },
  ],
  good: [
    { language: 'typescript', code: "const log = pino({ level: process.env['NODE_ENV'] === 'production' ? 'info' : 'debug' })" },
    {
      language: 'typescript',
      code: "const isProduction = process.env['NODE_ENV'] === 'production'\nconst settings = { pollIntervalMs: isProduction ? 1_000 : 10_000 }",
    },
    { language: 'javascript', code: "if (process.env.USE_MOCK) throw new Error('mocks are refused here')" },
    { language: 'javascript', code: "const host = process.env.MODE === 'live' ? LIVE_HOST : DEMO_HOST" },
    {
      language: 'python',
      code: 'import os\n\ndef venue():\n    return Kraken() if os.environ.get("VENUE") == "kraken" else Binance()',
    },
    {
      language: 'python',
      code: 'def submit(client, order, dry_run):\n    if dry_run:\n        return {"status": "not-sent"}\n    return client.submit(order)',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const { program, flow } = module
    const seen = survey(program)
    const { decides } = environmentReads(program, flow)
    const found = new Map<number, Hit>()

    const judge = (owner: Node, sides: readonly (readonly Node[])[]) => {
      for (const [i, side] of sides.entries()) {
        const others = sides.filter((_, other) => other !== i)
        const fake = pretendedIn(side, module) ?? madeUpIn(side, others, owner, module, seen)
        if (fake !== undefined && !found.has(owner.at)) {
          found.set(owner.at, {
            at: owner.at,
            message: `the environment decides whether this is real: ${fake.what}`,
            through: [fake.at],
          })
        }
      }
    }

    for (const node of seen.of('conditional')) if (decides(node.test)) judge(node, [[node.then], [node.otherwise]])

    for (const node of seen.of('if')) {
      if (!decides(node.test) || refuses(node.then)) continue
      const rest = leaves(node.then) && node.otherwise.length === 0 ? statementsAfter(node, seen) : []
      judge(node, [node.then, [...node.otherwise, ...rest]])
    }

    for (const node of seen.of('operation')) {
      const [left, right] = node.operands
      if (left === undefined || right === undefined || !/^(?:&&|\|\|)$/.test(node.operator)) continue
      if (isKind(seen.parentOf(node), 'if') || isTest(node, seen)) continue
      if (node.operator === '&&' && decides(left)) judge(node, [[right]])
      // `production && real() || made up`.
      const isChoice =
        node.operator === '||' &&
        isKind(left, 'operation') &&
        left.operator === '&&' &&
        left.operands.some(operand => decides(operand))
      if (isChoice) judge(node, [[left], [right]])
    }

    // `sources.get(process.env.NODE_ENV)`, of a dict or a Map.
    for (const node of seen.of('call')) {
      const { callee, args } = node
      const [key] = args
      if (!isKind(callee, 'member') || callee.property !== 'get' || !isKind(callee.object, 'name')) continue
      if (key === undefined || !decides(key)) continue
      for (const table of seen.givenTo(callee.object.name)) {
        const sides = valuesOf(table)
        if (sides.length > 0) judge(node, sides)
      }
    }

    for (const node of seen.of('member')) {
      if (node.index === undefined || !decides(node.index) || !isKind(node.object, 'name')) continue
      for (const table of seen.givenTo(node.object.name)) {
        const sides = valuesOf(table)
        if (sides.length > 0) judge(node, sides)
      }
    }
    return [...found.values()]
  },
}

/** What a table holds, value by value: `{ live: Feed }`, `new Map([['live', Feed]])`, `dict(live=Feed)`. */
function valuesOf(table: Expression): readonly (readonly Node[])[] {
  if (isKind(table, 'object')) return table.entries.map(({ value }) => [value])
  if (!isKind(table, 'call')) return []
  const [rows] = table.args
  const ofRows = isKind(rows, 'list') ? rows.items.flatMap(row => (isKind(row, 'list') ? [row.items.slice(1)] : [])) : []
  const ofObject = isKind(rows, 'object') ? valuesOf(rows) : []
  return [...ofRows, ...ofObject, ...table.keywords.map(({ value }) => [value])]
}

interface Fake {
  readonly at: number
  readonly what: string
}

const FAKE = new Set(
  'mock mocks mocked mocking fake fakes faked faker stub stubs stubbed dummy dummies simulated simulator synthetic random randomized randomised demo canned fixture fixtures pretend pretended hardcoded bogus'.split(
    ' ',
  ),
)
const MAKES = new Set('generate generated make invent create build sample'.split(' '))
const INVENTED = new Set(
  'history data ticks quotes prices candles bars trades market feed orders fills price quote tick series ohlc'.split(' '),
)

/** What is chosen by an environment with every right, whatever it is called. */
const SETTINGS = new Set(
  'host hosts hostname url urls uri endpoint endpoints key keys secret secrets credential credentials account accounts level log logger logging port database token server id name banner badge label uuid bytes'.split(
    ' ',
  ),
)

function isFakeName(name: string): boolean {
  const words = wordsOf(name)
  if (words.some(word => SETTINGS.has(word)) || /^(?:is|has|assert|refuse|no|not|without|disable)$/.test(words[0] ?? ''))
    return false
  if (words.some(word => FAKE.has(word))) return true
  return (
    MAKES.has(words[0] ?? '') &&
    words[0] !== 'make' &&
    words[0] !== 'create' &&
    words[0] !== 'build' &&
    words.slice(1).some(word => INVENTED.has(word))
  )
}

/** Something in a branch that says of itself that it pretends, or that draws by chance. */
function pretendedIn(side: readonly Node[], module: Module): Fake | undefined {
  const { flow } = module
  for (const node of within(side, each => !isMessage(each))) {
    if (isKind(node, 'name') && isFakeName(node.name)) return { at: node.at, what: node.name }
    if (isKind(node, 'member') && node.property !== undefined && isFakeName(node.property))
      return { at: node.at, what: node.property }
    if (isKind(node, 'import') && [node.module, ...node.names.map(({ imported }) => imported)].some(isFakePath))
      return { at: node.at, what: node.module }
    if (isKind(node, 'dynamic-import')) {
      const path = textsOf(node.module, module).find(isFakePath)
      if (path !== undefined) return { at: node.at, what: path }
    }
    if (isKind(node, 'literal') && typeof node.value === 'string' && namesCode(node.value))
      return { at: node.at, what: node.value }
    if (
      isKind(node, 'call') &&
      /^(?:Math\.random|numpy\.random|random\.(?!choice$|shuffle$|sample$))/.test(flow.pathOf(node.callee) ?? '')
    ) {
      return { at: node.at, what: 'a number drawn by chance' }
    }
  }
  return undefined
}

/** 'MockFeed', 'app.mock_feed', './fakes/broker': the name of code to be loaded, not a word. */
const namesCode = (text: string) =>
  (/^[A-Z]\w+$/.test(text) && isFakeName(text)) || (/^[\w@-]*(?:[./][\w-]+)+$/.test(text) && isFakePath(text))

const isFakePath = (path: string) => path.split(/[./\\]/).some(isFakeName)

/** Texts for people: logs and errors. */
const isMessage = (node: Node) =>
  isKind(node, 'call') && /^(?:log|info|debug|warn|warning|error|print|exit|Error|\w+Error)$/.test(lastName(node.callee) ?? '')

// ── Constants in the place of answers ───────────────────────────────────────────────────────────────────────────────────

const ACCOUNT = new Set(
  'balance balances equity pnl profit position positions order orders fill fills status signal signals rate rates stats statistics win trades portfolio margin history ticker wallet'.split(
    ' ',
  ),
)

/** A number or a record written down on one side, where the other side asks somebody. */
function madeUpIn(
  side: readonly Node[],
  others: readonly (readonly Node[])[],
  owner: Node,
  module: Module,
  seen: Survey,
): Fake | undefined {
  const isAsked = others.some(other =>
    [...within(other)].some(node => isKind(node, 'call') || isKind(node, 'import') || isKind(node, 'dynamic-import')),
  )
  const assigned = side
    .flatMap(node => [...within(node)])
    .find(
      node =>
        isKind(node, 'assign') && isKind(node.target, 'member') && isFunction(node.value) && isMadeUpFunction(node.value, module),
    )
  if (assigned !== undefined) return { at: assigned.at, what: 'a method is replaced by one that answers with a constant' }
  if (!isAsked) return undefined

  for (const value of answersOf(side)) {
    const isNamed = isAboutMarket(nameAround(owner, seen))
    if (isKind(value, 'object') || isKind(value, 'list')) {
      if (isMadeUpRecord(value, isNamed, module)) return { at: value.at, what: 'one side answers with what is written down' }
    } else if (isFunction(value) && isMadeUpFunction(value, module)) {
      return { at: value.at, what: 'one side answers with what is written down' }
    } else if (isNamed) {
      const number = module.flow.constantOf(value)?.value
      if (typeof number === 'number' && Math.abs(number) > 1) return { at: value.at, what: `one side is ${number}` }
    }
  }
  return undefined
}

/** The value of an expression's side, or what a branch returns. */
const answersOf = (side: readonly Node[]): readonly Expression[] =>
  side.flatMap(node => {
    if (isStatement(node))
      return [...within(node, each => !isFunction(each))].flatMap(each =>
        isKind(each, 'return') && each.value !== undefined ? [each.value] : [],
      )
    return [node as Expression]
  })

const STATEMENTS = /^(?:expression|declare|define|class-statement|return|throw|if|loop|try|block|import|export|jump)$/
const isStatement = (node: Node) => 'kind' in node && STATEMENTS.test(node.kind)

function isMadeUpRecord(value: Expression, isNamed: boolean, module: Module): boolean {
  if (isKind(value, 'list')) return value.items.some(item => isMadeUpRecord(item, isNamed, module))
  if (!isKind(value, 'object')) return false
  return value.entries.some(({ key, value: entry }) => {
    if (isFunction(entry)) return isMadeUpFunction(entry, module)
    const constant = module.flow.constantOf(entry)?.value
    const isWritten =
      (typeof constant === 'number' && constant !== 0) || (typeof constant === 'string' && /^[A-Za-z]+$/.test(constant))
    return key !== undefined && isWritten && (isNamed || isAboutMarket(key) || isInstrument(key))
  })
}

function isMadeUpFunction(fn: Expression, module: Module): boolean {
  if (!isFunction(fn)) return false
  return [...within(fn.body, each => !isFunction(each))].some(node => {
    if (!isKind(node, 'return') || node.value === undefined) return false
    const isNumber = typeof module.flow.constantOf(node.value)?.value === 'number'
    return isNumber || isMadeUpRecord(node.value, false, module)
  })
}

const isAboutMarket = (name: string) => name !== '' && (isMarketName(name) || wordsOf(name).some(word => ACCOUNT.has(word)))

/** What the value is for: the key, the variable or the function it stands in. */
function nameAround(node: Node, seen: Survey): string {
  for (let around = seen.parentOf(node); around !== undefined; around = seen.parentOf(around)) {
    if (isEntry(around)) return around.key ?? ''
    if (isMember(around)) return around.name ?? ''
    if (isKind(around, 'declare') || isKind(around, 'assign')) return nameBound(around.target) ?? ''
    if (isFunction(around)) return seen.nameOf(around)
  }
  return ''
}
