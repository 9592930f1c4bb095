// Which facts of which source pass, what a source is worth, and when an instrument is read from another one.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dice, GOLD } from '../../../test/small-world.ts'
import { linkChange, type PlannedFault, provenanceOf, showAll, sourceWorld, type WorldFault } from '../../../test/source-world.ts'
import { sessionCalendar } from '../../domain/calendar.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { instrument } from '../../domain/instrument.ts'
import type { Bar, BookChange, BookSnapshot, Quote } from '../../domain/market.ts'
import { HOUR, MINUTE, type Micros, type Price, type Quantity, SECOND } from '../../domain/numbers.ts'
import type { SourceChange } from '../../domain/source.ts'
import { OrderBook } from '../market/order-book.ts'
import { SourceDesk } from './source-desk.ts'

const START = Date.UTC(2024, 0, 3, 10) * 1000
const at = (seconds: number): Micros => (START + Math.round(seconds * SECOND)) as Micros
const SOURCES = ['a', 'b', 'c']

const desk = (
  sources: readonly string[] = SOURCES,
  { ids = [GOLD.id], calendar = 'crypto', caches = [] as readonly string[], rules = {} } = {},
) =>
  new SourceDesk({
    instruments: ids.map(id => ({
      instrument: instrument({ ...GOLD, id }),
      calendar: sessionCalendar(calendar)!,
      sources: [...sources, ...caches].map(source => ({ source, level: caches.includes(source) ? 'cache' : 'live' })),
    })),
    book: () => new OrderBook(),
    rules,
  })

let counted = 0
const quote = (source: string, seconds: number, mid = 1_300_000, more: Partial<Quote> = {}): Quote => ({
  kind: 'quote',
  instrumentId: GOLD.id,
  bid: (mid - 100) as Price,
  ask: (mid + 100) as Price,
  bidSize: 1 as Quantity,
  askSize: 1 as Quantity,
  eventTime: at(seconds),
  receivedTime: at(seconds),
  sequence: counted++,
  provenance: provenanceOf(source),
  ...more,
})

const minuteBar = (source: string, seconds: number): Bar => {
  const [open, high, low, close] = [1_300_000, 1_300_100, 1_299_900, 1_300_050] as Price[] as [Price, Price, Price, Price]
  return {
    ...{ kind: 'bar', instrumentId: GOLD.id, basis: 'trade', openTime: at(seconds - 60), volume: 1 },
    ...{ open, high, low, close, askOpen: open, askHigh: high, askLow: low, askClose: close },
    ...{ eventTime: at(seconds), receivedTime: at(seconds), sequence: counted++, provenance: provenanceOf(source) },
  }
}

/** Five quotes a second of each source, wandering a little, the sources one after the other. */
function calm(sources: readonly string[], from: number, until: number, mid = 1_300_000): Quote[] {
  const facts: Quote[] = []
  for (let tick = Math.round(from * 5); tick < until * 5; tick++)
    sources.forEach((source, i) => {
      facts.push(quote(source, tick / 5 + i * 0.02, mid + ((tick * 7919) % 61) - 30))
    })
  return facts
}

/** 'a>b live @4.0' of each switch. */
const story = (changes: readonly SourceChange[]): string[] =>
  changes.map(({ from, to, level, receivedTime }) => `${from}>${to} ${level} @${((receivedTime - START) / SECOND).toFixed(1)}`)

const answers = (gate: SourceDesk, events: readonly LiveEvent[]): (string | undefined)[] => {
  const found: (string | undefined)[] = []
  showAll(gate, events, (_, answer) => found.push(answer))
  return found
}

