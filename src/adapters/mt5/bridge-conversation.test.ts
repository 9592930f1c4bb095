// The gateway's side of SBP/1 where things are not as they should be.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialogueGateway, reactions, readDialogue } from '../../../test/venues/mt5-dialogue.ts'
import { TERMINAL } from '../../../test/venues/mt5-terminal.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { type Micros, micros } from '../../domain/numbers.ts'
import { sbpMac } from './sbp.ts'

const START = 1_795_500_000_000
const at = (millis: number): Micros => micros((START + millis) * 1000)

function gateway() {
  const sent: string[] = []
  const told: string[] = []
  const facts: FeedEvent[] = []
  const conversation = dialogueGateway()
  const out = reactions({
    send: frame => sent.push(String(frame)),
    link: (state, _id, reason) => told.push(`${state}: ${reason}`),
    fault: (fault, _id, detail) => told.push(`FAULT ${fault}: ${detail}`),
    reconnect: (when, reason) => told.push(`END ${when}: ${reason}`),
    fact: event => facts.push(event),
    unknown: what => told.push(`UNKNOWN ${what}`),
  })
  conversation.open(at(0), out)
  let number = 0
  const hear = (line: object | string, millis = 0) =>
    conversation.receive(typeof line === 'string' ? line : JSON.stringify(line), at(millis), out)
  return {
    ...{ sent, told, facts, hear },
    tick: (millis: number) => conversation.tick(at(millis), out),
    say: (line: { readonly t: string } & Record<string, unknown>, millis = 0) =>
      hear({ s: ++number, ack: 0, ts: START + millis, ...line }, millis),
  }
}

const HELLO = { t: 'hello', v: 1, login: TERMINAL.login, srv: TERMINAL.server, tz: 7200, epoch: TERMINAL.epoch }
const NONCE = '6b1f'.repeat(16)
const AUTH = {
  t: 'auth',
  kid: 'k1',
  mac: sbpMac(TERMINAL.secret, { nonce: NONCE, login: TERMINAL.login, epoch: TERMINAL.epoch }),
}
const TICK = { t: 'tick', sym: 'EURUSD.', b: '1.08340', a: '1.08341', l: '0', v: '0', fl: 6 }

function live() {
  const one = gateway()
  one.hear(HELLO)
  one.hear(AUTH)
  one.say({ t: 'sym', sym: 'EURUSD.', ...SYMBOL })
  one.say({ t: 'snap' })
  return one
}

const SYMBOL = JSON.parse(
  readDialogue().flatMap(entry => ('says' in entry && entry.line.startsWith('{"t":"sym"') ? [entry.line] : []))[0]!,
  // The recorded numbers are not of this session.
  (key, value: unknown) => (['t', 's', 'ack', 'ts'].includes(key) ? undefined : value),
) as Record<string, unknown>

describe('who is not believed', () => {
  test.each([
    ['another login', { ...HELLO, login: '1' }],
    ['another server', { ...HELLO, srv: 'Other-Live' }],
  ])('%s', (_name, hello) => {
    const { hear, told, sent } = gateway()
    hear(hello)
    expect(told.slice(1)).toEqual([
      'FAULT authenticity: login or server is not the configured one (Broker-Demo)',
      'END later: login or server is not the configured one (Broker-Demo)',
    ])
    expect(sent).toEqual([])
  })

  test('a wrong proof', () => {
    const { hear, told, sent } = gateway()
    hear(HELLO)
    hear({ ...AUTH, mac: AUTH.mac.replace(/^./, first => (first === '0' ? '1' : '0')) })
    expect(told.at(-2)).toBe('FAULT authenticity: the terminal does not know the secret of its login')
    expect(told.at(-1)).toMatch(/^END later/)
    expect(sent).toHaveLength(1)
  })

  test('a proof of another question, recorded before', () => {
    const { hear, told } = gateway()
    hear(HELLO)
    hear({ ...AUTH, mac: sbpMac(TERMINAL.secret, { nonce: 'f'.repeat(64), login: TERMINAL.login, epoch: TERMINAL.epoch }) })
    expect(told.at(-2)).toContain('FAULT authenticity')
  })

  test('who says market data before the proof', () => {
    const { hear, facts, told } = gateway()
    hear({ ...TICK, s: 1, ack: 0, ts: START, tm: START })
    expect(told.at(-1)).toBe("END later: 'tick' came before hello")
    expect(facts).toEqual([])
  })

  test('who says nothing for five seconds', () => {
    const { tick, told } = gateway()
    tick(5000)
    expect(told).toHaveLength(1)
    tick(5100)
    expect(told.at(-1)).toBe('END later: the terminal did not prove itself in time')
  })

  test('after the end nothing is heard any more', () => {
    const { hear, told, sent } = gateway()
    hear({ ...HELLO, login: '1' })
    const before = told.length
    hear(HELLO)
    hear('{')
    expect([told.length, sent.length]).toEqual([before, 0])
  })
})

