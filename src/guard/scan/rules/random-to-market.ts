// Chance that becomes a price, a quantity, a signal or an order, by whatever way it goes there.

import { marketSinks, type Sink } from '../clues/market-sinks.ts'
import { isOfResearch, namesResearch } from '../clues/research-context.ts'
import type { Borrowed, Origin } from '../flow/trait.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const randomToMarket: Rule = {
  id: 'random-to-market',
  severity: 'error',
  summary: 'a random number becomes a price, a quantity, a signal or an order',
  why:
    'A number drawn by chance looks like a market and is none: what is reckoned from it loses money without a fault anywhere. ' +
    'Take the value from a source, or say that there is none. Chance for delays, identifiers and research is fine.',
  bad: [
    { language: 'typescript', code: 'export const quote = () => ({ bid: 1.08 + Math.random() * 0.001, ask: 1.0812 })' },
    {
      language: 'typescript',
      code: "const { random: r } = globalThis['Ma' + 'th']\nexport function getPrice(last: number) {\n  const wobble = (r() - 0.5) * last\n  return last + wobble\n}",
    },
    {
      language: 'javascript',
      code: "const { randomInt } = require('node:crypto')\nmodule.exports.size = broker => broker.placeOrder('EURUSD', randomInt(1, 10))",
    },
    { language: 'javascript', code: 'export const onBar = bar => {\n  if (Math.random() > 0.5) buy(bar.symbol, 1)\n}' },
    {
      language: 'python',
      code: 'import numpy as np\n\ndef enrich(df):\n    noise = np.random.default_rng().normal(0, 1e-4, len(df))\n    df["close"] = df["raw"] + noise\n    return df',
    },
    { language: 'python', code: 'import random\n\ndef compute_signal(bars):\n    return random.choice(["buy", "sell"])' },
  ],
  good: [
    { language: 'typescript', code: 'export const delay = (attempt: number) => 2 ** attempt * 100 * (0.5 + Math.random())' },
    {
      language: 'typescript',
      code: 'export const order = (price: number) => ({ price, clientOrderId: Math.random().toString(36).slice(2) })',
    },
    {
      language: 'python',
      code: 'import random\n\ndef get_price(client, hosts, symbol):\n    host = random.choice(hosts)\n    return client.get(f"https://{host}/price/{symbol}").json()["price"]',
    },
    {
      language: 'python',
      code: 'import numpy as np\n\ndef monte_carlo_drawdown(returns):\n    prices = np.cumprod(1 + np.random.choice(returns, size=len(returns)))\n    return np.min(prices)',
    },
  ],
  looksAt: 'production',

  check: module => hitsOf(module, 'random', what => `${what} is drawn by chance`),
}

/** The sinks that a value of that trait reaches: one hit for each place it comes from. */
export function hitsOf(module: Module, trait: Origin['trait'], say: (what: string) => string): readonly Hit[] {
  if (!module.flow.mayCarry(trait)) return []
  const hits: Hit[] = []
  const told = new Set<string>()
  for (const sink of marketSinks(module)) {
    for (const origin of originsInto(module, sink, trait)) {
      const key = origin.borrowed === undefined ? String(origin.through[0]) : keyOf(origin.borrowed)
      if (told.has(key)) continue
      if (!sink.isFinal && isOfResearch(module.program, sink.node)) continue
      if (origin.borrowed !== undefined && !sink.isFinal && isBorrowedFromResearch(origin.borrowed)) continue
      told.add(key)
      const needs = origin.borrowed === undefined ? {} : { needs: [origin.borrowed] }
      hits.push({ at: sink.at, message: say(sink.what), through: [...origin.through, sink.at], ...needs })
    }
  }
  return hits
}

function* originsInto({ flow }: Module, sink: Sink, trait: Origin['trait']): Generator<Origin> {
  for (const value of sink.values) for (const origin of flow.originsOf(value)) if (origin.trait === trait) yield origin
  for (const value of sink.results ?? []) for (const origin of flow.resultsOf(value)) if (origin.trait === trait) yield origin
}

const keyOf = ({ module, name }: Borrowed): string => `${module}\n${name}`

const isBorrowedFromResearch = ({ module, name }: Borrowed): boolean =>
  name.split('.').some(namesResearch) || module.split('/').some(namesResearch)