describe('the choice', () => {
  test('falls on the first sound source; sound facts of the others are not selected, and notices never pass', () => {
    const gate = desk(['a', 'b'])
    expect(answers(gate, [linkChange('a', 'live', START), quote('a', 0), quote('b', 0.1), quote('a', 0.2)])).toEqual([
      'notice',
      undefined,
      'not-selected',
      undefined,
    ])
    expect(gate.status(at(1))[0]).toMatchObject({ source: 'a', level: 'live', epoch: 1 })
  })

  test('leaves a lost connection in the instant of the notice, and hands over the newest quote of the next', () => {
    const seen: LiveEvent[] = []
    const events = [...calm(['a', 'b'], 0, 10), linkChange('a', 'backoff', at(10), '', 'reset by peer'), quote('b', 10.1)]
    const changes = showAll(desk(['a', 'b']), events, (event, answer) => answer === undefined && seen.push(event))
    expect(story(changes)).toEqual(['>a live @0.0', 'a>b live @10.0'])
    expect(changes[1]!.reason).toBe('a connection backoff: reset by peer; b 1.00')
    expect(seen.at(-2)).toMatchObject({ kind: 'quote', receivedTime: at(10), provenance: { source: 'b' } })
  })

  test('leaves a silent source after two seconds, without a fact', () => {
    const gate = desk(['a', 'b'])
    const changes = showAll(gate, [...calm(['a', 'b'], 0, 10), ...calm(['b'], 10, 20)])
    // The last quote of a came at 9.8 s; looks come on a grid of 50 ms.
    expect(story(changes)).toEqual(['>a live @0.0', 'a>b live @11.8'])
    expect(changes[1]!.reason).toMatch(/^a silent since 2\.0 s; b (1\.00|0\.9\d)$/)
  })

  test('knows soon how fast a feed is: one that was slow and is not any more is missed after two seconds', () => {
    const fast = (from: number) => Array.from({ length: 30 }, (_, i) => quote('a', from + i / 60, 1_300_000 + (i % 7)))
    const slowStart = showAll(desk(['a']), [quote('a', 0), ...fast(20), quote('x', 40)])
    // Thirty facts in half a second, the last at 20.483 s.
    expect(story(slowStart)).toEqual(['>a live @0.0', 'a>a cache @2.0', 'a>a live @20.0', 'a>a cache @22.5'])

    // A minute without a connection says nothing of the feed: neither the one fact before it nor the first after it.
    const lost = [linkChange('a', 'backoff', at(0.5)), linkChange('a', 'live', at(60))]
    const again = showAll(desk(['a']), [
      quote('a', 0),
      ...lost,
      ...[60, 60.1, 60.2].map(time => quote('a', time)),
      quote('x', 80),
    ])
    expect(story(again).slice(-2)).toEqual(['a>a live @60.0', 'a>a cache @62.2'])
  })

  test('waits for bars as long as they are: a minute that comes every minute is not late', () => {
    const bars = [1, 2, 3, 4].map(minute => minuteBar('a', minute * 60))
    // The bar of the fifth minute has been due for a minute, when it is six.
    expect(story(showAll(desk(['a']), [...bars, quote('x', 600)]))).toEqual(['>a live @60.0', 'a>a cache @360.0'])
    const both = [...bars, ...[241, 242, 243].map(time => quote('a', time)), quote('x', 600)]
    expect(story(showAll(desk(['a']), both)).at(-1), 'once quotes were heard, they are missed').toBe('a>a cache @246.0')
  })

  test('goes back only after a minute without a flaw', () => {
    const events = [...calm(['a', 'b'], 0, 10), ...calm(['b'], 10, 20), ...calm(['a', 'b'], 20, 120)]
    const changes = showAll(desk(['a', 'b']), events)
    expect(story(changes).slice(0, 2)).toEqual(['>a live @0.0', 'a>b live @11.8'])
    expect(changes).toHaveLength(3)
    // Clean since 20.0 s, thought over every five seconds.
    expect(changes[2]).toMatchObject({ from: 'b', to: 'a' })
    expect(changes[2]!.receivedTime).toBeGreaterThanOrEqual(at(80))
    expect(changes[2]!.receivedTime).toBeLessThanOrEqual(at(85.1))
  })

  test('keeps the last good source for reading when all are bad, and begins again when one is good', () => {
    const events = [...calm(['a', 'b'], 0, 10), quote('b', 30), quote('b', 30.2)]
    const changes = showAll(desk(['a', 'b']), events)
    // Both fell silent together: b was a tenth of a second younger.
    expect(story(changes)).toEqual(['>a live @0.0', 'a>b live @11.8', 'b>b cache @11.8', 'b>b live @30.0'])
  })

  test('falls on a cache only when nobody live ever delivered, and says so', () => {
    const gate = desk(['direct', 'bridge'], { caches: ['cache'] })
    const changes = showAll(gate, [quote('cache', 0), quote('cache', 1), quote('bridge', 5), quote('bridge', 5.2)])
    expect(story(changes)).toEqual(['>cache cache @0.0', 'cache>bridge live @5.0'])
  })

  test('a person chooses, and the choice holds while it is healthy', () => {
    const gate = desk(['a', 'b'])
    showAll(gate, calm(['a', 'b'], 0, 10))
    gate.obey({ action: 'failover', instrumentId: GOLD.id, source: 'b' }, at(10))
    expect(gate.takeChange()).toMatchObject({ from: 'a', to: 'b', reason: expect.stringMatching(/^chosen by a person/) })
    while (gate.decided) gate.takeChange()
    const changes = showAll(gate, [...calm(['a', 'b'], 10.2, 200), ...calm(['a'], 200, 210)])
    expect(story(changes)).toEqual(['b>a live @202.0'].map(text => expect.stringMatching(text.replace('@202.0', '@20[12]\\.'))))
  })

  test('without a name a person gets the best of the others', () => {
    const gate = desk()
    showAll(gate, calm(SOURCES, 0, 10))
    gate.obey({ action: 'failover', instrumentId: GOLD.id, source: '' }, at(10))
    expect(gate.takeChange()).toMatchObject({ from: 'a', to: 'b' })
  })

  test('silence on a Saturday is none; at noon in London it is', () => {
    const weekday = desk(['a'], { calendar: 'fx' })
    expect(story(showAll(weekday, [...calm(['a'], 0, 5), quote('b', 60)]))).toEqual(['>a live @0.0', 'a>a cache @6.8'])
    // Friday 5 January 2024, 22:00 UTC is 17:00 in New York: the week ends two seconds after the last quote.
    const weekend = desk(['a'], { calendar: 'fx' })
    const friday = 2 * 24 * 3600 + 12 * 3600 - 2
    const facts = [0, 0.5, 1, 1.5].map(seconds => quote('a', friday + seconds))
    expect(story(showAll(weekend, [...facts, quote('x', friday + 24 * 3600)]))).toHaveLength(1)
  })

  test('counting goes on after a restart, where nothing is known of the sources but the number', () => {
    const gate = desk(['a', 'b'])
    const change = {
      kind: 'source-change',
      instrumentId: GOLD.id,
      from: '',
      to: 'a',
      level: 'live',
      epoch: 7,
      receivedTime: at(0),
    }
    gate.resume(change as SourceChange)
    const changes = showAll(gate, [quote('b', 1), quote('b', 2)])
    expect(changes.map(({ epoch, from, to, level }) => `${epoch} ${from}>${to} ${level}`)).toEqual(['8 a>a cache', '9 a>b live'])
  })
})

