import { beforeAll, describe, expect, it } from 'vitest'
import { programText } from '../../../../test/guard/program-text.ts'
import { openPython, type PythonParser } from './python.ts'

let python: PythonParser
beforeAll(async () => {
  python = await openPython()
})

function lowered(text: string): string {
  const parsed = python.parse('feed.py', text)
  if ('fault' in parsed) throw new Error(`${parsed.fault.message}: ${text}`)
  return programText(parsed.program)
}

/** Code and the tree it becomes. */
function facts(pairs: Readonly<Record<string, string>>): void {
  for (const [code, tree] of Object.entries(pairs)) expect(lowered(code), code).toBe(tree)
}

const lines = (...all: readonly string[]): string => all.join('\n')

describe('imports', () => {
  it('bind modules, their members and everything in them', () => {
    facts({
      'import random': '(import "random" *:random)',
      'import numpy as np, os': lines('(import "numpy" *:np)', '(import "os" *:os)'),
      'import numpy.random as nr': '(import "numpy.random" *:nr)',
      'from random import gauss as g, choice': '(import "random" gauss:g choice)',
      'from random import *': '(import "random" *)',
      'from . import noise': '(import "." noise)',
      'from .feeds.kraken import (price as p,\n  bid,)': '(import ".feeds.kraken" price:p bid)',
      'from ... import x': '(import "..." x)',
      'from __future__ import annotations': '(import "__future__" annotations)',
    })
  })

  it('of a dotted module bind its package, and load the module besides', () => {
    facts({ 'import numpy.random': lines('(import "numpy" *:numpy)', '(import "numpy.random")') })
  })

  it('are found in functions and in try', () => {
    facts({
      'def f():\n  import random': '(define (function f () (import "random" *:random)))',
      'try:\n  import a\nexcept ImportError:\n  a = None': '(try (body (import "a" *:a)) (catch (ImportError) (= a null)))',
    })
  })

  it('for type checkers alone load nothing', () => {
    facts({
      'if TYPE_CHECKING:\n  import faker\nelse:\n  import x':
        '(if TYPE_CHECKING (then (import-type "faker" *:faker)) (else (import "x" *:x)))',
      'if typing.TYPE_CHECKING: from a import b': '(if (. typing TYPE_CHECKING) (then (import-type "a" b)))',
      'if not TYPE_CHECKING: import a': '(if (! TYPE_CHECKING) (then (import "a" *:a)))',
    })
  })

  it('can be calls, under whatever name the caller gave them', () => {
    facts({
      "__import__('random').gauss(0, 1)": '(call (. (import() "random") gauss) 0 1)',
      "importlib.import_module('random')": '(import() "random")',
      "import importlib as il\nil.import_module('a')": lines('(import "importlib" *:il)', '(import() "a")'),
      "from importlib import import_module as load\nload('a')": lines(
        '(import "importlib" import_module:load)',
        '(import() "a")',
      ),
      "builtins.__import__('a')": '(import() "a")',
      "sys.modules['random'].random()": '(call (. (import() "random") random))',
    })
  })
})

describe('assignments', () => {
  it('go to names, attributes, items and parts', () => {
    facts({
      'a = b = c': '(= a (= b c))',
      'a, *b = c': '(= ([] a (... b)) c)',
      '(a, [b, c]) = d': '(= ([] a ([] b c)) d)',
      '(price) = 1': '(= price 1)',
      "quote['bid'] = tick.bid": '(= (. quote bid) (. tick bid))',
      'xs[i] = xs[0]': '(= ([] xs i) (. xs 0))',
      'a.b.c = 1': '(= (. (. a b) c) 1)',
      'type(mock).price = 1.5': '(= (. (call type mock) price) 1.5)',
      "sys.modules['feed'] = fake": '(= (. (. sys modules) feed) fake)',
    })
  })

  it('can have types, operators, and stand inside expressions', () => {
    facts({
      'price: float = 1.5': '(= price 1.5)',
      'price: float': '(other)',
      'price += step': '(+= price step)',
      'x //= 2': '(//= x 2)',
      'm @= n': '(@= m n)',
      'if (n := len(a)) > 1: pass': '(if (> (:= n (call len a)) 1) (then (jump)))',
    })
  })

  it('reach attributes and names by their text', () => {
    facts({
      "setattr(quote, 'bid', 1)": '(= (. quote bid) 1)',
      "globals()['price'] = 1": '(= price 1)',
      "vars(np.random)['randn'](3)": '(call (. (. np random) randn) 3)',
      "np.random.__dict__['randn']": '(. (. np random) randn)',
      "getattr(np.random, 'randn')(3)": '(call (. (. np random) randn) 3)',
      'getattr(np.random, name)': '([] (. np random) name)',
      "getattr(tick, 'bid', 1.5)": '(?? (. tick bid) 1.5)',
      "np.random.__getattribute__('randn')": '(. (. np random) randn)',
    })
  })
})

