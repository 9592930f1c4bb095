// A source that pretends is left, nothing new is risked on it, and a replay of what entered decides the same.
import { describe, expect, test } from 'vitest'
import { GOLD, smallConfig } from '../../../test/small-world.ts'
import { sourceWorld } from '../../../test/source-world.ts'
import type { Input } from '../../adapters/recording/event-lines.ts'
import { sessionCalendar } from '../../domain/calendar.ts'
import type { LiveEvent, OperatorCommand } from '../../domain/event.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import { DERIVED, type Provenance } from '../../domain/provenance.ts'
import type { Step } from '../../engine/step.ts'
import { ProvenanceDoor } from '../../guard/provenance/provenance-door.ts'
import { RecordedBlocks } from '../../guard/provenance/recorded-blocks.ts'
import { SourceDesk } from '../../stages/quality/source-desk.ts'
import { compose, loadStrategies } from '../compose.ts'
import { FeedSentry } from './feed-sentry.ts'
import { guarded } from './guarded-gate.ts'
import { playInput } from './live-loop.ts'
import type { LivePlan } from './live-plan.ts'

const START = Date.UTC(2024, 0, 3, 10) * 1000
const SOURCES = ['a', 'b']
const PLAN: LivePlan = { instruments: [], descriptors: [] }
const INSTRUMENTS = new Map([[GOLD.id, GOLD]])
const SECONDS = 900
const at = (seconds: number): Micros => (START + seconds * SECOND) as Micros

const live = Object.fromEntries(
  SOURCES.map(source => [
    source,
    Object.freeze({ source, kind: 'live', origin: 'wss://', checksum: '', licence: '' } satisfies Provenance),
  ]),
)

/** Two sources over a network with jitter; from its time on a source's facts are received at the instant they happen. */
function arriving(pretendsFrom: Readonly<Record<string, number>>): LiveEvent[] {
  const world = sourceWorld({
    ...{ seed: 5, instruments: [GOLD.id], sources: SOURCES, start: START, seconds: SECONDS },
    ...{ gapMicros: 200_000, faults: [] },
  })
  return world
    .map((event, place): LiveEvent => {
      const { source } = event.provenance
      const pretends = event.eventTime >= at(pretendsFrom[source] ?? Number.POSITIVE_INFINITY)
      const latency = pretends ? 0 : 30_000 + ((place * 7919) % 9973)
      return { ...event, provenance: live[source]!, receivedTime: (event.eventTime + latency) as Micros }
    })
    .sort((one, other) => one.receivedTime - other.receivedTime)
}

async function run() {
  const config = smallConfig([
    'strategies=[{ use: ema-cross, instrument: XAUUSD.TEST, bar: 10s, price: mid, params: { fast: 3, slow: 6, stopAtrs: 6 } }]',
  ])
  const steps: Step[] = []
  const desk = new SourceDesk({
    instruments: [
      {
        instrument: GOLD,
        calendar: sessionCalendar('crypto')!,
        sources: SOURCES.map(source => ({ source, level: 'live' as const })),
      },
    ],
  })
  const session = compose(config, await loadStrategies(config), {
    instruments: INSTRUMENTS,
    gate: guarded(desk, new ProvenanceDoor('live', SOURCES)),
    observers: [{ observe: step => steps.push(step) }],
  })
  return { session, desk, steps }
}

/** What the loop of a living run does with a sentry, and what it records. */
async function lived(events: readonly LiveEvent[], commands: readonly OperatorCommand[] = []) {
  const { session, desk, steps } = await run()
  const sentry = new FeedSentry(PLAN, INSTRUMENTS, new RecordedBlocks(1024))
  const inputs: Input[] = []
  const enter = (input: Input): void => {
    inputs.push(input)
    playInput(session, input)
  }
  const waiting = [...commands]
  for (const event of events) {
    for (; waiting[0] !== undefined && waiting[0].receivedTime <= event.receivedTime; waiting.shift()) {
      sentry.obey(waiting[0])
      enter({ kind: 'command', command: waiting[0] })
    }
    const notice = sentry.hear(event)
    if (notice !== undefined) enter({ kind: 'event', event: notice })
    enter({ kind: 'event', event })
  }
  return { session, desk, steps, inputs, healths: () => desk.status(at(SECONDS))[0]!.sources.map(({ state }) => state) }
}

/** Orders that open a position, allowed after both sources were found. */
const entries = (steps: readonly Step[]): number =>
  steps
    .filter(({ event }) => event.receivedTime >= at(420))
    .flatMap(({ verdicts }) => verdicts.filter(({ kind, intent }) => kind === 'approved' && intent.role === 'entry')).length
const isSome = (count: number): boolean => count > 0

const failover = (source: string, seconds: number): OperatorCommand => ({
  ...{ kind: 'operator-command', eventTime: at(seconds), receivedTime: at(seconds), sequence: 0, provenance: DERIVED },
  ...{ operator: 'ann', reason: 'asked the venue', order: { action: 'failover', instrumentId: GOLD.id, source } },
})

describe('a source that pretends', () => {
  test('is quarantined and left for the next one, and does not heal by itself', async () => {
    const { desk, session, healths } = await lived(arriving({ a: 300 }))
    expect(healths()).toEqual(['quarantined', 'ok'])
    expect(desk.failovers.map(({ to, level }) => [to, level])).toEqual([
      ['a', 'live'],
      ['b', 'live'],
    ])
    expect(desk.failovers.at(-1)?.reason).toContain('a quarantined: XAUUSD.TEST no-latency: received at the very instant')
    expect(session.quarantined['pretended'], 'its facts go no further').toBeGreaterThan(1000)
  })

  test('leaves nobody to read from: nothing new is risked', async () => {
    const { desk, steps, healths } = await lived(arriving({ a: 300, b: 400 }))
    expect(healths()).toEqual(['quarantined', 'quarantined'])
    expect(desk.failovers.at(-1)?.level).toBe('cache')
    const calm = await lived(arriving({}))
    expect([entries(calm.steps), entries(steps)], 'with and without the pretence').toEqual([expect.toSatisfy(isSome), 0])
  })

  test('is decided again by a replay of what entered, without looking', async () => {
    const first = await lived(arriving({ a: 300, b: 400 }))
    const again = await run()
    for (const input of first.inputs) playInput(again.session, input)
    expect(again.session.engine.stateHash()).toBe(first.session.engine.stateHash())
    expect(again.desk.failovers).toEqual(first.desk.failovers)
  })

  test('is read from again when a person names it, and found again while it goes on', async () => {
    const calm = await lived(arriving({}), [failover('b', 500)])
    expect(calm.healths()).toEqual(['ok', 'ok'])

    const { desk, inputs } = await lived(arriving({ a: 300 }), [failover('a', 500)])
    expect(desk.failovers.map(({ to }) => to)).toEqual(['a', 'b', 'a', 'b'])
    const notices = inputs.filter(input => input.kind === 'event' && input.event.kind === 'integrity-fault')
    expect(notices.length).toBe(2)
  })

  test('passes no door when it is not of the run, or made up', async () => {
    const { session } = await run()
    const [quote] = arriving({}).filter(({ kind }) => kind === 'quote')
    const stranger = { ...live['a']!, source: 'stranger' }
    const made = { ...live['a']!, kind: 'synthetic' as const }
    for (const provenance of [stranger, made]) session.step({ ...quote!, provenance } as LiveEvent)
    expect([session.quarantined, session.accepted]).toEqual([{ provenance: 2 }, 0])
  })
})