describe('a fact', () => {
  const settled = (sources = SOURCES) => {
    const gate = desk(sources)
    showAll(gate, calm(sources, 0, 30))
    return gate
  }

  test.each([
    ['a hundred times the price is a unit', { bid: 129_990_000, ask: 130_010_000 }, 'unit'],
    ['a tenth of the price is a unit', { bid: 129_990, ask: 130_010 }, 'unit'],
    ['bid and ask exchanged are crossed', { bid: 1_300_100, ask: 1_299_900 }, 'crossed'],
    ['no number is no price', { bid: Number.NaN, ask: 1_300_100 }, 'schema'],
    ['nothing costs nothing', { bid: 0, ask: 1_300_100 }, 'range'],
    ['a spike of one source is an outlier', { bid: 1_301_400, ask: 1_301_600 }, 'outlier'],
    ['an hour ahead is the future', { eventTime: at(30 + 3600) }, 'future'],
    ['six seconds late is stale', { eventTime: at(24) }, 'stale'],
    ['a lower number than before is out of order', { sequence: 1 }, 'sequence'],
  ] as const)('%s', (_, wrong, reason) => {
    for (const sources of [SOURCES, ['a']]) {
      const gate = settled(sources)
      const spoiled = quote('a', 30, 1_300_000, wrong as Partial<Quote>)
      // Alone, a jump of a tenth of a percent may be the market.
      if (reason === 'outlier' && sources.length === 1) continue
      expect(gate.inspect(spoiled), sources.join()).toBe(reason)
    }
  })

  test('a jump that another source confirms is accepted at once; one that the others contradict is not', () => {
    const gate = settled()
    expect(gate.inspect(quote('b', 30, 1_330_000)), 'the first to say it').toBe('outlier')
    for (let i = 1; i < 12; i++) {
      gate.inspect(quote('a', 30 + i / 3))
      gate.inspect(quote('c', 30.05 + i / 3))
      expect(gate.inspect(quote('b', 30.1 + i / 3, 1_330_000))).toBe('outlier')
    }
    expect(gate.status(at(34))[0]!.sources.map(({ state }) => state)).toEqual(['ok', 'corrupt', 'ok'])

    const crash = settled()
    expect(crash.inspect(quote('b', 30, 1_200_000))).toBe('outlier')
    expect(crash.inspect(quote('c', 30.1, 1_200_300)), 'seen twice it is the market').toBe('not-selected')
    expect(crash.inspect(quote('a', 30.2, 1_200_100))).toBeUndefined()
    expect(crash.inspect(quote('b', 30.3, 1_200_000))).toBe('not-selected')

    const back = settled()
    // b was wrong for a while and comes home, where the others are.
    for (let i = 1; i < 4; i++) back.inspect(quote('b', 30 + i / 5, 1_330_000))
    expect(back.inspect(quote('b', 31))).toBe('not-selected')
  })

  test('a price between where two others stand, or just stood, is on its way; one beyond them is not', () => {
    const tell = (gate: SourceDesk, mid: number) => {
      gate.inspect(quote('a', 30, 1_302_000))
      gate.inspect(quote('c', 30.01, 1_302_000))
      return gate.inspect(quote('b', 30.02, mid))
    }
    expect(tell(settled(), 1_301_000)).toBe('not-selected')
    expect(tell(settled(), 1_304_000)).toBe('outlier')
    expect(tell(settled(), 1_298_000)).toBe('outlier')
  })

  test('a price where another instrument stands is of another instrument', () => {
    const ids = [GOLD.id, 'XAGUSD.TEST']
    const gate = desk(['a'], { ids })
    const silver = calm(['a'], 0, 30, 1_400_000).map(fact => ({ ...fact, instrumentId: 'XAGUSD.TEST' }))
    const facts = [...calm(['a'], 0, 30), ...silver].sort((one, other) => one.receivedTime - other.receivedTime)
    showAll(gate, facts)
    const wrong = Array.from({ length: 30 }, (_, i) => quote('a', 30 + i / 5, 1_400_000))
    expect(new Set(wrong.map(fact => gate.inspect(fact)))).toEqual(new Set(['wrong-symbol']))
  })

  test('a new level that the source alone repeats is believed: three times when small, for seconds when large', () => {
    const small = settled(['a'])
    const steps = Array.from({ length: 4 }, (_, i) => small.inspect(quote('a', 30 + i / 5, 1_310_000)))
    expect(steps).toEqual(['outlier', 'outlier', undefined, undefined])
    const large = settled(['a'])
    const jumps = Array.from({ length: 20 }, (_, i) => large.inspect(quote('a', 30 + i / 5, 1_400_000)))
    // Ten in a row that last three seconds: 15 steps of a fifth after the first.
    expect(jumps.indexOf(undefined)).toBeGreaterThanOrEqual(9)
  })

  test('slowly away from two that agree is a drift; one against one is only a lower score', () => {
    const facts = [...calm(SOURCES, 0, 60)]
    const drifting = (sources: readonly string[]): LiveEvent[] =>
      calm(sources, 60, 90).map(fact => {
        if (fact.provenance.source !== 'a') return fact
        // Half a percent a minute.
        const shift = Math.round(((fact.receivedTime - at(60)) / MINUTE) * 0.005 * 1_300_000)
        return { ...fact, bid: (fact.bid + shift) as Price, ask: (fact.ask + shift) as Price }
      })
    const three = showAll(desk(), [...facts, ...drifting(SOURCES)])
    expect(story(three)[1]).toMatch(/^a>b live @(6|7)\d\./)
    expect(three[1]!.reason).toMatch(/^a corrupt: drift; b /)

    const two = desk(['a', 'b'])
    const pair = showAll(two, [...facts.filter(fact => fact.provenance.source !== 'c'), ...drifting(['a', 'b'])])
    expect(pair).toHaveLength(1)
    expect(two.status(at(90))[0]!.sources[0]!.parts.agreement).toBeLessThan(0.7)
  })

  test('is dated by the clock of its venue, whose offset was measured', () => {
    const gate = desk(['a'])
    const ahead = (seconds: number) => quote('a', seconds, 1_300_000, { eventTime: at(seconds + 30) })
    expect(gate.inspect(ahead(0))).toBe('future')
    for (const _ of [1, 2, 3])
      gate.inspect({
        ...{ kind: 'link-measure', source: 'a', roundTripMicros: 1000, clockOffsetMicros: 30 * SECOND },
        ...{ eventTime: at(0), receivedTime: at(0), sequence: 0, provenance: provenanceOf('a') },
      })
    expect(gate.inspect(ahead(1))).toBeUndefined()
    expect(gate.status(at(1))[0]!.sources[0]!.latencyMillis).toBe(0)
  })

  test('a counter may begin anew with a connection', () => {
    const gate = settled(['a'])
    showAll(gate, [linkChange('a', 'backoff', at(30)), linkChange('a', 'live', at(31))])
    expect(gate.inspect(quote('a', 31, 1_300_000, { sequence: 1 }))).toBeUndefined()
    expect(gate.inspect(quote('a', 31.1, 1_300_000, { sequence: 0 }))).toBe('sequence')
  })

  test('a counter that began anew is believed at the third fact', () => {
    const gate = settled(['a'])
    expect([0, 1, 2, 3].map(i => gate.inspect(quote('a', 30 + i, 1_300_000 + i, { sequence: i })))).toEqual([
      'sequence',
      'sequence',
      undefined,
      undefined,
    ])
  })
})

