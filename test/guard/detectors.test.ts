// Each detector alone refuses something that no other does: without it, that would pass.
import { describe, expect, test } from 'vitest'
import { sessionCalendar } from '../../src/domain/calendar.ts'
import type { Quote, Trade } from '../../src/domain/market.ts'
import { DAY, HOUR, type Micros, type Price, type Quantity } from '../../src/domain/numbers.ts'
import type { Provenance } from '../../src/domain/provenance.ts'
import { Fact } from '../../src/guard/provenance/fact.ts'
import { detectorsOf, type FeedTraits } from '../../src/guard/provenance/feed-watch.ts'
import type { DetectorName } from '../../src/guard/provenance/finding.ts'
import { RecordedBlocks } from '../../src/guard/provenance/recorded-blocks.ts'
import { TickPrint } from '../../src/guard/provenance/tick-print.ts'
import { packTest } from '../pack.ts'
import { dice } from '../small-world.ts'
import type { Tick } from './feed-imitations.ts'
import { marketStreams, TEN_DAYS } from './market-days.ts'

const LIVE: Provenance = Object.freeze({ source: 'venue', kind: 'live', origin: 'wss://', checksum: '', licence: '' })
/** A Wednesday morning, in the middle of the session of every market. */
const START = Date.UTC(2024, 0, 10, 15) * 1000

interface Written {
  readonly time: number
  readonly bid: number
  readonly ask: number
  readonly latency?: number
  readonly size?: number
}

/** Jitter of a network, in microseconds, that no test sees twice. */
const jitter = (at: number): number => 30_000 + ((at * 7919) % 9973)

const written = ({ time, bid, ask, latency, size = 0 }: Written, at: number): Tick => ({
  kind: 'quote',
  instrumentId: 'EURUSD.VENUE',
  bid: bid as Price,
  ask: ask as Price,
  bidSize: size as Quantity,
  askSize: size as Quantity,
  eventTime: time as Micros,
  receivedTime: (time + (latency ?? jitter(at))) as Micros,
  sequence: at,
  provenance: LIVE,
})

/**
 * Quotes with the shape of a quiet market: gaps from milliseconds to many seconds, moves of a tick or two that often come
 * back, a spread that breathes, one side at a time.
 */
function market(count: number, seed = 1): Written[] {
  const roll = dice(seed)
  for (let at = 0; at < 16; at++) roll()
  let time = START
  let bid = 110_000
  let ask = 110_012
  return Array.from({ length: count }, () => {
    time += Math.floor(roll() ** 4 * 6e6) + 3000 + Math.floor(roll() * 900)
    const step = roll() < 0.7 ? 1 : 2
    const up = roll() < 0.5 ? step : -step
    const which = roll()
    if (which < 0.25 && ask - bid > 9) bid += Math.abs(up)
    else if (which < 0.5 && ask - bid < 15) ask += Math.abs(up)
    else {
      bid += up
      ask += up
    }
    if (ask - bid > 14) ask -= 3
    return { time, bid, ask }
  })
}

/** What each detector by itself says of these ticks, in the order of the detectors. */
function finders(ticks: readonly Tick[], traits: Partial<FeedTraits> = {}): readonly DetectorName[] {
  const print = new TickPrint(traits.tick ?? 1)
  const detectors = detectorsOf(
    {
      instrumentId: 'EURUSD.VENUE',
      kind: 'quote',
      tick: 1,
      calendar: sessionCalendar('fx')!,
      isStamped: true,
      known: new RecordedBlocks(2 ** 12),
      ...traits,
    },
    print,
  )
  const fact = new Fact()
  const names = new Set<DetectorName>()
  for (const tick of ticks) {
    fact.take(tick)
    print.take(fact)
    for (const detector of detectors) {
      const found = detector.see(fact)
      if (found !== undefined) names.add(found.detector)
    }
  }
  return [...names]
}

const quotes = (all: readonly Written[]): Tick[] => all.map(written)

