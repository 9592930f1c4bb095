// The source check of loaded things: what text the runtime keeps of them, put together so that it parses and keeps its names.
import { expect, test } from 'vitest'
import { inspect } from './inspect.ts'

const rules = (value: unknown) => inspect(value).map(({ rule }) => rule)

/** Draws by chance: what each test looks for. */
const draw = () => ({ bid: 1 + Math.random(), ask: 2 })

test('a function is judged by its text, under the name it is given', () => {
  const [finding] = inspect(draw, { name: 'strategy noise' })

  expect(finding).toMatchObject({ rule: 'random-to-market', file: 'strategy noise' })
  expect(rules((bid: number, ask: number) => ({ bid, ask }))).toEqual([])
})

test('every way of writing a function is read', () => {
  const all = {
    method() {
      return 1
    },
    async later() {
      return 1
    },
    *several() {
      yield 1
    },
    async *severalLater() {
      yield 1
    },
    get got() {
      return 1
    },
    set got(_value: number) {},
    ['comp' + 'uted']() {
      return 1
    },
    arrow: (a: number) => a,
    asyncArrow: async (a: number) => a,
    plain: () => 1,
    generator: function* () {
      yield 1
    },
    inner: { deeper: { arrow: () => 1 } },
    native: Math.max,
    bound: draw.bind(undefined),
    value: 1.0842,
    class: class {
      #secret = 1
      read = () => this.#secret
      static of() {
        return 1
      }
    },
  }

  expect(inspect(all)).toEqual([])
  expect(inspect(all.got)).toEqual([])
  for (const [name, value] of Object.entries(all)) expect(inspect(value), name).toEqual([])
})

test('what is deep in an object, in a class, in its parent or behind an instance is found', () => {
  class Parent {
    quote() {
      return { bid: 1 + Math.random(), ask: 2 }
    }
  }
  class Child extends Parent {
    #last = 1
    last() {
      return this.#last
    }
  }

  expect(rules({ feeds: { quotes: { draw } } })).toContain('random-to-market')
  expect(rules(Parent)).toContain('random-to-market')
  expect(rules(Child)).toContain('random-to-market')
  expect(rules(new Child())).toContain('random-to-market')
  expect(rules(Child.prototype.last)).toEqual([])
})

test('a module is read as a whole, and what circles or is a getter is not run', () => {
  const module = { [Symbol.toStringTag]: 'Module', default: draw, 'not a name': () => 1 }
  expect(rules(module)).toContain('random-to-market')

  const circle: Record<string, unknown> = { draw }
  circle['self'] = circle
  Object.defineProperty(circle, 'trap', {
    enumerable: true,
    get: () => {
      throw new Error('was run')
    },
  })
  expect(rules(circle)).toContain('random-to-market')
})

test('what is no code has nothing to find', () => {
  for (const value of [undefined, null, 1, 'Math.random()', [1.1, 1.2], new Map(), Symbol('a')])
    expect(inspect(value)).toEqual([])
})
