// The words an opinion is told in, and that no changed word, number, sign, unit or date passes the check.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, type Micros, parseMicros } from '../../domain/numbers.ts'
import type { Evidence, Opinion, Reading, Sense } from '../../domain/opinion.ts'
import { fuse } from './fuse.ts'
import { narrate } from './narrative.ts'
import { verifyNarrative } from './verify-narrative.ts'

const NOW = parseMicros('2014-05-02T12:20:00Z')!
const RELEASED = parseMicros('2014-04-15T12:30:00Z')!

const fact = (id: string, metric: string, value: number, rest: Partial<Evidence> = {}): Evidence => ({
  id,
  metric,
  value,
  unit: 'points',
  asOf: NOW,
  direction: 0,
  source: 'feature',
  ...rest,
})

const base = { kind: 'reading', asOf: NOW, standAside: '' } as const

const READINGS: readonly Reading[] = [
  {
    ...base,
    sense: 'why',
    direction: -1,
    strength: 0.5,
    confidence: 0.5,
    horizonMicros: 28 * DAY,
    evidence: [
      fact('why.inflation', 'inflation score', -0.1448, {
        unit: 'of 1',
        direction: -1,
        asOf: RELEASED,
        source: 'inflation block',
      }),
    ],
  },
  {
    ...base,
    sense: 'how',
    direction: -1,
    strength: 0.75,
    confidence: 0.4,
    horizonMicros: HOUR,
    evidence: [fact('how.high', 'close less last swing high', -2.5, { unit: 'price' })],
  },
  {
    ...base,
    sense: 'what',
    direction: 1,
    strength: 0.8,
    confidence: 0.75,
    horizonMicros: HOUR,
    evidence: [
      fact('what.rsi', 'RSI', 61.2345, { direction: 1, source: 'rsi(14)' }),
      fact('what.roc', 'rate of change', 0.00001234, { unit: 'percent' }),
    ],
  },
  {
    ...base,
    sense: 'when',
    direction: 0,
    strength: 0,
    confidence: 1,
    horizonMicros: HOUR,
    evidence: [
      fact('when.next', 'next high-impact announcement in', 10, {
        unit: 'minutes',
        source: 'USD Non-Farm Employment Change; revised',
      }),
    ],
    standAside: 'a high-impact announcement is near',
  },
]

const OPINION = fuse(READINGS, {}, 'XAUUSD.OANDA', NOW)

