// What every live source keeps, whatever the venue and the network do: the properties of the conformance harness.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CERTIFICATE_FLAWS } from '../../venues/authority.ts'
import { FAULT_KINDS, type FaultKind, isHttpFault } from '../../venues/fault.ts'
import { type FaultPlan, faultPlan, planText } from '../../venues/fault-plan.ts'
import { type LiveSourceSubject, Rig, type RigOptions } from './rig.ts'

/** Nothing is lost, nothing is doubted, no connection is given up. */
const HARMLESS: readonly FaultKind[] = ['fragmented', 'split-utf8', 'stall', 'delay', 'trickle', 'unknown-type', 'clock-skew']

/** A source may end after these: only a person can give it another key. */
const FINAL: readonly FaultKind[] = ['http-401', 'http-403', 'token-expired', 'token-rotated', 'refresh-lost']

/** Must be told as a fault of integrity, not only be survived. */
const TOLD: Partial<Record<FaultKind, readonly string[]>> = {
  gap: ['gap', 'checksum'],
  'bad-checksum': ['checksum'],
  'crossed-book': ['crossed', 'checksum'],
  'unknown-type': ['unknown'],
  garbage: ['schema'],
}

const CAMPAIGN = Boolean(process.env['CAMPAIGN'])
const PLANS = CAMPAIGN ? 40 : 3
/** Messages of the long run, and what the heap may grow by over it. */
const LONG = CAMPAIGN ? 1_000_000 : 20_000
const GROWTH_BYTES = 6_000_000
/** Of the venue's time: longer than any heartbeat's interval. */
const QUIET_MILLIS = 15_000
/** While nobody is let in: full jitter below 250 ms × 2ⁿ makes about five attempts in this time. */
const REFUSING_MILLIS = 2_500
const ATTEMPTS_MOST = 25

export type { LiveSourceSubject } from './rig.ts'

/** One thing that holds of every live source. */
export interface Fact {
  readonly name: string
  /** Throws where it does not hold. */
  readonly hold: () => Promise<void>
  /** Measures something that others running beside it would disturb. */
  readonly alone?: boolean
}

/** Registers the suite. P1–P10 are those of the venue catalogue, section 8.3. */
export function liveSourceContract(subject: LiveSourceSubject): void {
  describe(`${subject.name} keeps the contract of live sources`, () => {
    // Most of their time they wait for timers: side by side they take a fraction of it.
    for (const { name, hold, alone } of liveSourceFacts(subject)) (alone ? test : test.concurrent)(name, hold)
  })
}

