// The harness itself: it passes a sound source, and finds every bug planted into it.
import { describe, expect, test } from 'vitest'
import { startBellVenue } from '../../venues/bell-venue.ts'
import { BELL_KEY, BELL_SUBSCRIPTIONS, type Bug, bell } from './bell-source.ts'
import { NO_BROKER_TIME, NO_HTTP, NO_TOKENS } from './exemptions.ts'
import { type LiveSourceSubject, liveSourceContract, liveSourceFacts } from './live-source.ts'

const subject = (bug?: Bug): LiveSourceSubject => ({
  name: 'bell',
  descriptor: bell(bug),
  startVenue: startBellVenue,
  subscriptions: BELL_SUBSCRIPTIONS,
  credentials: { BELL_KEY },
  exempt: { ...NO_HTTP, ...NO_TOKENS, ...NO_BROKER_TIME, 'bad-checksum': 'the protocol has no checksum' },
})

liveSourceContract(subject())

/** The fact of the contract that must not hold, and what it says. */
const CAUGHT: Readonly<Record<Bug, readonly [fact: RegExp, says: RegExp]>> = {
  'loses-a-trade': [/calm day/, /every trade of .* once, in order/],
  'doubles-a-trade': [/calm day/, /every trade of .* once, in order/],
  'ignores-gaps': [/P1: gap/, /the fault is told|not within/],
  'believes-crossed-books': [/P1: crossed-book/, /crossed|not within/],
  'parses-through-floats': [/calm day/, /not within 4 s|does not become whole/],
  'tells-its-secret': [/calm day/, /a secret is told in a provenance/],
  'says-too-much': [/calm day/, /more than 5 messages in 1000 ms/],
  'forgets-pings': [/quiet time/, /a ping was not answered/],
  'tells-local-time': [/quiet time/, /a book-snapshot is -(3599|3600)\.\d* s old/],
  'tells-while-in-doubt': [/P1: gap/, /without a snapshot before/],
  'throws-on-the-unknown': [/unknown-type/, /no connection was given up/],
  'sends-an-order': [/calm day/, /add_order.*which is not/],
}

describe('the harness', () => {
  test.concurrent.each(Object.entries(CAUGHT))('catches a source that %s', async (bug, [name, says]) => {
    const facts = liveSourceFacts({ ...subject(bug as Bug), patienceMillis: 4_000 })
    const fact = facts.find(fact => name.test(fact.name))
    await expect(fact?.hold()).rejects.toThrow(says)
  })
})