describe('values', () => {
  it('are numbers of all forms', () => {
    facts({
      '1_000.5e-3': '1.0005',
      '0xFF, 0o17, 0b101, 0, 00': '(list 255 15 5 0 0)',
      '.5, 5., 1e3, 5j, 1_0': '(list 0.5 5 1000 5 10)',
      '-1.5': '(- 1.5)',
      '123456789012345678901234567890': '1.2345678901234568e+29',
    })
  })

  it('are texts with prefixes and escapes, beside each other one text', () => {
    facts({
      "'ran' 'dom'": '"random"',
      '"""a\nb"""': '"a\\nb"',
      "'\\x72\\u0061\\156\\\n!'": '"ran!"',
      "r'\\n' b'x' u'y'": '"\\\\nxy"',
      "'\\q\\\\'": '"\\\\q\\\\"',
      "''": '""',
    })
  })

  it('have holes that hold expressions, formats too', () => {
    facts({
      "f'{a}/{b:.2f}'": '(template a "/" b)',
      "f'{a!r:>{width}}'": '(template a width)',
      "f'{{{a}}}'": '(template "{" a "}")',
      "f'{price=}'": '(template "price=" price)',
      'f\'{f"{a}"}\'': '(template (template a))',
      'f\'{d["x"]}\'': '(template (. d x))',
      "'a' f'{b}' 'c' 'd'": '(template "a" b "cd")',
      "f'plain'": '"plain"',
      "rf'\\n{a}'": '(template "\\\\n" a)',
    })
  })

  it('are collections', () => {
    facts({
      '[1, *xs], (1,), {1, 2}, ()': '(list (list 1 (spread xs)) (list 1) (list 1 2) (list))',
      "{'bid': 1, k: 2, **rest, 3: 4}": '(object bid:1 [k]:2 ...rest 3:4)',
      'dict(bid=1, **rest)': '(object bid:1 ...rest)',
      '*quotes.values(), 1': '(list (spread (call (. quotes values))) 1)',
      'price,': '(list price)',
      'None, True, ...': '(list null true (other))',
      'a[1:2, ::3], b[-1]': '(list ([] a (list (other 1 2) (other 3))) ([] b (- 1)))',
    })
  })

  it('are compared, combined and chosen', () => {
    facts({
      'a and b or not c': '(|| (&& a b) (! c))',
      'a == b != c': '(&& (=== a b) (!== b c))',
      'a is None, a is not b': '(list (=== a null) (!== a b))',
      'a in b, a not in b': '(list (in a b) (! (in a b)))',
      'a < b <= c': '(&& (< a b) (<= b c))',
      'a + b * c ** -d // e': '(+ a (// (* b (** c (- d))) e))',
      'a if b else c': '(? b a c)',
      '(((a)))': 'a',
    })
  })

  it('are called with names and stars', () => {
    facts({
      'f(a, *b, c=1, **d)': '(call f a (spread b) c=1 **=d)',
      'f(x for x in y)': '(call f (call [comprehension] (function (x) (return x)) y))',
      'await f()': '(await (call f))',
      'print(a)': '(call print a)',
    })
  })

  it('are made by comprehensions of all four kinds, one inside the other', () => {
    facts({
      '[f(x) for x in xs if x if y]': '(call [comprehension] (function (x) (if x (then (if y (then (return (call f x))))))) xs)',
      '{k: v for k, v in xs}': '(call [comprehension] (function (([] k v)) k (return v)) xs)',
      '{x for x in xs}': '(call [comprehension] (function (x) (return x)) xs)',
      '(x for row in rows for x in row)':
        '(call [comprehension] (function (row) (return (call [comprehension] (function (x) (return x)) row))) rows)',
      '[x async for x in xs]': '(call [comprehension] (async-function (x) (return x)) (await xs))',
    })
  })
})

