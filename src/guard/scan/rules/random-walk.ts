// Running sums and products of draws: a series that looks like prices and was thrown by dice.

import { recordings } from '../clues/recordings.ts'
import { isOfResearch } from '../clues/research-context.ts'
import type { Origin } from '../flow/trait.ts'
import type { Hit, Module, Rule } from '../rule.ts'

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
    if (!module.flow.mayCarry('walk')) return []
    const { program } = module
    const hits: Hit[] = []
    const told = new Set<string>()
    for (const { at, value, node } of [...recordings(module)]) {
      for (const origin of module.flow.originsOf(value)) {
        if (origin.trait !== 'walk') continue
        const key =
          origin.borrowed === undefined
            ? String(origin.through[0])
            : `${origin.borrowed.module} ${origin.borrowed.name} ${origin.borrowed.trait}`
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
