// Generators of chance whose seed is in the code: the same numbers every day, taken for a market.
import { recordings } from '../clues/recordings.ts'
import { isOfResearch } from '../clues/research-context.ts'
import type { Hit, Module, Rule } from '../rule.ts'
import { hitsOf } from './random-to-market.ts'

export const seededGenerator: Rule = {
  id: 'seeded-generator',
  severity: 'error',
  summary: 'values of the market are drawn by a generator with a seed',
  why:
    'A seeded generator repeats itself: what it draws is the same every day, whatever happens outside. Where it makes prices or signals, a ' +
    'backtest on it proves nothing and a live run trades on a recording of dice. Seeds for research and for models are fine.',
  bad: [
    {
      language: 'typescript',
      code: 'let s = 42\nconst next = () => (s = (s * 16807) % 2147483647) / 2147483647\nexport const tick = () => ({ bid: 1.08 + next() * 0.001 })',
    },
    {
      language: 'javascript',
      code: "const seedrandom = require('seedrandom')\nconst rng = seedrandom('eurusd')\nexports.getQuote = mid => ({ price: mid + rng() })",
    },
    {
      language: 'javascript',
      code: 'const unit = i => { const x = Math.sin(i) * 10000; return x - Math.floor(x) }\nexport const volume = bar => Math.round(unit(bar) * 1000)',
    },
    {
      language: 'python',
      code: 'import numpy as np\n\nnp.random.seed(7)\n\ndef last_price(symbol):\n    return 100 + np.random.randn()',
    },
    {
      language: 'python',
      code: 'import random\n\nrng = random.Random(1234)\n\nclass Engine:\n    def signal(self):\n        return "BUY" if rng.random() > 0.5 else "SELL"',
    },
  ],
  good: [
    {
      language: 'typescript',
      code: 'export function hash(text: string): number {\n  let h = 7\n  for (const c of text) h = (h * 31 + c.charCodeAt(0)) | 0\n  return h >>> 0\n}',
    },
    {
      language: 'python',
      code: 'from sklearn.ensemble import RandomForestClassifier\n\ndef train(x, y):\n    return RandomForestClassifier(random_state=42).fit(x, y)',
    },
    {
      language: 'python',
      code: 'import numpy as np\n\ndef bootstrap_mean(returns, n):\n    rng = np.random.default_rng(7)\n    return np.mean([rng.choice(returns, len(returns)).mean() for _ in range(n)])',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    if (!module.flow.mayCarry('seeded')) return []
    const hits = hitsOf(module, 'seeded', what => `${what} comes from a generator with a seed: the same every time`)
    return hits.length > 0 ? hits : walksOf(module)
  },
}

/** A series that a seeded generator walks, whatever it is called. */
function walksOf({ program, flow, ...rest }: Module): readonly Hit[] {
  for (const { at, value, node } of recordings({ program, flow, ...rest })) {
    const origins = flow.originsOf(value)
    const seed = origins.find(({ trait, borrowed }) => trait === 'seeded' && borrowed === undefined)
    if (seed === undefined || !origins.some(({ trait }) => trait === 'walk') || isOfResearch(program, node)) continue
    return [{ at, message: 'a series is walked by a generator with a seed: the same every time', through: [...seed.through, at] }]
  }
  return []
}