describe('functions', () => {
  it('have parameters of all kinds', () => {
    facts({
      'def f(a, /, b: int = 2, *args, c, d=3, **rest) -> int: return a':
        '(define (function f (a (default b 2) (... args) c (default d 3) (... rest)) (return a)))',
      'def f(*, a): pass': '(define (function f (a) (jump)))',
      'lambda a, b=1: a': '(function (a (default b 1)) (return a))',
      'def f[T](a: T): pass': '(define (function f (a) (jump)))',
    })
  })

  it('can be asynchronous or generators, which functions inside are not for that', () => {
    facts({
      'async def f(): await g()': '(define (async-function f () (await (call g))))',
      'def f():\n  x = yield\n  yield from g()': '(define (function* f () (= x (yield null)) (yield (spread (call g)))))',
      'def f():\n  def g(): yield 1\n  return g': '(define (function f () (define (function* g () (yield 1))) (return g)))',
    })
  })

  it('say which names belong outside', () => {
    facts({
      'def f():\n  global price, bid\n  price = 1': '(define (function f () (outer price bid) (jump) (= price 1)))',
      'def f():\n  class A:\n    global x\n    x = 1':
        '(define (function f () (declare (class A () (static-member (function () (jump))) (static-member x 1)))))',
    })
  })

  it('with decorators are defined, then given to them, the last first', () => {
    facts({
      '@app.get("/price")\n@cached\ndef price(): return 1': lines(
        '(define (function price () (return 1)))',
        '(= price (call (call (. app get) "/price") (call cached price)))',
      ),
      '@overload\ndef f(a: int): ...': '',
    })
  })
})

describe('classes', () => {
  const members = (body: string): string =>
    lowered(`class Feed(Base, metaclass=Meta):\n${body.replaceAll(/^/gm, '  ')}`).slice(
      '(declare (class Feed (Base) (static-member Meta) '.length,
      -2,
    )

  it('call the first parameter of a method `this`, whatever its name', () => {
    expect(members('def price(self): return self.bid')).toBe('(member price (function price () (return (. this bid))))')
    expect(members('def f(me, a):\n  def g(): return me.a\n  return lambda me: me')).toBe(
      '(member f (function f (a) (define (function g () (return (. this a)))) (return (function (me) (return me)))))',
    )
    expect(members('def f(self):\n  super().__init__()')).toBe('(member f (function f () (call (. super __init__))))')
  })

  it('have static methods, class methods and properties', () => {
    expect(members('@staticmethod\ndef f(a): return a')).toBe('(static-member f (function f (a) (return a)))')
    expect(members('@classmethod\ndef f(cls): return cls()')).toBe('(static-member f (function f () (return (call this))))')
    expect(members('@property\ndef bid(self): return 1')).toBe('(getter bid (function bid () (return 1)))')
    expect(members('@functools.cached_property\ndef bid(self): return 1')).toBe('(getter bid (function bid () (return 1)))')
    expect(members('@bid.setter\ndef bid(self, v): self.b = v')).toBe('(member bid (function bid (v) (= (. this b) v)))')
    expect(members('@retry(3)\ndef f(self): pass')).toBe(
      '(member f (function f () (jump))) (static-member (call (call retry 3) (. this f)))',
    )
  })

  it('have attributes, one by one', () => {
    expect(members('"""A feed."""\nbid: float = 1.5\nask: float\na = b = 2\nc, d = 3, 4')).toBe(
      '(static-member bid 1.5) (static-member ask) (static-member a 2) (static-member b 2) (static-member c 3) (static-member d 4)',
    )
  })

  it('take every branch of their body', () => {
    expect(members('if x:\n  a = 1\nelse:\n  def f(self): pass\nprint(1)\nimport os\nclass Inner: b = 2')).toBe(
      '(static-member x) (static-member a 1) (member f (function f () (jump))) (static-member (call print 1)) ' +
        '(static-member (function () (import "os" *:os))) (static-member Inner (class Inner () (static-member b 2)))',
    )
  })
})