describe('a book', () => {
  const levels = (...pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([price, quantity]) => ({ price: price as Price, quantity: quantity as Quantity }))
  const snapshot = (source: string, seconds: number): BookSnapshot => ({
    ...{ kind: 'book-snapshot', instrumentId: GOLD.id, updateId: 10, sequence: 10, provenance: provenanceOf(source) },
    ...{ eventTime: at(seconds), receivedTime: at(seconds), bids: levels([1_299_900, 5]), asks: levels([1_300_100, 5]) },
  })
  const change = (source: string, seconds: number, id: number, more: Partial<BookChange> = {}): BookChange => ({
    ...{ kind: 'book-change', instrumentId: GOLD.id, firstUpdateId: id, lastUpdateId: id, previousUpdateId: -1, sequence: id },
    ...{ eventTime: at(seconds), receivedTime: at(seconds), bids: levels([1_299_800 + id, 3]), asks: [], ...more },
    provenance: provenanceOf(source),
  })

  test('of the next source comes whole with the switch, as it was kept while nobody read it', () => {
    const gate = desk(['a', 'b'])
    const passed: LiveEvent[] = []
    const events = [
      snapshot('a', 0),
      snapshot('b', 0.1),
      change('b', 0.2, 11),
      change('b', 0.4, 12),
      linkChange('a', 'closed', at(1)),
    ]
    showAll(gate, events, (event, answer) => answer === undefined && passed.push(event))
    expect(passed.map(event => event.kind)).toEqual(['book-snapshot', 'book-snapshot'])
    expect(passed[1]).toMatchObject({
      receivedTime: at(1),
      updateId: 12,
      bids: levels([1_299_900, 5], [1_299_812, 3], [1_299_811, 3]),
      provenance: { source: 'b' },
    })
  })

  test('that crosses is nothing until its next snapshot', () => {
    const gate = desk(['a'])
    const crossing = change('a', 0.2, 11, { bids: levels([1_300_200, 1]) })
    expect(answers(gate, [snapshot('a', 0), crossing, change('a', 0.3, 12), snapshot('a', 0.5)])).toEqual([
      undefined,
      'crossed',
      'crossed',
      undefined,
    ])
  })
})

