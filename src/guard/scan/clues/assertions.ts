// What in a test can make it fail: assertions of every common library, and which of them are true whatever the code does.

import type { Call, Expression, FunctionExpression, Handler, Member, Statement } from '../program/program.ts'
import { isKind, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import { isCertain, type Subject } from './certain-assertions.ts'
import { wordsOf } from './market-words.ts'
import { lastName } from './named-values.ts'

export interface Assertions {
  /** How many there are that the code under test could break. */
  readonly real: number
  /** Offsets of those that nothing could break. */
  readonly empty: readonly number[]
}

/** Functions that say with their first word that they look: `assertSorted`, `expect_filled`, `checkBook`. */
const LOOKING = new Set([
  'assert',
  'asserts',
  'expect',
  'expects',
  'should',
  'verify',
  'verifies',
  'check',
  'checks',
  'ensure',
  'must',
  'fail',
])

/** Or anywhere, that what they run is a test: `run_test`, `compareWithGolden`, `playScenario`. */
const HOLDING = new Set([
  'test',
  'golden',
  'compare',
  'compares',
  'scenario',
  'contract',
  'matches',
  'conforms',
  'holds',
  'testcase',
  'reference',
])

/** Methods that fail by themselves: of test contexts (`t.is`), of mocks, of pages. */
const METHODS = new Set([
  ...[
    'is',
    'not',
    'deepEqual',
    'notDeepEqual',
    'like',
    'true',
    'false',
    'truthy',
    'falsy',
    'throws',
    'throwsAsync',
    'notThrows',
    'regex',
  ],
  ...[
    'ok',
    'notOk',
    'equal',
    'equals',
    'same',
    'notSame',
    'match',
    'rejects',
    'resolves',
    'snapshot',
    'plan',
    'strictEqual',
    'notEqual',
  ],
])
const CONTEXTS = new Set(['t', 'tap', 'test', 'assert', 'ctx', 'context'])
const RAISES =
  /^(?:raises|warns|assertRaises|assertRaisesRegex|deprecated_call|assertLogs|assertWarns|toThrow|fail|approx_raises)$/
const WAITS = /^(?:waitFor[A-Z]?\w*|findBy\w+|findAllBy\w+|getBy\w+|getAllBy\w+|toMatch\w*Snapshot)$/

const DEPTH_MAX = 5

export function assertionsIn(test: FunctionExpression, subject: Subject): Assertions {
  const seen = survey(subject.program)
  const entered = new Set<FunctionExpression>()
  let real = 0
  const empty: number[] = []

  const enter = (fn: FunctionExpression, depth: number) => {
    if (entered.has(fn) || depth > DEPTH_MAX) return
    entered.add(fn)

    // Callbacks inside are part of the test.
    for (const node of within([...fn.params, ...fn.body])) {
      const isTelling =
        isKind(node, 'call') ||
        isKind(node, 'throw') ||
        (isKind(node, 'member') && isChaiProperty(node)) ||
        (isKind(node, 'name') && node.name === 'done' && isHandedOn(node, seen))
      if (!isTelling || isSwallowed(node, fn, seen) || isNeverReached(node, seen)) continue

      if (isKind(node, 'call')) look(node, depth)
      else if (isKind(node, 'throw')) thrown(node)
      else if (isKind(node, 'member')) judge(node, expectedOf(node), [])
      else real += 1
    }
  }

  /** `assert test` of Python is a test whose failure is thrown; other throwing is an assertion by hand. */
  const thrown = (node: Node) => {
    const around = seen.parentOf(node)
    const isAssert = isKind(around, 'if') && around.at === node.at
    if (!isAssert) real += 1
    else judge(node, isKind(around.test, 'operation') ? around.test.operands : [around.test], [])
  }

  const judge = (node: Node, looked: readonly Expression[], against: readonly Expression[]) => {
    if (isCertain(looked, against, subject)) empty.push(node.at)
    else real += 1
  }

  const look = (call: Call, depth: number) => {
    const { callee, args } = call
    const name = lastName(callee) ?? ''

    if (callee.kind === 'member') {
      const expected = expectedOf(callee)
      if (expected.length > 0) return judge(call, expected, args)
      if (lastNames(callee.object).includes('should')) return judge(call, [callee.object], args)
    }
    if (callee.kind === 'name' && name === 'expect') return
    if (callee.kind === 'member' && lastName(callee.object) === 'expect' && /^(?:fail|unreachable)$/.test(name))
      return count(call)
    if (callee.kind === 'name' && isGiven(name, test, seen)) return count(call)
    if (/^(?:skip|todo|pass|\w*Error)$/.test(name)) return

    if (name === 'assert' || /^assert\w*$/i.test(name) || isAssertMember(callee)) {
      const isFailure = /^(?:fail|rejects|throws|raises)|^assert_?(?:Raises|called|any_call|has_calls|awaited|not_called)/i.test(
        name,
      )
      return isFailure ? count(call) : judge(call, args.slice(0, 1), args.slice(1))
    }
    if (RAISES.test(name) || WAITS.test(name)) return count(call)
    if (callee.kind === 'member' && METHODS.has(name) && CONTEXTS.has(lastName(callee.object) ?? '')) {
      return judge(call, args.slice(0, 1), args.slice(1))
    }

    // A helper of this file is looked into; one from elsewhere is taken at its word.
    const helper = callee.kind === 'name' || isOnThis(callee) ? seen.functionNamed(name) : undefined
    if (helper !== undefined) return enter(helper, depth + 1)
    const words = wordsOf(name)
    if (isCheckFromElsewhere(call, seen)) return count(call)
    if (LOOKING.has(words[0] ?? '') || (words.length > 1 && words.some(word => HOLDING.has(word)))) count(call)
  }

  const count = (_call: Call) => {
    real += 1
  }

  enter(test, 0)
  return { real, empty }
}

/** What stands in `expect(…)` of `expect(price).not.toBe(1)`; empty when the chain does not begin with one. */
function expectedOf({ object }: Member): readonly Expression[] {
  if (object.kind === 'member') return expectedOf(object)
  if (object.kind !== 'call') return []
  const name = lastName(object.callee) ?? ''
  if (name === 'expect' || name === 'expectTypeOf' || name === 'assertThat' || name === 'soft' || name === 'poll') {
    return object.args.length > 0 ? object.args : [object]
  }
  return object.callee.kind === 'member' ? expectedOf(object.callee) : []
}

const CHAI = new Set([
  'true',
  'false',
  'null',
  'undefined',
  'ok',
  'empty',
  'exist',
  'NaN',
  'called',
  'calledOnce',
  'rejected',
  'fulfilled',
  'finite',
])

/** `expect(x).to.be.true`: a getter asserts. */
const isChaiProperty = (node: Member) => node.property !== undefined && CHAI.has(node.property) && expectedOf(node).length > 0

const lastNames = (expression: Expression): readonly string[] =>
  expression.kind === 'member' ? [...lastNames(expression.object), expression.property ?? ''] : []

/** `assert.equal`, `chai.assert.isTrue`, `sinon.assert.calledOnce`, `fc.assert`, `t.assert.ok`. */
const isAssertMember = (callee: Expression): boolean =>
  callee.kind === 'member' &&
  (lastName(callee.object) === 'assert' || (callee.object.kind === 'member' && isAssertMember(callee.object)))

/** `const fact = (what, body) => test(what, () => body(world))`: what is asserted is handed in. */
function isGiven(name: string, test: FunctionExpression, seen: Survey): boolean {
  for (let fn = seen.functionAround(test); fn !== undefined; fn = seen.functionAround(fn)) {
    if (fn.params.some(param => nameBound(param) === name)) return true
  }
  return false
}

const isOnThis = (callee: Expression) =>
  callee.kind === 'member' && callee.object.kind === 'name' && callee.object.name === 'this'

/** `send(order, done)`, `done(error)`; a timer hands nothing to it. */
function isHandedOn(node: Node, { parentOf }: Survey): boolean {
  const around = parentOf(node)
  if (!isKind(around, 'call')) return false
  if (around.callee === node) return around.args.length > 0
  return !/^(?:setTimeout|setImmediate|setInterval|nextTick|queueMicrotask|requestAnimationFrame)$/.test(
    lastName(around.callee) ?? '',
  )
}

/** Where a failure is never seen: a `try` or a promise whose handler neither throws nor looks itself, Python's `suppress`. */
function isSwallowed(node: Node, test: FunctionExpression, { parentOf }: Survey): boolean {
  let inner: Node = node
  for (let around = parentOf(node); around !== undefined && inner !== test; around = parentOf(around)) {
    if (isKind(around, 'try') && around.body.some(statement => statement === inner) && around.handlers.some(hides)) return true
    if (isKind(around, 'call') && around.callee === inner && isKind(inner, 'member') && inner.property === 'catch') {
      const [handler] = around.args
      if (isKind(handler, 'function') && !says(handler.body)) return true
    }
    if (isKind(around, 'block') && suppresses(around.body[0]) && around.body[0] !== inner) return true
    inner = around
  }
  return false
}

/** What modules that help tests to look are called. */
const HELPS = new Set(
  'assertion assertions assert asserts helper helpers support testing harness golden goldens matcher matchers page pages steps contract contracts scenario scenarios check checks verify verification invariants laws properties expectations testkit'.split(
    ' ',
  ),
)

/** First words of functions that prepare, rather than look. */
const PREPARES = new Set(
  'make build create fake mock stub sample random generate setup set reset clear seed start stop wait sleep open close render load read fetch get new init install use with log print given connect mount before after populate register flush advance tick'.split(
    ' ',
  ),
)

/** `roundtrips(codec)` of './codec-laws.ts', as a statement of its own: nothing but a failure can come of it. */
function isCheckFromElsewhere(call: Call, seen: Survey): boolean {
  const around = seen.parentOf(call)
  const isAlone = isKind(around, 'expression') || (isKind(around, 'wrapped') && isKind(seen.parentOf(around), 'expression'))
  const root = rootOf(call)
  if (!isAlone || root === undefined || PREPARES.has(wordsOf(lastName(call.callee) ?? '')[0] ?? '')) return false

  return seen
    .of('import')
    .some(
      ({ module, names }) =>
        names.some(({ local }) => local === root) &&
        wordsOf(module.split(/[/.](?!(?:[cm]?[jt]sx?)$)/).at(-1) ?? '').some(word => HELPS.has(word)),
    )
}

/** `orderForm` of `orderForm(page).isShown()`. */
function rootOf(expression: Expression): string | undefined {
  if (expression.kind === 'call') return rootOf(expression.callee)
  if (expression.kind === 'member') return rootOf(expression.object)
  return expression.kind === 'name' ? expression.name : undefined
}

/** Behind a `return` or a `throw` of the same block. */
function isNeverReached(node: Node, { parentOf }: Survey): boolean {
  let inner: Node = node
  for (let around = parentOf(node); around !== undefined; around = parentOf(around)) {
    if (isKind(around, 'function') || isKind(around, 'block') || isKind(around, 'loop') || isKind(around, 'try')) {
      if (isBehindEnd(inner, around.body)) return true
    } else if (isKind(around, 'if') && (isBehindEnd(inner, around.then) || isBehindEnd(inner, around.otherwise))) return true
    if (isKind(around, 'function')) return false
    inner = around
  }
  return false
}

function isBehindEnd(statement: Node, block: readonly Statement[]): boolean {
  let hasEnded = false
  for (const each of block) {
    if (each === statement) return hasEnded
    if (each.kind === 'return' || each.kind === 'throw') hasEnded = true
  }
  return false
}

const FAILURES = /^(?:Assertion\w*|Exception|BaseException|Error)$/

const hides = ({ catches, body }: Handler): boolean => {
  const isOfFailures = catches.length === 0 || catches.some(what => FAILURES.test(lastName(what) ?? ''))
  return isOfFailures && !says(body)
}

/** Whether a handler makes a failure known: throws it again, hands it on, or looks at it. */
const says = (body: readonly Statement[]): boolean =>
  [...within(body)].some(node => {
    if (isKind(node, 'throw')) return true
    if (!isKind(node, 'call')) return false
    const names = [lastName(node.callee) ?? '', ...lastNames(node.callee)]
    return (
      names.some(name => LOOKING.has(wordsOf(name)[0] ?? '') || /^(?:done|reject|next|exit|raises)$/.test(name)) ||
      isInnerExpect(node.callee)
    )
  })

const isInnerExpect = (callee: Expression): boolean => callee.kind === 'member' && expectedOf(callee).length > 0

const suppresses = (first: Statement | undefined): boolean =>
  isKind(first, 'expression') &&
  isKind(first.value, 'call') &&
  lastName(first.value.callee) === 'suppress' &&
  first.value.args.some(what => FAILURES.test(lastName(what) ?? ''))
