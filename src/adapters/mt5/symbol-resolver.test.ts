// The resolver against a corpus of brokers' spellings, against twins with documented properties, and by property.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BROKER_NAMES, SPELLINGS } from '../../../test/venues/broker-names.ts'
import { canonicalName } from '../../domain/symbol-names.ts'
import type { SymbolFacts } from './symbol-facts.ts'
import { type Candidate, resolveSymbols, symbolListHash, symbolParts } from './symbol-resolver.ts'

const STANDARD: SymbolFacts = {
  name: 'EURUSD',
  path: 'Forex\\EURUSD',
  description: 'Euro vs US Dollar',
  base: 'EUR',
  profit: 'USD',
  margin: 'EUR',
  digits: 5,
  tickSize: '0.00001',
  contractSize: '100000',
  volumeMin: '0.01',
  volumeStep: '0.01',
  volumeMax: '100',
  calcMode: 0,
  executionMode: 1,
  tradeMode: 4,
  spreadFloats: true,
  spread: 12,
  stopsLevel: 10,
  freezeLevel: 0,
  swapLong: '-7.2',
  swapShort: '2.1',
  swapMode: 1,
}
const ECN: SymbolFacts = { ...STANDARD, name: 'EURUSD+', path: 'Forex ECN\\EURUSD+', executionMode: 2, stopsLevel: 0, spread: 1 }
const CENT: SymbolFacts = { ...STANDARD, name: 'EURUSDc', path: 'Cent\\EURUSDc', contractSize: '1000' }

const of = (...facts: SymbolFacts[]): Candidate[] => facts.map(one => ({ facts: one }))

describe('spellings', () => {
  test('the corpus has at least 300 names, each once', () => {
    expect(BROKER_NAMES.length).toBeGreaterThanOrEqual(300)
    expect(new Set(BROKER_NAMES.map(({ name }) => name)).size).toBe(BROKER_NAMES.length)
  })

  test.each(SPELLINGS)('$name is $prefix · $core · $suffix', ({ name, prefix, core, suffix }) => {
    expect(symbolParts(name)).toEqual({ prefix, core, suffix })
  })

  test('every name of the corpus is taken apart, and its core is the instrument', () => {
    const wrong = BROKER_NAMES.flatMap(({ name, canonical }) => {
      const core = symbolParts(name)?.core
      const found = core === undefined ? undefined : (canonicalName(core) ?? core)
      return found === canonical ? [] : [`${name}: ${found}, not ${canonical}`]
    })
    expect(wrong).toEqual([])
  })

  test('the parts put together are the name again', () => {
    for (const { name } of BROKER_NAMES) {
      const { prefix, core, suffix } = symbolParts(name)!
      expect(`${prefix}${core}${suffix}`).toBe(name)
    }
  })

  test('a spelling of no known pattern is not guessed at', () => {
    expect(symbolParts('Volatility 75 Index')).toBeUndefined()
    expect(symbolParts('')).toBeUndefined()
  })
})

describe('twins', () => {
  test('market execution, no stops level and the ECN group make EURUSD+ the ECN twin', () => {
    const [found] = resolveSymbols(of(STANDARD, ECN))

    expect(found).toMatchObject({ canonical: 'EUR/USD', standard: 'EURUSD', ecn: 'EURUSD+' })
    // Standard: floating 1, contract 1. ECN: market 3, floating 1, stops 1, contract 1, group 2. 0.62 + 6 × 0.06 is 0.98.
    expect(found!.confidence).toBe(0.95)
    expect(found!.evidence[0]).toContain('EURUSD+: 8 of 12 (market execution')
  })

  test('an ECN suffix on a standard symbol does not make it one', () => {
    const [found] = resolveSymbols(of({ ...STANDARD, name: 'EURUSD.ecn' }))

    expect(found).toMatchObject({ standard: 'EURUSD.ecn' })
    expect(found!.ecn).toBeUndefined()
    expect(found!.findings['EURUSD.ecn']!.type).toBe('standard')
  })

  test('spread and commission decide between twins that are filled alike', () => {
    const alike = { ...STANDARD, executionMode: 2, stopsLevel: 0 }
    const [found] = resolveSymbols([
      { facts: { ...alike, name: 'EURUSD' }, observed: { medianSpread: 1.2 } },
      { facts: { ...alike, name: 'EURUSD.x' }, observed: { medianSpread: 0.1, commission: true } },
    ])

    expect(found).toMatchObject({ standard: 'EURUSD', ecn: 'EURUSD.x' })
    expect(found!.confidence).toBeGreaterThan(0.8)
  })

  test('twins that nothing tells apart are not told apart', () => {
    const [found] = resolveSymbols(of(STANDARD, { ...STANDARD, name: 'EURUSD.i' }))

    expect(found!.ecn).toBeUndefined()
    expect(found!.confidence).toBeLessThan(0.91)
  })

  test('a twin that may only be closed is neither', () => {
    const [found] = resolveSymbols(of({ ...STANDARD, tradeMode: 3 }, ECN))

    expect(found!.standard).toBeUndefined()
    expect(found!.ecn).toBe('EURUSD+')
  })

  test('currencies the broker states overrule the name', () => {
    const [found] = resolveSymbols(of({ ...STANDARD, name: 'GBPUSD.r' }))

    expect(found!.canonical).toBe('EUR/USD')
  })

  test('gold under two names is one instrument, and a dollar is not a Tether', () => {
    const gold = { ...STANDARD, base: 'XAU', contractSize: '100', digits: 2, tickSize: '0.01' }
    const coin = { ...STANDARD, calcMode: 2, contractSize: '1', base: 'BTC' }
    const found = resolveSymbols(
      of(
        { ...gold, name: 'GOLD' },
        { ...gold, name: 'XAUUSD.raw', executionMode: 2, stopsLevel: 0, path: 'Raw\\XAUUSD.raw' },
        { ...coin, name: 'BTCUSD' },
        { ...coin, name: 'BTCUSDT', profit: 'USDT' },
      ),
    )

    expect(found.map(({ canonical }) => canonical)).toEqual(['BTC/USD', 'BTC/USDT', 'XAU/USD'])
    expect(found[2]).toMatchObject({ standard: 'GOLD', ecn: 'XAUUSD.raw' })
  })
})