/** The suite as a list, so that it can be tried on sources with bugs. */
export function liveSourceFacts(subject: LiveSourceSubject): readonly Fact[] {
  const { exempt, subscriptions } = subject
  const facts: Fact[] = []
  const tried = FAULT_KINDS.filter(kind => exempt[kind] === undefined)
  const single = tried.filter(kind => kind !== 'certificate')

  /** Whatever a test does, in the end nothing was breached on either side. */
  const fact = (name: string, body: (rig: Rig) => Promise<void>, { alone = false, ...options }: FactOptions = {}) => {
    const hold = async () => {
      const rig = await Rig.start(subject, options)
      try {
        await body(rig)
        expectNothingBreached(rig)
      } finally {
        await rig.stop()
      }
    }
    facts.push({ name, hold, alone })
  }

  const expectAllTradesOnce = async (rig: Rig) => {
    for (const subscription of subscriptions) {
      if (!subscription.wants.includes('trade')) continue
      // A trade that moved no price may still be on its way when all prices are known.
      const arrived = () => rig.trades(subscription).known.length >= rig.trades(subscription).made.length
      await rig.until(arrived, `P2: every trade of ${subscription.symbol}`, 5_000).catch(() => {})
      const { known, made } = rig.trades(subscription)
      expect(known, `every trade of ${subscription.symbol} once, in order`).toEqual(made)
    }
  }

  const expectNoTradeTwice = (rig: Rig) => {
    for (const subscription of subscriptions) {
      const { known, made } = rig.trades(subscription)
      expect(known.length - new Set(known).size, `trades of ${subscription.symbol} delivered twice`).toBe(0)
      const real = new Set(made)
      expect(
        known.filter(trade => !real.has(trade)),
        `trades of ${subscription.symbol} that were never made`,
      ).toEqual([])
    }
  }

  const survive = async (rig: Rig, { steps, faults }: Pick<FaultPlan, 'steps' | 'faults'>) => {
    await rig.untilWhole()
    let next = 0
    for (let step = 0; step < steps && !rig.ended; step++) {
      for (; faults[next]?.step === step; next++) expect(rig.apply(faults[next]!.fault), faults[next]!.fault.kind).toBe(true)
      await rig.play(1)
    }
    await rig.until(() => rig.honest || rig.ended, 'P1: what is told as live is what the venue has')
    rig.heal()
    if (faults.some(({ fault }) => FINAL.includes(fault.kind))) {
      await Promise.race([rig.untilWhole().catch(() => {}), rig.until(() => rig.ended, 'P1: it recovers or ends')])
      if (rig.ended) expect(rig.all('fatal', 'closed'), 'it says that it has given up').toBe(true)
    } else {
      await rig.untilWhole()
    }
    expectNoTradeTwice(rig)
  }

  fact('P1, P2, P8, P9: on a calm day it knows what the venue knows, byte for byte, and every trade once', async rig => {
    await rig.untilWhole()
    const { opened } = rig.venue.connections

    await rig.play(400)
    await rig.until(() => rig.whole, 'it knows what the venue knows')

    await expectAllTradesOnce(rig)
    expect(rig.mirror.faults).toEqual([])
    expect(rig.venue.connections.opened, 'no connection was given up').toBe(opened)
  })

  fact('P4: through a quiet time it stays connected, with every sign of life that the venue asks for', async rig => {
    await rig.untilWhole()
    const { opened } = rig.venue.connections
    await new Promise(resolve => setTimeout(resolve, rig.clock.real(QUIET_MILLIS)))

    expect(rig.whole).toBe(true)
    expect(rig.venue.connections.opened, 'no connection was given up').toBe(opened)
  })

  for (const kind of single.filter(kind => HARMLESS.includes(kind))) {
    fact(`P1, P2: ${kind} changes nothing`, async rig => {
      await rig.untilWhole()
      const { opened } = rig.venue.connections

      for (const seed of [1, 2, 3]) {
        expect(rig.apply({ kind, seed, millis: 1_000 })).toBe(true)
        await rig.play(30)
      }
      rig.heal()
      await rig.play(30)
      await rig.until(() => rig.whole, 'it knows what the venue knows')

      expect(rig.venue.connections.opened, 'no connection was given up').toBe(opened)
      await expectAllTradesOnce(rig)
      if (TOLD[kind]) expect(rig.mirror.faults.map(({ fault }) => fault)).toContain(TOLD[kind]![0])
    })
  }

  for (const kind of single.filter(kind => !HARMLESS.includes(kind))) {
    fact(`P1: ${kind} is noticed, and passes`, async rig => {
      // What is refused twice is refused at the next try, too.
      const count = isHttpFault(kind) ? 2 : 1
      await survive(rig, { steps: 60, faults: [{ step: 20, fault: { kind, count, seed: 7, millis: 4_000 } }] })
      const told = TOLD[kind]
      if (told) expect(told, 'the fault is told').toContain(rig.mirror.faults.find(({ fault }) => told.includes(fault))?.fault)
    })
  }

  const plans = async () => {
    const kinds = single.filter(kind => !FINAL.includes(kind))
    const property = fc.asyncProperty(faultPlan(kinds, { steps: 90, most: 4 }), async plan => {
      const rig = await Rig.start(subject, { seed: plan.seed })
      try {
        await survive(rig, plan)
        expectNothingBreached(rig, planText(plan))
      } finally {
        await rig.stop()
      }
    })
    // Each run takes seconds: a failing plan is printed with its seed instead of being made smaller.
    await fc.assert(property, { numRuns: PLANS, endOnFailure: true })
  }
  facts.push({ name: `P1, P2, P4: ${PLANS} random plans of faults`, hold: plans })

  const unreachable = (name: string, changed: LiveSourceSubject, options: RigOptions, dialled: boolean) => {
    const hold = async () => {
      const rig = await Rig.start(changed, options)
      try {
        await rig.until(() => rig.all('backoff', 'fatal') || rig.ended, 'it says so')
        expect(rig.mirror.facts).toBe(0)
        expect([...rig.venue.requests.keys()], 'nothing was asked').toEqual([])
        if (!dialled) expect(rig.proxy.attempts).toBe(0)
        expectNothingBreached(rig)
      } finally {
        await rig.stop()
      }
    }
    facts.push({ name, hold })
  }
  for (const flaw of tried.includes('certificate') ? CERTIFICATE_FLAWS : []) {
    const flawed: LiveSourceSubject = {
      ...subject,
      startVenue: async options => {
        const venue = await subject.startVenue(options)
        expect(venue.apply({ kind: 'certificate', flaw })).toBe(true)
        return venue
      },
    }
    unreachable(`a certificate that is ${flaw} is never spoken to`, flawed, {}, true)
  }
  unreachable('a host that is not on the list is not dialled', subject, { allowed: ['elsewhere.example'] }, false)

  fact('P5: a venue that refuses is not stormed, and found again', async rig => {
    await rig.untilWhole()
    rig.proxy.refuse()
    const before = rig.proxy.attempts
    rig.proxy.apply({ kind: 'reset' })
    await new Promise(resolve => setTimeout(resolve, REFUSING_MILLIS))

    expect(rig.proxy.attempts - before, 'it tries again').toBeGreaterThan(0)
    expect(rig.proxy.attempts - before, 'and not without a pause').toBeLessThanOrEqual(ATTEMPTS_MOST)
    expect(rig.all('live', 'degraded'), 'nothing is told as live meanwhile').toBe(false)

    rig.heal()
    await rig.untilWhole()
    expectNoTradeTwice(rig)
  })

  fact('leaving the iteration closes every connection, and opens none', async rig => {
    await rig.untilWhole()
    await rig.leave()
    await rig.until(() => rig.venue.connections.open === 0, 'the venue sees it go')
    const attempts = rig.proxy.attempts
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(rig.proxy.attempts).toBe(attempts)
  })

  fact('leaving while it waits for the next try ends at once', async rig => {
    rig.proxy.refuse()
    await rig.until(() => rig.all('backoff', 'connecting') && rig.proxy.attempts > 0, 'it waits')
    await rig.leave()
    const left = rig.proxy.attempts
    let before: number
    do {
      before = rig.proxy.attempts
      await new Promise(resolve => setTimeout(resolve, 600))
    } while (rig.proxy.attempts > before)
    // A question that is out, such as the refresh of a token that rotates, is not broken off: the HTTP client asks it three times.
    expect(rig.proxy.attempts - left).toBeLessThanOrEqual(2)
  })

  const flat = async (rig: Rig) => {
    rig.mirror.light = true
    await rig.untilWhole()
    const burst = async (steps: number) => {
      for (let done = 0; done < steps; done += 500) {
        rig.venue.play(500)
        await rig.until(() => rig.whole, 'it follows')
      }
      rig.venue.truth.forget()
      return heapBytes()
    }
    const warm = await burst(LONG / 4)
    const late = await burst(LONG)
    expect(late - warm).toBeLessThan(GROWTH_BYTES)
    expect(rig.mirror.faults).toEqual([])
  }
  fact(`P6: memory stays flat over ${LONG} steps`, flat, { alone: true })

  return facts
}

interface FactOptions extends RigOptions {
  readonly alone?: boolean
}

function expectNothingBreached(rig: Rig, plan = ''): void {
  const orders = [...rig.venue.requests.keys()].filter(isOrder)
  expect(rig.mirror.breaches.join('; '), `what a reader relies on ${plan}`).toBe('')
  expect(rig.venue.violations.join('; '), `what the venue asks of its clients ${plan}`).toBe('')
  expect(orders.join('; '), `P3, P10: a source of data sends no orders ${plan}`).toBe('')
}

const isOrder = (request: string): boolean =>
  /(add|new|place|submit|amend|cancel|edit|replace|close)[-_ ]?(order|position|all)/i.test(request)

/** What is still held after everything that can go is gone. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
