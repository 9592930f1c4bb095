// Tests that cannot fail: without an assertion, with one that is always true, or with one whose failure is swallowed.
import { assertionsIn } from '../clues/assertions.ts'
import { lastName } from '../clues/named-values.ts'
import type { Call, Expression, FunctionExpression } from '../program/program.ts'
import { besideFunctions, isKind, isMember, type Node, type Survey, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

/** `test('…', fn)`, `it.only('…', fn)`, `Deno.test`, `t.test`, `it.each(rows)('…', fn)`. */
const STARTERS: ReadonlySet<string> = new Set(['test', 'it', 'specify', 'fit', 'property'])
const VARIANTS: ReadonlySet<string> = new Set([
  'only',
  'concurrent',
  'sequential',
  'serial',
  'each',
  'for',
  'fails',
  'failing',
  'extend',
])
const LEFT_OUT: ReadonlySet<string> = new Set(['todo', 'skip', 'skipIf', 'bench', 'step', 'describe', 'before', 'after', 'use'])

export const emptyTest: Rule = {
  id: 'empty-test',
  severity: 'error',
  summary: 'a test asserts nothing',
  why:
    'A test that cannot fail is counted as proof and proves nothing: the day the code under it breaks, it still says yes. ' +
    'Assert what the code must do, with a value that comes from outside of it.',
  bad: [
    {
      language: 'typescript',
      code: "import { test } from 'vitest'\ntest('prices are read', async () => {\n  await readPrices()\n})",
    },
    {
      language: 'javascript',
      code: "it('fills an order', () => {\n  const fill = execute(order)\n  expect(true).toBe(true)\n})",
    },
    {
      language: 'typescript',
      code: "test('refuses', () => {\n  try {\n    expect(gate(order)).toBe('refused')\n  } catch {}\n})",
    },
    { language: 'python', code: 'import pytest\n\ndef test_quotes_are_parsed():\n    parse_quotes(RAW)\n    assert True' },
    {
      language: 'python',
      code: 'import unittest\n\nclass TestFeed(unittest.TestCase):\n    def test_connects(self):\n        Feed().connect()',
    },
  ],
  good: [
    {
      language: 'typescript',
      code: "test('a fill never exceeds the order', () => {\n  expect(fill(order).left).toBe(0)\n})\ntest.todo('half fills')",
    },
    {
      language: 'typescript',
      code: "const holds = (book) => { if (book.bid > book.ask) throw new Error('crossed') }\ntest('never crosses', () => {\n  holds(read())\n})",
    },
    { language: 'javascript', code: "it('rejects', done => {\n  send(order, done)\n})\nconst isPrice = /^\\d+$/.test('12')" },
    { language: 'python', code: 'import pytest\n\ndef test_refuses():\n    with pytest.raises(ValueError):\n        parse("")' },
    {
      language: 'python',
      code: 'import unittest\n\nclass TestFeed(unittest.TestCase):\n    def test_reads(self):\n        self.assertEqual(read(), 3)',
    },
    {
      language: 'python',
      code: 'def test_connection(host):\n    """Whether the venue answers."""\n    return open_socket(host).ok',
    },
  ],
  looksAt: 'everything',

  check(module: Module): readonly Hit[] {
    const seen = survey(module.program)
    const hits: Hit[] = []

    const judge = (body: FunctionExpression, at: number, title: string) => {
      const { real, empty } = assertionsIn(body, module)
      if (real > 0) return
      const why = empty.length === 0 ? 'asserts nothing' : 'asserts nothing that could be false'
      hits.push({ at, message: `the test ${title} ${why}`, through: empty.slice(0, 1) })
    }

    if (module.program.language === 'python') {
      for (const { name, fn, at } of pythonTests(module, seen)) judge(fn, at, name)
      return hits
    }

    for (const call of seen.of('call')) {
      const body = bodyOfTest(call, seen)
      if (body !== undefined) judge(body, call.at, titleOf(call))
    }
    return hits
  },
}

function bodyOfTest(call: Call, seen: Survey): FunctionExpression | undefined {
  if (!startsTest(call.callee)) return undefined
  const [title, ...rest] = call.args
  const isNamed = title !== undefined && (title.kind === 'literal' ? typeof title.value === 'string' : title.kind !== 'function')
  const candidates = isNamed ? rest : call.args

  for (const candidate of candidates) {
    if (candidate.kind === 'function') return candidate
    if (candidate.kind === 'name') {
      const fn = seen.functionNamed(candidate.name)
      if (fn !== undefined) return fn
    }
  }
  return undefined
}

function startsTest(callee: Expression): boolean {
  if (callee.kind === 'name') return STARTERS.has(callee.name)
  if (callee.kind === 'call') return startsTest(callee.callee) && callee.callee.kind === 'member'
  if (callee.kind !== 'member' || callee.property === undefined || LEFT_OUT.has(callee.property)) return false
  if (VARIANTS.has(callee.property)) return startsTest(callee.object)
  return callee.property === 'test' && /^(?:Deno|QUnit|t|tap|suite|bun|nodeTest)$/.test(lastName(callee.object) ?? '')
}

function titleOf(call: Call): string {
  const [title] = call.args
  return title?.kind === 'literal' && typeof title.value === 'string' ? `'${title.value}'` : 'here'
}

/** Functions that pytest or unittest would collect. */
function* pythonTests(module: Module, seen: Survey) {
  const isTestFile = module.isTest || /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/.test(module.program.file)
  const modules = seen.of('import').map(({ module: from }) => from.split('.')[0] ?? '')
  const isForTests = isTestFile || modules.some(from => /^(?:pytest|unittest|nose2?|hypothesis|testtools)$/.test(from))
  const called = new Set(seen.of('call').map(({ callee }) => lastName(callee)))

  for (const fn of seen.of('function')) {
    const name = seen.nameOf(fn)
    if (!/^test(?:_|[A-Z]|$)/.test(name) || name === 'test' || isLeftOut(fn, seen)) continue

    const inClass = classAround(fn, seen)
    const isCollected =
      inClass === undefined
        ? seen.functionAround(fn) === undefined
        : /^Test|Tests?$|TestCase$/.test(inClass.name ?? '') || inClass.bases.some(base => /Test/.test(lastName(base) ?? ''))
    if (!isCollected) continue

    // Production code has functions that test a connection: they answer, or somebody calls them.
    if (!isForTests && (called.has(name) || givesAnswer(fn))) continue
    yield { name, fn, at: fn.at }
  }
}

const givesAnswer = (fn: FunctionExpression) =>
  [...within(fn.body, besideFunctions)].some(node => isKind(node, 'return') && node.value !== undefined)

function classAround(fn: FunctionExpression, { parentOf }: Survey) {
  let around: Node | undefined = parentOf(fn)
  while (isKind(around, 'call')) around = parentOf(around)
  if (!isMember(around)) return undefined
  const found = parentOf(around)
  return isKind(found, 'class') ? found : undefined
}

/** Skipped, a fixture, or a property whose library asserts that nothing is raised. */
function isLeftOut(fn: FunctionExpression, seen: Survey): boolean {
  // Decorated: `name = decorator(name)` after a function, a call around a method.
  const decorations: Expression[] = seen.givenTo(seen.nameOf(fn)).filter(value => isKind(value, 'call'))
  for (let around = seen.parentOf(fn); isKind(around, 'call'); around = seen.parentOf(around)) decorations.push(around)

  return decorations.some(decoration =>
    [...within(decoration)].some(
      node => (isKind(node, 'member') || isKind(node, 'name')) && LEAVES_OUT.test(lastName(node) ?? ''),
    ),
  )
}

const LEAVES_OUT = /^(?:skip|skipIf|skipUnless|skipif|xfail|fixture|given|benchmark)$/