describe('a living session', () => {
  test('says quotes in UTC and in steps', () => {
    const { say, facts } = live()
    say({ ...TICK, tm: START + 90 }, 100)
    expect(facts).toMatchObject([{ kind: 'quote', bid: 108_340, ask: 108_341, eventTime: (START + 90) * 1000 }])
  })

  test('a heartbeat every two seconds, and the end after three that are missing', () => {
    const { tick, sent, told } = live()
    const before = sent.length
    for (let millis = 100; millis <= 6000; millis += 100) tick(millis)
    expect(sent.length - before).toBe(3)
    tick(6100)
    expect(told.at(-1)).toBe('END later: 3 heartbeats are missing')
  })

  test.each([
    ['an hour ahead: summer time began and was not told', 3_600_000],
    ['an hour behind: summer time ended and was not told', -3_600_000],
  ])('a tick %s is not believed until the clock is', (_name, error) => {
    const { say, facts, told, sent } = live()
    say({ ...TICK, tm: START + error }, 10)
    expect(told.at(-2)).toContain('FAULT schema')
    expect(told.at(-1)).toMatch(/^degraded: the broker's clock has moved/)
    expect(facts).toEqual([])

    say({ t: 'tz', tz: error > 0 ? 10_800 : 3600 }, 20)
    // The tick that was not believed had moved something, so all that stands is asked for anew.
    expect(told.at(-1)).toMatch(/^syncing: the broker's clock changed/)
    expect(sent.at(-1)).toContain('"t":"sub"')
    say({ ...TICK, tm: START + 30 }, 30)
    say({ t: 'snap' }, 40)
    expect(told.at(-1)).toMatch(/^live: /)
    expect(facts.map(({ kind }) => kind)).toContain('quote')
  })

  test('a price that does not fit its instrument is a fault, not rounded', () => {
    const { say, facts, told } = live()
    say({ ...TICK, b: '1.083405', tm: START })
    expect(told.slice(-2)).toEqual([
      'FAULT schema: b "1.083405" is no price of EURUSD..MT5',
      'degraded: the quote cannot be read',
    ])
    say({ ...TICK, tm: START })
    expect(facts).toHaveLength(1)
    expect(told.at(-1)).toBe('live: it can be read again')
  })

  test('a terminal without its broker is not live, and is again', () => {
    const { say, told, facts, sent } = live()
    say({ ...TICK, tm: START })
    say({ t: 'term', conn: false, trade: false })
    expect(facts, 'nothing is told meanwhile').toHaveLength(1)
    say({ t: 'term', conn: true, trade: false })
    expect(told.at(-1)).toBe('live: the terminal is connected to its broker')
    expect(facts, 'and the last is told again').toHaveLength(2)

    say({ t: 'term', conn: false, trade: false })
    say({ ...TICK, b: '1.08339', tm: START })
    say({ t: 'term', conn: true, trade: false })
    expect(told.at(-1), 'what moved meanwhile is asked for, not taken for unmoved').toMatch(/^syncing: /)
    expect(facts).toHaveLength(2)
    expect(sent.at(-1)).toContain('"t":"sub"')
  })

  test('two doubts are two: the end of one is not the end of the other', () => {
    const { say, hear, told } = live()
    say({ t: 'term', conn: false, trade: false })
    hear({ t: 'hb', s: 9, ack: 1, ts: START })
    say({ t: 'hb' })
    expect(told.at(-1)).toBe('degraded: lines are missing')
  })

  test('whatever comes, nothing is thrown', () => {
    const types = fc.constantFrom(
      'tick',
      'book',
      'bar',
      'cal',
      'sym',
      'acct',
      'nosym',
      'tz',
      'term',
      'snap',
      'hb',
      'resend',
      'reset',
      'new',
    )
    const line = fc.record({
      t: types,
      sym: fc.oneof(fc.constant('EURUSD.'), fc.string()),
      b: fc.oneof(fc.constant('1.08340'), fc.anything()),
      a: fc.oneof(fc.constant('1.08341'), fc.anything()),
      fl: fc.oneof(fc.integer({ min: 0, max: 127 }), fc.anything()),
      tm: fc.oneof(fc.constant(START), fc.anything()),
      lv: fc.oneof(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.string(), fc.string())), fc.anything()),
      tz: fc.anything(),
      from: fc.anything(),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), lines => {
        const { say } = live()
        for (const one of lines) say(JSON.parse(JSON.stringify(one)) as typeof one & Record<string, unknown>)
      }),
      {
        // Milliseconds that no longer fit in microseconds.
        examples: [
          [[{ t: 'tick', sym: 'EURUSD.', b: '1.08340', a: '1.08341', fl: 0, tm: -9_007_199_254_741, lv: [], tz: 0, from: 0 }]],
        ],
      },
    )
  })
})
