// Texts that break programs which only read them: every pattern of the contract against what makes patterns slow, and a WebSocket
// that is told anything but what it knows.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROUTE_NAMES, routeOf } from '../../src/wire/contract.ts'
import { ClientMessage, TOPICS } from '../../src/wire/topics.ts'
import { GatewayHouse } from '../gateway-house.ts'
import { Dice } from './dice.ts'
import { PLENTY } from './plenty.ts'

/** A body is never longer. */
const LONGEST = 64 * 1024
const SEED = process.env['CAMPAIGN'] ? Date.now() % 2 ** 31 : 20_261_123
const MESSAGES = process.env['CAMPAIGN'] ? 30_000 : 3_000

function patternsIn(form: unknown, found = new Set<string>()): Set<string> {
  if (typeof form !== 'object' || form === null) return found
  for (const [key, value] of Object.entries(form)) {
    if (key === 'pattern' && typeof value === 'string') found.add(value)
    else patternsIn(value, found)
  }
  return found
}

test('no pattern of the contract takes more than one look at a long text', () => {
  const patterns = new Set<string>()
  for (const name of ROUTE_NAMES) patternsIn(routeOf(name), patterns)
  patternsIn(ClientMessage, patterns)
  expect(patterns.size).toBeGreaterThan(10)

  const pumps = [
    'a',
    'A',
    '0',
    '-',
    '.',
    '_',
    ' ',
    'a.',
    'A.A',
    '0-',
    '1.',
    'aA0',
    'a=',
    '2026-11-21',
    'AAAA-',
    '\u00e9',
    '\0',
    '\n',
  ]
  const ends = ['', '!', '\n', '.', '\u0000', '=']
  let looks = 0
  for (const pattern of patterns) {
    const written = new RegExp(pattern)
    // One that looks again and again at 64 KiB does not come to an end within the patience of a test.
    for (const pump of pumps)
      for (const end of ends) looks += Number(written.test(pump.repeat(LONGEST / pump.length) + end) || true)
  }
  expect(looks).toBe(patterns.size * pumps.length * ends.length)
})

let house: GatewayHouse
const logged: string[] = []
beforeAll(async () => {
  house = await GatewayHouse.open({
    gateway: {
      rates: PLENTY,
      limits: { messagesPerSecond: 1e9 },
      log: (level, message) => void logged.push(`${level} ${message}`),
    },
  })
  await house.addUser('ann', ['read'], ['one'])
})
afterAll(() => house.close())

test(`a WebSocket answers ${MESSAGES} messages bent out of shape and stays (seed ${SEED})`, async () => {
  const dice = new Dice(SEED)
  const topics = [...Object.keys(TOPICS), '__proto__', 'constructor', 'toString', '', 'ORDERS', 'orders\0', null, 1, [], {}]
  const odd = [
    null,
    true,
    -1,
    0,
    1e308,
    2 ** 53,
    '',
    'a\0b',
    '\ud800',
    'x'.repeat(300),
    [],
    {},
    [null],
    ['__proto__'],
    Array(201).fill('k'),
  ]
  const keys = ['type', 'topic', 'keys', 'after', 'epoch', 'rate', '__proto__', 'constructor', 'account', 'admin', '']
  const message = (): string => {
    const said: Record<string, unknown> = {
      type: dice.one(['subscribe', 'subscribe', 'unsubscribe', 'ping', 'hello', 'snapshot', '__proto__', 7]),
    }
    said['topic'] = dice.one(topics)
    for (let i = dice.below(4); i > 0; i--) {
      const key = dice.one(keys)
      Object.defineProperty(said, key, {
        value: dice.one([...odd, ...topics]),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    const text = JSON.stringify(said)
    if (dice.percent(85)) return text
    return dice.one([
      text.slice(0, dice.below(text.length)),
      `[${text}]`,
      `${text}${text}`,
      '',
      'null',
      '1e999',
      `{"type":"ping","type":"ping"}`,
      '\ufeff{}',
    ])
  }
  const socket = await house.socket({ token: await house.apiToken('ann', ['read']) })
  for (let i = 0; i < MESSAGES; i++) {
    socket.say(message())
    // What was said until here was heard.
    if (i % 100 === 99) {
      const before = socket.heard.filter(({ type }) => type === 'pong').length
      socket.say({ type: 'ping' })
      await socket.until(() => socket.heard.filter(({ type }) => type === 'pong').length > before)
    }
  }

  const told = new Set(socket.heard.map(({ type }) => type))
  expect([...told].sort()).toEqual(['error', 'hello', 'pong', 'snapshot'])
  const subscribed = new Set(socket.heard.filter(({ type }) => type === 'snapshot').map(({ topic }) => topic))
  expect([...subscribed].filter(topic => !Object.hasOwn(TOPICS, topic) || ['system', 'logs'].includes(topic))).toEqual([])
  expect(JSON.stringify(socket.heard)).not.toMatch(/node_modules|TypeError|\.ts:\d/)
  expect(logged).toEqual([])
  socket.socket.terminate()
})
