// Ten real days pass the guard, and a hundred imitations of them do not. The figures of all days are those of docs/measured.md.
import { describe, expect } from 'vitest'
import { FeedGuard } from '../../src/guard/provenance/feed-guard.ts'
import type { Finding } from '../../src/guard/provenance/finding.ts'
import { RecordedBlocks } from '../../src/guard/provenance/recorded-blocks.ts'
import { packTest } from '../pack.ts'
import { dice } from '../small-world.ts'
import { IMITATIONS, type Imitated, type Imitation, imitate, type Tick } from './feed-imitations.ts'
import { ALL_DAYS, type MarketStream, marketStreams, TEN_DAYS } from './market-days.ts'

const isCampaign = process.env['CAMPAIGN'] !== undefined
const FILES = isCampaign ? ALL_DAYS : TEN_DAYS
const IMITATIONS_MADE = isCampaign ? 1000 : 100
const REFUSED_MIN = 0.95
const SECONDS = 60
/** Of the market, from which an imitation is made. */
const EXCERPT_MICROS = 240e6
const EXCERPT_TICKS_MIN = 60

interface Result {
  readonly imitation: Imitation
  readonly stream: string
  readonly how: string
  /** Of market time from the beginning of the pretence; Infinity when it was never found. */
  readonly seconds: number
  readonly detector: string
}

function findingsOf(stream: MarketStream, ticks: readonly Tick[], known: RecordedBlocks): readonly Finding[] {
  const guard = new FeedGuard({ instruments: [stream.instrument], known, isStamped: () => stream.isStamped })
  for (const tick of ticks) if (guard.see(tick) !== undefined) break
  return guard.findings
}

/** A few minutes of a stream from somewhere in it; undefined when it is too quiet there. */
function excerpt({ ticks }: MarketStream, roll: () => number): readonly Tick[] | undefined {
  const first = Math.floor(roll() * ticks.length)
  let last = first
  while (last < ticks.length && ticks[last]!.eventTime - ticks[first]!.eventTime < EXCERPT_MICROS) last++
  return last - first < EXCERPT_TICKS_MIN ? undefined : ticks.slice(first, last)
}

function judged(stream: MarketStream, imitation: Imitation, made: Imitated, known: RecordedBlocks): Result {
  const [finding] = findingsOf({ ...stream, isStamped: true }, made.ticks, known)
  const at = made.ticks.find(tick => tick.receivedTime === finding?.at)?.eventTime ?? Number.POSITIVE_INFINITY
  return {
    imitation,
    stream: stream.name,
    how: made.how,
    seconds: (at - made.from) / 1e6,
    detector: finding?.detector ?? 'nothing',
  }
}

describe('feeds that live and feeds that pretend', () => {
  packTest(
    'no real day is refused, and of a hundred imitations at least 95 within a minute of market time',
    async () => {
      const known = new RecordedBlocks(isCampaign ? 2 ** 23 : 2 ** 21)
      const streams: MarketStream[] = []
      const refusals: string[] = []
      let facts = 0
      for await (const stream of marketStreams(FILES)) {
        // What is remembered at this point are all other days so far.
        for (const finding of findingsOf(stream, stream.ticks, known)) refusals.push(`${stream.name}: ${JSON.stringify(finding)}`)
        const read = known.reader({
          instrumentId: stream.instrument.id,
          kind: stream.ticks[0]!.kind,
          tick: stream.instrument.tick,
        })
        for (const tick of stream.ticks) read(tick)
        facts += stream.ticks.length
        streams.push(stream)
      }
      expect(refusals, `of ${facts} real facts in ${streams.length} streams`).toEqual([])

      const results: Result[] = []
      const roll = dice(20261121)
      const able = streams.filter(({ ticks }) => ticks.length > 3000)
      for (let made = 0; made < IMITATIONS_MADE; ) {
        const stream = able[Math.floor(roll() * able.length)]!
        const ticks = excerpt(stream, roll)
        if (ticks === undefined) continue
        const imitation = IMITATIONS[made % IMITATIONS.length]!
        results.push(judged(stream, imitation, imitate(imitation, ticks, stream.instrument.tick, made + 1), known))
        made += 1
      }
      const inTime = results.filter(({ seconds }) => seconds <= SECONDS)
      const late = results.filter(({ seconds }) => seconds > SECONDS)
      console.info(table(results, facts))
      for (const { imitation, stream, how, seconds, detector } of late) {
        console.info(`  not within ${SECONDS} s: ${imitation} of ${stream} (${how}): ${detector} after ${seconds.toFixed(0)} s`)
      }
      expect(inTime.length / results.length).toBeGreaterThanOrEqual(REFUSED_MIN)
    },
    isCampaign ? 1_800_000 : 240_000,
  )
})

function table(results: readonly Result[], facts: number): string {
  const lines = IMITATIONS.map(imitation => {
    const own = results.filter(result => result.imitation === imitation)
    const seconds = own.map(result => result.seconds).sort((a, b) => a - b)
    const by = new Map<string, number>()
    for (const { detector } of own) by.set(detector, (by.get(detector) ?? 0) + 1)
    const inTime = seconds.filter(each => each <= SECONDS).length
    const found = [...by].map(([name, count]) => `${name} ${count}`).join(', ')
    return `  ${imitation.padEnd(13)} ${inTime} of ${own.length} in time, median ${seconds[seconds.length >> 1]?.toFixed(1)} s: ${found}`
  })
  return [`${facts} real facts, none refused; imitations:`, ...lines].join('\n')
}