const facts = fc.record({
  executionMode: fc.integer({ min: 0, max: 3 }),
  stopsLevel: fc.integer({ min: 0, max: 30 }),
  spreadFloats: fc.boolean(),
  tradeMode: fc.constantFrom(0, 3, 4, 4, 4),
  contractSize: fc.constantFrom('100000', '100000', '1000', '10000'),
  group: fc.constantFrom('Forex', 'Forex ECN', 'Raw', 'Cent', 'Pro'),
  suffix: fc.constantFrom('', '+', '.ecn', '.raw', 'c', '.c', 'm', '.m', '_i', '-T1', '.pro', '#'),
  spread: fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: undefined }),
  commission: fc.boolean(),
})

/** Twins with different spreads, or ties would be broken by name. */
const twins = fc.uniqueArray(facts, { minLength: 1, maxLength: 6, selector: ({ suffix }) => suffix }).map(list =>
  list.map(
    ({ suffix, spread, commission, group, ...rest }): Candidate => ({
      facts: { ...STANDARD, ...rest, name: `EURUSD${suffix}`, path: `${group}\\EURUSD${suffix}` },
      observed: { commission, ...(spread === undefined ? {} : { medianSpread: spread }) },
    }),
  ),
)

describe('whatever a broker lists', () => {
  test('a cent symbol is never the ECN or the standard one', () => {
    fc.assert(
      fc.property(twins, candidates => {
        const cents = candidates
          .filter(({ facts: { contractSize } }) => contractSize === '1000')
          .map(({ facts: { name } }) => name)
        for (const { ecn, standard, findings } of resolveSymbols(candidates)) {
          expect(cents).not.toContain(ecn)
          expect(cents).not.toContain(standard)
          for (const name of cents) if (findings[name]) expect(findings[name].type).toBe('cent')
        }
      }),
    )
  })

  test('resolving is the same in any order, and again', () => {
    fc.assert(
      fc.property(twins, candidates => {
        const once = resolveSymbols(candidates)
        expect(resolveSymbols(candidates.toReversed())).toEqual(once)
        expect(resolveSymbols(candidates)).toEqual(once)
      }),
    )
  })

  test('what was chosen, resolved alone, is chosen again', () => {
    fc.assert(
      fc.property(twins, listed => {
        // The rank of a spread is relative to all twins; everything else is a symbol's own.
        const candidates = listed.map(({ facts, observed }) => ({
          facts,
          observed: { commission: observed?.commission ?? false },
        }))
        const [found] = resolveSymbols(candidates)
        const { standard, ecn, cent } = found!
        if (ecn === undefined || standard === undefined) return
        const chosen = candidates.filter(({ facts: { name } }) => [standard, ecn, cent].includes(name))
        expect(resolveSymbols(chosen)[0]).toMatchObject({ standard, ecn })
      }),
    )
  })

  test('all suffixes disappearing overnight changes nothing but the names', () => {
    fc.assert(
      fc.property(twins, candidates => {
        // A broker that has one symbol left per account type gives them new names, in the same order.
        const renamed = candidates.map((candidate, i) => ({
          ...candidate,
          facts: { ...candidate.facts, name: `EURUSD${NEW_SUFFIXES[i]}` },
        }))
        const newName = new Map(candidates.map((candidate, i) => [candidate.facts.name, renamed[i]!.facts.name]))
        const before = resolveSymbols(candidates)[0]!
        const after = resolveSymbols(renamed)[0]!
        const types = (findings: typeof before.findings, rename: (name: string) => string) =>
          Object.fromEntries(Object.entries(findings).map(([name, { type, confidence }]) => [rename(name), { type, confidence }]))

        expect(types(after.findings, name => name)).toEqual(types(before.findings, name => newName.get(name)!))
        expect(after.confidence).toBe(before.confidence)
      }),
    )
  })
})

const NEW_SUFFIXES = ['', '.a', '.b', '.f', '.s', '.z']

test('the hash of a symbol list changes with any property, and not with the order', () => {
  const list = [STANDARD, ECN, CENT]
  expect(symbolListHash(list.toReversed())).toBe(symbolListHash(list))
  expect(symbolListHash([STANDARD, ECN, { ...CENT, tradeMode: 3 }])).not.toBe(symbolListHash(list))
})
