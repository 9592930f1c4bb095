// The rules that look at more than one program: what cannot be read, what answers for a finding, what live trading can reach.
import type { Rule } from './rule.ts'

const nothing = () => []

export const unreadable: Rule = {
  id: 'unreadable',
  severity: 'error',
  summary: 'a source file cannot be read, so nothing can be said of it',
  why:
    'What is not read is not checked: a file that is binary, huge, broken or nested without end could hold anything. Mend it, ' +
    'move it out of the scanned folders, or put it into the baseline after somebody has looked at it.',
  bad: [{ language: 'typescript', code: 'export const spread = (quote' }],
  good: [{ language: 'typescript', code: 'export const spread = (quote: Quote) => quote.ask - quote.bid' }],
  looksAt: 'production',
  check: nothing,
}

export const suppression: Rule = {
  id: 'suppression',
  severity: 'error',
  summary: 'a guard-allow comment gives no reason, or names a rule that there is not',
  why:
    'Somebody answers for each finding that is let through, in words the next reader can judge. Such a comment suppresses nothing ' +
    'until it reads `guard-allow RULE: reason`.',
  bad: [
    { language: 'typescript', code: 'const price = 1.0842 // guard-allow hard-coded-price' },
    { language: 'python', code: 'price = 1.0842  # guard-allow hardcoded: example of the manual' },
  ],
  good: [
    {
      language: 'typescript',
      code: "const price = 1.0842 // guard-allow hard-coded-price: the manual's worked example, shown and never traded",
    },
  ],
  looksAt: 'production',
  check: nothing,
}

export const liveReachesTest: Rule = {
  id: 'live-reaches-test',
  severity: 'error',
  summary: 'code for tests, a synthetic source or a simulated venue can be reached from live trading',
  why:
    'What is loaded can be called. Nothing of a test folder may be imported by other code, and from the live entry point no chain of ' +
    'imports, static, dynamic or passed on, may lead to a source or a venue that pretends. Cut the import at the end of the path, or ' +
    'load it where only tests and paper trading pass.',
  bad: [
    { language: 'typescript', code: "import { ticks } from '../test/ticks.ts'" },
    { language: 'typescript', code: "// live.ts\nconst { SimulatedVenue } = await import('./simulated-venue.ts')" },
  ],
  good: [
    { language: 'typescript', code: "// live.ts\nimport { KrakenVenue } from './kraken-venue.ts'" },
    { language: 'typescript', code: "import type { Ticks } from '../test/ticks.ts'" },
  ],
  looksAt: 'production',
  check: nothing,
}

export const OWN_RULES: readonly Rule[] = [liveReachesTest, unreadable, suppression]