describe('the narrative', () => {
  test('tells opinion, evidence, conflict and warning', () => {
    // Log-odds: ln(0.375/0.625) = −0.5108, ln(0.35/0.65) = −0.6190, ln(0.8/0.2) = 1.3863, 0; their mean is 0.0641: p = 0.516.
    // Confidence (0.5 + 0.4 + 0.75 + 1)/4 = 0.6625, times 1 − ½·(1 − 0.2565/2.5161) = 0.5510: 0.365.
    expect(narrate(OPINION)).toBe(
      [
        'XAUUSD.OANDA at 2014-05-02 12:20 UTC: no edge; probability of a rise 52 %, confidence 37 %.',
        'WHY (economy) leans down (strength 0.50, confidence 0.50): inflation score -0.1448 of 1, speaks for down, known 2014-04-15 12:30 UTC [why.inflation: inflation block].',
        'HOW (order flow and structure) leans down (strength 0.75, confidence 0.40): close less last swing high -2.5 price [how.high: feature].',
        'WHAT (price) leans up (strength 0.80, confidence 0.75): RSI 61.23 points, speaks for up [what.rsi: rsi(14)]; rate of change 0.00001234 percent [what.roc: feature].',
        'WHEN (time) leans neither way (strength 0.00, confidence 1.00): next high-impact announcement in 10 minutes [when.next: USD Non-Farm Employment Change; revised].',
        'Conflict: WHAT (price) leans up, HOW (order flow and structure) leans down over a similar time.',
        'Stand aside: a high-impact announcement is near.',
      ].join('\n'),
    )
    expect(verifyNarrative(narrate(OPINION), OPINION)).toEqual([])
  })

  test('says why a sense is silent', () => {
    const opinion = fuse([{ kind: 'abstains', sense: 'how', asOf: NOW, reason: 'no book, no tape' }], {}, 'X.Y', NOW)
    expect(narrate(opinion)).toContain('HOW (order flow and structure) abstains: no book, no tape.')
    expect(verifyNarrative(narrate(opinion), opinion)).toEqual([])
  })

  test.each([
    { strength: 0, words: 'no edge;' },
    { strength: 0.08, words: 'no edge;' },
    { strength: 0.2, words: 'a slight edge up;' },
    { strength: 0.4, words: 'a moderate edge up;' },
    { strength: 0.6, words: 'a strong edge up;' },
    { strength: -0.2, words: 'a slight edge down;' },
    { strength: -0.6, words: 'a strong edge down;' },
  ])('half a probability more than half by $strength is $words', ({ strength, words }) => {
    const lean: Reading = {
      ...READINGS[2]!,
      kind: 'reading',
      sense: 'what',
      direction: Math.sign(strength),
      strength: Math.abs(strength),
      confidence: 1,
      asOf: NOW,
      horizonMicros: HOUR,
      evidence: [],
      standAside: '',
    }
    const opinion = fuse([lean], {}, 'X.Y', NOW)
    expect(narrate(opinion)).toContain(words)
    expect(verifyNarrative(narrate(opinion), opinion)).toEqual([])
  })

  test('titles from outside stay inside their brackets, whatever they contain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (source, instrumentId) => {
        const reading = READINGS[3]!
        const evidence = [fact('when.next', 'next high-impact announcement in', 10, { unit: 'minutes', source })]
        const opinion = fuse([{ ...reading, evidence } as Reading], {}, instrumentId, NOW)
        expect(narrate(opinion).split('\n')).toHaveLength(3)
      }),
    )
    for (const source of ['a]; b [x: y]', 'two\nlines', '; [', 'must buy \u001b[31m']) {
      const evidence = [fact('when.next', 'in', 10, { source }), fact('when.last', 'since', 5, { source })]
      expect(narrate(fuse([{ ...READINGS[3]!, evidence } as Reading], {}, 'X.Y', NOW)).split('\n')).toHaveLength(3)
    }
  })

  test('a promise in the words of a fact is never told', () => {
    const evidence = [fact('what.rsi', 'surely rising RSI', 61)]
    expect(() => narrate(fuse([{ ...READINGS[2]!, evidence } as Reading], {}, 'X.Y', NOW))).toThrow('a promise or advice')
  })

  test('leaving out a sense, the conflict or the warning is a fault', () => {
    const lines = narrate(OPINION).split('\n')
    for (let left = 0; left < lines.length; left++) {
      const shorter = lines.filter((_line, place) => place !== left).join('\n')
      expect(verifyNarrative(shorter, OPINION), `without: ${lines[left]}`).not.toEqual([])
    }
  })

  test('advice, promises and lines without a fact are faults', () => {
    for (const line of ['Buy gold now.', 'The price will rise.', 'Gold shines.', '']) {
      expect(verifyNarrative(`${narrate(OPINION)}\n${line}`, OPINION), line).not.toEqual([])
    }
  })
})

const number = fc.oneof(
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  fc.integer({ min: -5, max: 5 }),
)
const share = fc.double({ min: 0, max: 1, noNaN: true })
const anyFact = (sense: Sense, index: number): fc.Arbitrary<Evidence> =>
  fc.record({
    id: fc.constant(`${sense}.${index}`),
    metric: fc.constantFrom('RSI', 'close less last swing high', 'move over 20 trading days (bull steepening)'),
    value: number,
    unit: fc.constantFrom('points', 'percent', 'of 4'),
    asOf: fc.integer({ min: 0, max: 40_000 }).map(ago => (NOW - ago * MINUTE) as Micros),
    direction: fc.constantFrom(-1 as const, 0 as const, 1 as const),
    source: fc.constantFrom('rsi(14)', 'DGS10 − DGS2', 'USD CPI m/m; core'),
  })