const KINDS: readonly WorldFault[] = ['reset', 'stall', 'unit', 'crossed', 'frozen', 'future', 'old-block']

function faultyWorld(seed: number, { ids = ['I0.TEST'], seconds = 1200, apart = 120 } = {}) {
  const roll = dice(seed)
  const faults: PlannedFault[] = []
  for (let from = 30; from + 40 < seconds; from += apart + roll() * 10) {
    const fault = KINDS[Math.floor(roll() * KINDS.length)]!
    faults.push({ source: 0, fault, from: at(from), until: at(from + 20) })
  }
  return {
    faults,
    events: sourceWorld({ seed, instruments: ids, sources: SOURCES, start: START, seconds, gapMicros: 300_000, faults }),
  }
}

describe('five hundred failovers', () => {
  test('a reset is left within 1 s, a stall within 3 s, a source that is alive and corrupt within 5 s', () => {
    const ids = Array.from({ length: 12 }, (_, i) => `I${i}.TEST`)
    const limit = (fault: WorldFault): number => (fault === 'reset' ? 1 : fault === 'stall' ? 3 : 5)
    let failovers = 0
    let alarms = 0
    for (let seed = 1; seed <= 6; seed++) {
      const { faults, events } = faultyWorld(seed, { ids })
      const wrong: LiveEvent[] = []
      const changes = showAll(desk(SOURCES, { ids }), events, (event, answer) => {
        if (answer !== undefined && answer !== 'not-selected' && answer !== 'notice') {
          const { receivedTime } = event
          if (!faults.some(({ from, until }) => receivedTime >= from && receivedTime < until + 5 * SECOND)) alarms += 1
        } else if (answer === undefined && 'bid' in event && Math.abs(event.bid / 1_300_000 - 1) > 0.2) wrong.push(event)
      })
      expect(wrong, `seed ${seed}: no corrupt price passes`).toEqual([])

      for (const { fault, from } of faults)
        for (const id of ids) {
          const own = changes.filter(({ instrumentId }) => instrumentId === id)
          if (own.findLast(({ receivedTime }) => receivedTime < from)?.to !== 'a') continue
          const left = own.find(({ receivedTime }) => receivedTime >= from)
          failovers += 1
          expect(left, `seed ${seed} ${id} ${fault}`).toMatchObject({ from: 'a', level: 'live' })
          expect((left!.receivedTime - from) / SECOND, `seed ${seed} ${id} ${fault}`).toBeLessThanOrEqual(limit(fault))
        }
    }
    expect(failovers).toBeGreaterThanOrEqual(500)
    expect(alarms, 'facts of healthy sources that were kept out').toBe(0)
  })
})