describe('statements', () => {
  it('branch', () => {
    facts({
      'if a: b\nelif c: d\nelse: e': '(if a (then b) (else (if c (then d) (else e))))',
      "if __name__ == '__main__': main()": '(if (=== __name__ "__main__") (then (call main)))',
      'assert a > 1, "low"': '(if (! (> a 1)) (then (throw (call AssertionError "low"))))',
    })
  })

  it('repeat', () => {
    facts({
      'for a, b in c:\n  d\nelse:\n  e': lines('(loop (each ([] a b)) (over c) (body d))', 'e'),
      'while a:\n  break': '(loop (test a) (body (jump)))',
      'while True: pass': '(loop (body (jump)))',
      'async def f():\n  async for x in y: z': '(define (async-function f () (loop (each x) (over (await y)) (body z))))',
    })
  })

  it('enter', () => {
    facts({
      'with open(p) as f, lock: f.read()': '(block (= f (call open p)) lock (call (. f read)))',
      'with (a as b, c as d): e': '(block (= b a) (= d c) e)',
      'async def f():\n  async with a as b: c': '(define (async-function f () (block (= b (await a)) c)))',
    })
  })

  it('try, fail and give up', () => {
    facts({
      'try: a\nexcept (B, c.D) as e: f\nexcept: g\nelse: h\nfinally: i':
        '(try (body a h) (catch e (B (. c D)) f) (catch () g) (last i))',
      'try: a\nexcept* B: c': '(try (body a) (catch (B) c))',
      'raise A(b) from c': '(throw (call A b))',
      raise: '(throw)',
      'del a, b[0]': '(other (list a (. b 0)))',
    })
  })

  it('of Python 2 and of types are read too', () => {
    facts({ 'print "a", b': '(call print "a" b)', 'exec code': '(call exec code)', 'type Price = float': '(jump)' })
  })
})

describe('match', () => {
  it('is a chain of ifs about its subject', () => {
    facts({
      "match mode:\n  case 'live': a\n  case 'test' | 'demo': b\n  case _: c":
        '(block mode (if (=== mode "live") (then a) (else (if (|| (=== mode "test") (=== mode "demo")) (then b) (else (if true (then c)))))))',
      'match a.b:\n  case c.D if e: f': '(block (. a b) (if (&& (=== (. a b) (. c D)) e) (then f)))',
      'match a:\n  case -1: b': '(block a (if (=== a (- 1)) (then b)))',
    })
  })

  it('computes its subject once', () => {
    facts({ 'match f():\n  case 1: a': '(block (= [match 0] (call f)) (if (=== [match 0] 1) (then a)))' })
  })

  it('gives names to parts', () => {
    facts({
      "match q:\n  case {'bid': bid, **rest}: a": '(block q (if (other q) (then (= bid (. q bid)) (= rest q) a)))',
      'match q:\n  case [a, *b]: c': '(block q (if (other q) (then (= a (. q 0)) (= b q) c)))',
      'match q:\n  case Quote(1, ask=x) as y: c':
        '(block q (if (&& (instanceof q Quote) (=== (. q 0) 1)) (then (= x (. q ask)) (= y q) c)))',
      'match q:\n  case (x): c': '(block q (if true (then (= x q) c)))',
      'match a, b:\n  case 1, x: c':
        '(block (= [match 0] (list a b)) (if (=== (. [match 0] 0) 1) (then (= x (. [match 0] 1)) c)))',
    })
  })
})
