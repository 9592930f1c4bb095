// One recorded dialogue drives all three: our gateway, the simulated terminal, and the text of the Expert Advisor.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FeedEvent } from '../../src/domain/event.ts'
import { at, dialogueGateway, dialogueTerminal, reactions, readDialogue } from './mt5-dialogue.ts'

const DIALOGUE = readDialogue()
const saidBy = (side: string): string[] => DIALOGUE.flatMap(entry => ('says' in entry && entry.says === side ? [entry.line] : []))
const LOST = 'the next line is lost'

test('the dialogue has every line of the opening, the market, the clock and the repair', () => {
  const types = new Set(DIALOGUE.flatMap(entry => ('says' in entry ? [(JSON.parse(entry.line) as { t: string }).t] : [])))
  const all = 'hello chal auth ok sub term acct sym tick book snap hb nosym bar cal tz resend'.split(' ')
  expect([...types].sort()).toEqual(all.sort())
})

test('the gateway answers the recorded terminal with the recorded words', () => {
  const said: string[] = []
  const facts: FeedEvent[] = []
  const told: string[] = []
  const out = reactions({
    send: frame => said.push(String(frame)),
    fact: event => facts.push(event),
    link: (state, _instrumentId, reason) => told.push(`${state}: ${reason}`),
    fault: (fault, _instrumentId, detail) => told.push(`${fault}: ${detail}`),
  })
  const gateway = dialogueGateway()
  gateway.open(at(DIALOGUE[0]!.millis), out)

  let lost = false
  for (const entry of DIALOGUE) {
    if ('happens' in entry) {
      lost = entry.happens === LOST || (lost && entry.happens === 'tick')
      continue
    }
    if (entry.says === 'gateway') {
      // Heartbeats and the like come by themselves.
      if (said.length < saidBy('gateway').indexOf(entry.line) + 1) gateway.tick(at(entry.millis), out)
      continue
    }
    if (!lost) gateway.receive(entry.line, at(entry.millis), out)
    lost = false
  }

  expect(said).toEqual(saidBy('gateway'))
  const prices = facts.flatMap(fact => (fact.kind === 'quote' ? [fact.bid] : []))
  expect(new Set(prices.slice(-3)), 'the lost tick was repaired, and nothing after it is missing').toEqual(
    new Set([108_350, 108_351, 108_352]),
  )
  expect(facts.filter(({ kind }) => kind === 'trade')).toMatchObject([{ price: 108_343, quantity: 25 }])
  expect(facts.filter(({ kind }) => kind === 'calendar-entry')).toMatchObject([
    { actual: 227_000, forecast: 220_000, impact: 'high' },
  ])
  // Opened at 1.08340, a minute before it was told.
  const opened = (DIALOGUE.find(entry => 'happens' in entry && entry.happens === 'minute ended')!.millis - 60_000) * 1000
  expect(facts.filter(({ kind }) => kind === 'bar')).toMatchObject([
    { openTime: opened, eventTime: opened + 60_000_000, open: 108_340, high: 108_343, low: 108_338, close: 108_341, volume: 57 },
  ])
  expect(told).toContain('gap: line 17 came where 16 belongs')
  expect(told.at(-1)).toBe('live: the missing lines came')
})

test('the simulated terminal says the recorded words', () => {
  const said: string[] = []
  const complaints: string[] = []
  let millis = 0
  const { terminal, happen } = dialogueTerminal({
    now: () => millis,
    say: line => said.push(line),
    complain: what => complaints.push(what),
  })
  for (const entry of DIALOGUE) {
    millis = entry.millis
    if ('happens' in entry) {
      if (entry.happens !== LOST) happen(entry.happens, entry.of)
    } else if (entry.says === 'gateway') terminal.hear(entry.line)
  }

  expect(said).toEqual(saidBy('terminal'))
  expect(complaints).toEqual([])
})

describe('the Expert Advisor', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../deploy/mt5/QuadrantBridge.mq5'), 'utf8')
  /** The keys of each line it writes, in the order of its text. */
  const written = new Map(
    [...source.matchAll(/(?:SendNumbered\("(\w+)",|Put\("\{\\"t\\":\\"(\w+)\\")([\s\S]*?);\n/g)].map(
      ([, numbered, bare, rest = '']) =>
        [numbered ?? bare ?? '', [...rest.matchAll(/\\"(\w+)\\":/g)].map(([, key = '']) => key)] as const,
    ),
  )
  const lines = saidBy('terminal').map(line => JSON.parse(line) as Record<string, unknown> & { t: string })

  test.each([...new Set(lines.map(({ t }) => t))])('writes %s with the fields of the dialogue, in their order', type => {
    const line = lines.find(({ t }) => t === type)!
    const session = new Set(['t', 's', 'ack', 'ts'])
    expect(written.get(type)).toEqual(Object.keys(line).filter(key => !session.has(key)))
  })

  test('lists what its broker has when it is asked', () => {
    expect(source).toContain('type == "symbols"')
    expect(written.get('end')).toEqual(['of'])
  })

  test('stamps every line with number, acknowledgement and time, in this order', () => {
    const stamped = /string Stamped\([\s\S]*?\n {2}\}/.exec(source)?.[0] ?? ''
    expect([...stamped.matchAll(/\\"(\w+)\\":/g)].map(([, key]) => key)).toEqual(['t', 's', 'ack', 'ts'])
  })

  test('hears every type that the gateway says', () => {
    for (const line of saidBy('gateway')) expect(source).toContain(`"${(JSON.parse(line) as { t: string }).t}"`)
  })

  test('signs what the dialogue signs', () => {
    expect(source).toContain('HmacSha256(InpSecret, nonce + "|" + login + "|" + g_epoch)')
  })
})