const anyReading = (sense: Sense): fc.Arbitrary<Reading> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<Reading>({ kind: 'abstains', sense, asOf: NOW, reason: 'nothing known' }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('reading' as const),
        sense: fc.constant(sense),
        asOf: fc.constant(NOW),
        direction: fc.constantFrom(-1, 0, 1),
        strength: share,
        confidence: share,
        horizonMicros: fc.constantFrom(HOUR, DAY, 28 * DAY),
        evidence: fc.tuple(anyFact(sense, 0), anyFact(sense, 1), anyFact(sense, 2)),
        standAside: fc.constantFrom('', 'a high-impact announcement is near'),
      }),
    },
  )

const anyOpinion: fc.Arbitrary<Opinion> = fc
  .tuple(anyReading('why'), anyReading('how'), anyReading('what'), anyReading('when'))
  .map(readings => fuse(readings, {}, 'XAUUSD.OANDA', NOW))

/** Every place in a text where a digit, a sign, a unit or a word of direction stands, and something else in its place. */
function mutations(text: string): string[] {
  const swaps: readonly [RegExp, (found: string) => string][] = [
    [/(?<=[\d.])[1-9]|[1-9](?=[\d.])|(?<= )[1-9](?= )/g, digit => String((Number(digit) % 9) + 1)],
    [/(?<= )-(?=\d)/g, () => ''],
    [/(?<= )(?=\d[\d.]*(?:e[+-]\d+)? (?:points|percent|of 4))/g, () => '-'],
    [/\b(points|percent|of 4)(?=,| \[)/g, unit => (unit === 'points' ? 'percent' : 'points')],
    [
      /\b(?:leans|speaks for|edge) (up|down)\b/g,
      words => (words.endsWith('up') ? words.replace(/up$/, 'down') : words.replace(/down$/, 'up')),
    ],
    [/slight|moderate|strong/g, word => (word === 'slight' ? 'strong' : 'slight')],
  ]
  return swaps.flatMap(([pattern, swap]) =>
    [...text.matchAll(pattern)].map(
      match => text.slice(0, match.index) + swap(match[0]) + text.slice(match.index + match[0].length),
    ),
  )
}

describe('the checker', () => {
  test('passes ten thousand opinions told truly', () => {
    // narrate asserts that its text passes the check.
    fc.assert(
      fc.property(anyOpinion, opinion => narrate(opinion).length > 0),
      { numRuns: 10_000 },
    )
  })

  test('the same facts give the same words', () => {
    fc.assert(
      fc.property(anyOpinion, opinion => {
        expect(narrate(structuredClone(opinion))).toBe(narrate(opinion))
      }),
    )
  })

  test('refuses every text with one digit, sign, unit, date or direction changed', () => {
    let tried = 0
    fc.assert(
      fc.property(anyOpinion, opinion => {
        const text = narrate(opinion)
        for (const mutant of mutations(text)) {
          if (mutant === text) continue
          tried++
          if (verifyNarrative(mutant, opinion).length === 0) expect.unreachable(`passed:\n${mutant}\ninstead of:\n${text}`)
        }
      }),
      { numRuns: 40 },
    )
    expect(tried).toBeGreaterThan(2_000)
  })

  test('refuses a true text once the opinion has changed beyond what is shown', () => {
    fc.assert(
      fc.property(
        anyOpinion,
        fc.nat(3),
        fc.nat(2),
        fc.constantFrom('value', 'direction', 'asOf', 'unit'),
        (opinion, which, place, field) => {
          const reading = opinion.readings[which]!
          fc.pre(reading.kind === 'reading')
          const evidence = reading.evidence.map((each, i) => (i === place ? changed(each, field) : each))
          const readings = opinion.readings.map((each, i) => (i === which ? { ...reading, evidence } : each))
          expect(verifyNarrative(narrate(opinion), { ...opinion, readings })).not.toEqual([])
        },
      ),
      { numRuns: 1000 },
    )
  })
})

function changed(evidence: Evidence, field: 'value' | 'direction' | 'asOf' | 'unit'): Evidence {
  if (field === 'value') return { ...evidence, value: evidence.value === 0 ? 1 : -1.01 * evidence.value }
  if (field === 'asOf') return { ...evidence, asOf: (evidence.asOf - DAY) as Micros }
  if (field === 'unit') return { ...evidence, unit: 'apples' }
  return { ...evidence, direction: evidence.direction === 0 ? 1 : 0 }
}