describe('what only one detector refuses', () => {
  test('a market is refused by none', () => {
    expect(finders(quotes(market(3000)))).toEqual([])
  })

  test('no-latency: received at the instant it happened', () => {
    expect(finders(quotes(market(200).map(each => ({ ...each, latency: 0 }))))).toEqual(['no-latency'])
  })

  test('no-latency says nothing where the venue gives no time, nor of what was recorded', () => {
    const same = quotes(market(200).map(each => ({ ...each, latency: 0 })))
    expect(finders(same, { isStamped: false })).toEqual([])
    expect(finders(same.map(tick => ({ ...tick, provenance: { ...LIVE, kind: 'recorded' as const } })))).toEqual([])
  })

  test('constant-latency: always 30 ms after it happened, to the microsecond', () => {
    expect(finders(quotes(market(200).map(each => ({ ...each, latency: 30_000 }))))).toEqual(['constant-latency'])
  })

  test('regular-arrival: a quote every 250 ms, give or take a millisecond', () => {
    const beat = market(200).map((each, at) => ({ ...each, time: START + at * 250_000 + ((at * 7) % 3) * 1000 }))
    expect(finders(quotes(beat))).toEqual(['regular-arrival'])
  })

  test('replayed-recording: last week again, at another level', () => {
    const recorded = market(300)
    const known = new RecordedBlocks(2 ** 12)
    const read = known.reader({ instrumentId: 'EURUSD.VENUE', kind: 'quote', tick: 1 })
    for (const tick of quotes(recorded)) read(tick)
    const again = recorded.map(({ time, bid, ask }) => ({ time: time + 7 * DAY, bid: bid + 500, ask: ask + 500 }))
    expect(finders(quotes(again), { known })).toEqual(['replayed-recording'])

    const altered = recorded.map(({ time, bid, ask }, at) => ({ time, bid: bid + (at % 3), ask: ask + (at % 3) }))
    expect(finders(quotes(altered), { known }), 'the same instants with other prices').toEqual(['replayed-recording'])
    expect(finders(quotes(recorded), { known }), 'what a venue says twice').toEqual([])
  })

  test('repeated-block: the first hundred quotes come again', () => {
    const block = market(100)
    const span = block.at(-1)!.time - START + 1_234_000
    const twice = [...block, ...block.map(each => ({ ...each, time: each.time + span }))]
    expect(finders(quotes(twice))).toEqual(['repeated-block'])
  })

  test('constant-spread: 300 moves, always 17 ticks apart', () => {
    const fixed = market(600).map(each => ({ ...each, ask: each.bid + 17 }))
    expect(finders(quotes(fixed))).toEqual(['constant-spread'])
    expect(finders(quotes(fixed.map(each => ({ ...each, ask: each.bid + 1 }))), {}), 'one tick is as close as it gets').toEqual(
      [],
    )
    const round = fixed.map(each => ({ ...each, ask: each.bid + 150 }))
    expect(finders(quotes(round)), "a broker's widest on a holiday").toEqual([])
  })

  test('leaps: the same quotes in another order', () => {
    let at = 0
    const roll = dice(5)
    // Levels up to 2,000 ticks apart, where the spread has twelve.
    const wild = market(100).map(each => {
      const level = Math.floor(roll() * 2000)
      at += 1
      return { ...each, bid: each.bid + level, ask: each.ask + level + (at % 3) }
    })
    expect(finders(quotes(wild))).toEqual(['leaps'])
  })

  test('crossed-quotes: a fifth of the quotes has the bid above the ask', () => {
    const crossed = market(200).map((each, at) => (at % 5 === 0 ? { ...each, bid: each.ask, ask: each.bid } : each))
    expect(finders(quotes(crossed))).toEqual(['crossed-quotes'])
  })

  test('frozen-price: one quote for two minutes, with new times', () => {
    const [first] = market(1)
    const still = market(120).map(({ time }) => ({ ...first!, time }))
    expect(finders(quotes(still))).toEqual(['frozen-price'])
    const breathing = still.map((each, at) => ({ ...each, size: 1 + (at % 2) }))
    expect(finders(quotes(breathing)), 'new sizes are life').toEqual([])
  })

  test('off-grid: prices between ticks of 25 steps', () => {
    const between = market(100).map(({ time, bid, ask }) => ({ time, bid: bid * 25 + (bid % 25), ask: ask * 25 + 1 }))
    expect(finders(quotes(between), { tick: 25 })).toEqual(['off-grid'])
    const on = market(100).map(({ time, bid, ask }) => ({ time, bid: bid * 25, ask: ask * 25 }))
    expect(finders(quotes(on), { tick: 25 })).toEqual([])
  })

  test('closed-market: a living market on Saturday', () => {
    // Wednesday 15:00 and 69 hours: Saturday noon.
    const saturday = market(100).map(each => ({ ...each, time: each.time + 69 * HOUR }))
    expect(finders(quotes(saturday))).toEqual(['closed-market'])
    expect(finders(quotes(saturday), { calendar: sessionCalendar('crypto')! }), 'crypto has no weekend').toEqual([])
  })

  test('smoothed: an average of eight quotes', () => {
    const real = market(400).map((each, at) => ({ ...each, bid: each.bid + Math.round(60 * Math.sin(at / 9)) }))
    const track = real.map(({ time, bid }) => ({ time, bid, ask: bid + 400 }))
    const smooth = track.map((each, at) => {
      const newest = track.slice(Math.max(0, at - 7), at + 1)
      const bid = Math.round(newest.reduce((sum, other) => sum + other.bid, 0) / newest.length)
      return { ...each, bid, ask: bid + 400 + (at % 2) }
    })
    expect(finders(quotes(smooth))).toEqual(['smoothed'])
  })

  test('restless: a hundred trades, each at another price than the one before', () => {
    const roll = dice(9)
    const trades = market(100).map(({ time, bid }, at): Trade => {
      const { ask: _, bid: __, bidSize: ___, askSize: ____, ...common } = written({ time, bid, ask: bid }, at) as Quote
      // Steps of one to nine ticks up or down.
      const price = (bid + (at % 2 === 0 ? 1 : -1) * (1 + Math.floor(roll() * 9)) * 100) as Price
      return { ...common, kind: 'trade', price, quantity: Math.ceil(roll() * 300) as Quantity, aggressor: 'unknown' }
    })
    expect(finders(trades, { kind: 'trade' })).toEqual(['restless'])

    const meets = trades.map((trade, at) => (at % 8 === 1 ? { ...trade, price: trades[at - 1]!.price } : trade))
    expect(finders(meets, { kind: 'trade' }), 'each eighth at the price before').toEqual([])
    const rare = trades.map((trade, at) => ({
      ...trade,
      eventTime: (trade.eventTime + at * 6e6) as Micros,
      receivedTime: (trade.receivedTime + at * 6e6) as Micros,
    }))
    expect(finders(rare, { kind: 'trade' }), 'seconds lie between them').toEqual([])
  })

  packTest('generator: normal moves at exponential gaps, where the market is known', async () => {
    for await (const { instrument, ticks } of marketStreams([TEN_DAYS[1]!])) {
      const known = new RecordedBlocks(2 ** 12)
      const read = known.reader({ instrumentId: instrument.id, kind: 'quote', tick: 1 })
      for (const tick of ticks) read(tick)
      const roll = dice(77)
      const normal = () => Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll())
      let time = START
      let mid = 138_006
      const walk = Array.from({ length: 600 }, () => {
        time += Math.round(-Math.log(1 - roll()) * 1e6)
        mid += 1.4 * normal()
        return { time, bid: Math.round(mid - 5.7), ask: Math.round(mid + 5.7) }
      })
      expect(finders(quotes(walk), { instrumentId: instrument.id, known })).toEqual(['generator'])
      expect(finders(quotes(walk)), 'of a market that nobody recorded it says nothing').toEqual([])
    }
  })
})