describe('for every world', () => {
  const someWorld = fc.record({ seed: fc.nat(1_000_000), apart: fc.integer({ min: 5, max: 60 }) })

  test('the choice does not swing: a healthy source is left at most every thirty seconds', () => {
    fc.assert(
      fc.property(someWorld, ({ seed, apart }) => {
        const { events } = faultyWorld(seed, { seconds: 200, apart })
        const changes = showAll(desk(), events)
        const free = changes.filter(({ reason }) => reason.includes('is preferred and clean'))
        for (const change of free) {
          const before = changes[changes.indexOf(change) - 1]!
          expect(change.receivedTime - before.receivedTime).toBeGreaterThanOrEqual(30 * SECOND)
        }
        expect(
          changes.map(({ epoch }) => epoch),
          'numbers without a hole',
        ).toEqual(changes.map((_, i) => i + 1))
        expect(changes.slice(1).map(({ from }) => from)).toEqual(changes.slice(0, -1).map(({ to }) => to))
      }),
      { numRuns: 15 },
    )
  })

  test('only the selected source passes, and the same inputs make the same switches however often time is told', () => {
    fc.assert(
      fc.property(someWorld, ({ seed, apart }) => {
        const { events } = faultyWorld(seed, { seconds: 120, apart })
        let selected = ''
        const gate = desk()
        const plain: SourceChange[] = []
        const take = () => {
          for (let next = gate.takeChange(); next !== undefined; next = gate.takeChange())
            if (next.kind === 'source-change') {
              plain.push(next)
              selected = next.to
            } else expect(next.provenance.source).toBe(selected)
        }
        for (const event of events) {
          while (gate.nextDeadline <= event.receivedTime) {
            gate.advance(gate.nextDeadline as Micros)
            take()
          }
          const answer = gate.inspect(event)
          take()
          if (answer === undefined) expect(event.provenance.source).toBe(selected)
        }
        expect(showAll(desk(), events)).toEqual(plain)
      }),
      { numRuns: 10 },
    )
  })
})

test('an hour in which a market is closed costs no looks', () => {
  const gate = desk(['a', 'b'], { calendar: 'fx' })
  showAll(gate, calm(['a', 'b'], 0, 5))
  let looks = 0
  for (const until = at(0) + 100 * HOUR; gate.nextDeadline <= until && looks < 1000; looks++)
    gate.advance(gate.nextDeadline as Micros)
  expect(looks).toBeLessThan(20)
})
