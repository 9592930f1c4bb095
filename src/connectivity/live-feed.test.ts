// The driver of living streams against links that the test holds in its hands, on a clock that it turns.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LiveEvent } from '../domain/event.ts'
import type { BookChange, BookSnapshot, Quote, Trade } from '../domain/market.ts'
import { type Micros, price, quantity } from '../domain/numbers.ts'
import type { Provenance } from '../domain/provenance.ts'
import { AttemptBudget } from './attempt-budget.ts'
import type { Clock } from './clock.ts'
import type { Conversation, Frame, HttpReply, HttpRequest, Reactions } from './conversation.ts'
import type { FrameTap } from './frame-line.ts'
import type { HttpClient } from './http-client.ts'
import type { LinkEvents, OpenLink } from './link.ts'
import { LiveFeed } from './live-feed.ts'
import type { LiveFeedOptions } from './live-feed-options.ts'
import { SourceError } from './source-error.ts'

const BTC = 'BTCUSD.TEST'
const provenance: Provenance = { source: 'test', kind: 'live', origin: 'wss://venue.test/', checksum: '', licence: 'none' }
const clock: Clock = { now: () => (Date.now() * 1000) as Micros }

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-07-01T10:00:00Z') })
  // Of every wait, this part: the first is 0.999 × 250 ms.
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** One connection in the hands of the test. */
interface Held {
  readonly events: LinkEvents
  readonly out: Reactions
  readonly sent: Frame[]
  closed: boolean
}

interface Script {
  readonly open?: (out: Reactions) => void
  readonly receive?: (frame: Frame, out: Reactions) => void
  readonly answer?: (tag: string, reply: HttpReply, out: Reactions) => void
  readonly link?: (attempt: number) => SourceError | undefined
}

/** A feed whose connections open at once, unless the script says how they fail. */
function stage(script: Script = {}, rest: Partial<LiveFeedOptions> = {}) {
  const held: Held[] = []
  const attempts: number[] = []
  const events: LiveEvent[] = []
  let reactions: Reactions | undefined

  const conversation = (): Conversation => ({
    open: (_, out) => {
      reactions = out
      held.at(-1)!.sent.length = 0
      Object.assign(held.at(-1)!, { out })
      script.open?.(out)
    },
    receive: (frame, _, out) => script.receive?.(frame, out),
    answer: (tag, reply, _, out) => script.answer?.(tag, reply, out),
  })
  const link: OpenLink = async linkEvents => {
    attempts.push(Date.now())
    const error = script.link?.(attempts.length)
    if (error !== undefined) throw error
    const one: Held = { events: linkEvents, out: reactions!, sent: [], closed: false }
    held.push(one)
    return { send: frame => void one.sent.push(frame), close: () => Object.assign(one, { closed: true }) }
  }
  const feed = new LiveFeed({ provenance, clock, link, conversation, silenceMillis: 5000, ...rest })
  const iterator = feed.batches()[Symbol.asyncIterator]()
  let done = false
  const reading = (async () => {
    for (;;) {
      const { done: ended, value } = await iterator.next()
      if (ended) break
      events.push(...value)
    }
    done = true
  })()

  return {
    held,
    attempts,
    events,
    iterator,
    reading,
    isDone: () => done,
    states: () =>
      events.flatMap(event =>
        event.kind === 'link-change' ? [`${event.state}${event.instrumentId && ` ${event.instrumentId}`}`] : [],
      ),
    faults: () => events.flatMap(event => (event.kind === 'integrity-fault' ? [`${event.fault}: ${event.detail}`] : [])),
    facts: () => events.filter(event => !['link-change', 'integrity-fault', 'link-measure'].includes(event.kind)),
  }
}

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)

let counted = 0
const base = () => ({ eventTime: clock.now(), receivedTime: clock.now(), sequence: ++counted, provenance, instrumentId: BTC })
const quote = (bid: number): Quote => ({
  ...base(),
  kind: 'quote',
  bid: price(bid),
  ask: price(bid + 1),
  bidSize: quantity(1),
  askSize: quantity(1),
})
const trade = (sequence: number, at = clock.now()): Trade => ({
  ...base(),
  sequence,
  eventTime: at,
  kind: 'trade',
  price: price(5),
  quantity: quantity(1),
  aggressor: 'buy',
})
const snapshot = (updateId: number): BookSnapshot => ({ ...base(), kind: 'book-snapshot', updateId, bids: [], asks: [] })
const change = (updateId: number): BookChange => ({
  ...base(),
  kind: 'book-change',
  firstUpdateId: updateId,
  lastUpdateId: updateId,
  previousUpdateId: -1,
  bids: [],
  asks: [],
})
const live: Script = { open: out => out.link('live', '', 'subscribed') }
const down = () => new SourceError('SOURCE_UNREACHABLE', { message: 'no route', fix: 'wait', passing: true })

test('a connection goes from connecting over syncing to live, and facts flow', async () => {
  const { held, states, facts, iterator } = stage({ receive: (_, out) => out.link('live', '', 'subscribed') })
  await pass(0)
  expect(states()).toEqual(['connecting', 'syncing'])

  held[0]!.events.frame('subscribed')
  held[0]!.out.fact(quote(100))
  await pass(0)
  expect(states()).toEqual(['connecting', 'syncing', 'live'])
  expect(facts()).toHaveLength(1)
  await iterator.return!()
  expect(held[0]!.closed).toBe(true)
})

test('facts of an instrument are withheld while it is not live, and a snapshot may come with the word that makes it live', async () => {
  const { held, facts, iterator } = stage({
    receive: (frame, out) => {
      if (frame === 'gap') out.link('degraded', BTC, 'gap')
      if (frame === 'change') out.fact(change(7))
      if (frame === 'wrong checksum') {
        out.fact(change(8))
        out.link('degraded', BTC, 'checksum')
      }
      if (frame === 'resync') {
        out.fact(snapshot(9))
        out.link('live', BTC, 'resynced')
      }
    },
  })
  await pass(0)
  for (const frame of ['change', 'resync', 'change', 'gap', 'change', 'resync', 'wrong checksum']) held[0]!.events.frame(frame)
  await pass(0)

  expect(facts().map(({ kind }) => kind)).toEqual(['book-snapshot', 'book-change', 'book-snapshot'])
  await iterator.return!()
})

test('frames that come before the link is seen to stand are not lost', async () => {
  const received: Frame[] = []
  const feed = new LiveFeed({
    provenance,
    clock,
    silenceMillis: 5000,
    link: async events => {
      events.frame('first')
      return { send: () => undefined, close: () => undefined }
    },
    conversation: () => ({ open: () => received.push('open'), receive: frame => received.push(frame) }),
  })
  const iterator = feed.batches()[Symbol.asyncIterator]()
  await iterator.next()
  await pass(0)
  expect(received).toEqual(['open', 'first'])
  await iterator.return!()
})

test('silence degrades the link and renews the connection', async () => {
  const { held, states, iterator } = stage(live)
  await pass(0)
  await pass(4000)
  held[0]!.events.frame('alive')
  await pass(5000)
  expect(states()).toEqual(['connecting', 'live'])

  await pass(200)
  expect(states()).toEqual(['connecting', 'live', 'degraded', 'backoff'])
  expect(held[0]!.closed).toBe(true)
  await pass(250)
  expect(states().slice(4)).toEqual(['connecting', 'live'])
  await iterator.return!()
})

test('a pause of our own is no silence of theirs', async () => {
  const { states, iterator } = stage(live)
  await pass(100)
  // The event loop stood still for ten seconds: frames of that time wait in the socket.
  vi.setSystemTime(Date.now() + 10_000)
  await pass(100)
  expect(states()).toEqual(['connecting', 'live'])
  await iterator.return!()
})

test('waits grow to 30 s with full jitter, and ten failures in a row open the breaker', async () => {
  const { attempts, iterator } = stage({ link: down })
  await pass(120_000)
  const waits = attempts.slice(1, 8).map((time, at) => time - attempts[at]!)
  // 0.999 × 250 × 2ⁿ, cut to whole milliseconds, at most 0.999 × 30,000.
  expect(waits).toEqual([249, 499, 999, 1998, 3996, 7992, 15_984])

  vi.spyOn(Math, 'random').mockReturnValue(0)
  const before = attempts.length
  await pass(600)
  expect(attempts.length - before, 'the breaker holds what the jitter would let through').toBeLessThanOrEqual(3)
  await iterator.return!()
})

test('a minute of health makes the waits begin anew', async () => {
  let failing = true
  const { held, attempts, iterator } = stage({ ...live, link: () => (failing ? down() : undefined) })
  await pass(4000)
  failing = false
  for (let second = 0; second < 80; second++) {
    held.at(-1)?.events.frame('alive')
    await pass(1000)
  }
  const before = attempts.length
  held.at(-1)!.events.closed('cut')
  await pass(248)
  expect(attempts.length).toBe(before)
  await pass(2)
  expect(attempts.length).toBe(before + 1)
  await iterator.return!()
})

test('the host’s limit on attempts holds', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const { attempts, states, iterator } = stage({ link: down }, { attempts: new AttemptBudget({ most: 3, withinMillis: 10_000 }) })
  await pass(9_900)
  expect(attempts).toHaveLength(3)
  expect(states().at(-1)).toBe('backoff')
  await pass(10_000)
  expect(attempts).toHaveLength(6)
  await iterator.return!()
})

test('a source that says how long to stay away is left alone so long', async () => {
  const limited = () =>
    new SourceError('SOURCE_RATE_LIMITED', { message: 'too often', fix: 'wait', passing: true, retryAfterMillis: 20_000 })
  const { attempts, iterator } = stage({ link: limited })
  await pass(19_999)
  expect(attempts).toHaveLength(1)
  await pass(1)
  expect(attempts).toHaveLength(2)
  await iterator.return!()
})

test('a refusal is fatal and ends the stream', async () => {
  const { states, isDone, held } = stage({
    open: out => out.refuse(new SourceError('SOURCE_REFUSED', { message: 'wrong key', fix: 'another key' })),
  })
  await pass(0)
  expect(states()).toEqual(['connecting', 'fatal'])
  expect(isDone()).toBe(true)
  expect(held[0]!.closed).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('a certificate that does not hold is a fault of authenticity', async () => {
  const { faults, iterator } = stage({
    link: () => new SourceError('SOURCE_TLS', { message: 'not who it says', fix: 'look', passing: true }),
  })
  await pass(0)
  expect(faults()).toEqual(['authenticity: not who it says'])
  await iterator.return!()
})

test('a conversation that breaks is a schema fault, and the connection is renewed', async () => {
  const { held, faults, states, iterator } = stage({
    ...live,
    receive: () => {
      throw new TypeError('undefined is no price')
    },
  })
  await pass(0)
  held[0]!.events.frame('x'.repeat(500))
  await pass(300)
  expect(faults()).toEqual([`schema: the conversation broke: undefined is no price; at ${'x'.repeat(200)}`])
  expect(states()).toEqual(['connecting', 'live', 'backoff', 'connecting', 'live'])
  await iterator.return!()
})

test('an announced end is met with a replacement, and no event is lost or doubled', async () => {
  const { held, states, facts, iterator } = stage({
    open: () => undefined,
    receive: (frame, out) => {
      if (frame === 'live') out.link('live', BTC, '')
      if (frame === 'shutdown') out.reconnect('now', 'the venue closes this connection')
    },
  })
  await pass(0)
  const [old] = held
  old!.events.frame('live')
  old!.out.fact(snapshot(1))
  old!.out.fact(trade(10))
  old!.events.frame('shutdown')
  await pass(0)
  const next = held[1]!
  old!.out.fact(change(2))
  old!.out.fact(trade(11))
  await pass(100)

  // The replacement repeats the last trades, as venues do, and starts its book with a snapshot.
  next.out.fact(trade(10, old!.out && ((clock.now() - 200_000) as Micros)))
  next.events.frame('live')
  next.out.fact(snapshot(3))
  next.out.fact(trade(11, (clock.now() - 100_000) as Micros))
  next.out.fact(trade(12))
  await pass(0)

  expect(old!.closed).toBe(true)
  expect(states(), 'the change of connections is seamless').toEqual(['connecting', 'syncing', `live ${BTC}`])
  expect(facts().map(event => `${event.kind} ${'updateId' in event ? event.updateId : event.sequence}`)).toEqual([
    'book-snapshot 1',
    'trade 10',
    expect.stringMatching(/^book-change/),
    'trade 11',
    'book-snapshot 3',
    'trade 12',
  ])
  await iterator.return!()
  expect(next.closed).toBe(true)
})

test('a replacement takes over where the old connection ends before it is whole', async () => {
  const { held, states, iterator } = stage({
    open: out => {
      if (held.length === 1) out.link('live', '', '')
    },
    receive: (frame, out) => (frame === 'shutdown' ? out.reconnect('now', 'announced') : out.link('live', '', '')),
  })
  await pass(0)
  held[0]!.events.frame('shutdown')
  await pass(0)
  held[0]!.events.closed('24 hours')
  await pass(0)
  expect(states()).toEqual(['connecting', 'live', 'syncing'])
  held[1]!.events.frame('whole')
  await pass(0)
  expect(states().at(-1)).toBe('live')
  expect(held).toHaveLength(2)
  await iterator.return!()
})

test('a replacement that cannot be opened is tried again, and the old connection goes on', async () => {
  const { held, states, facts, iterator } = stage({
    ...live,
    link: attempt => (attempt === 2 ? down() : undefined),
    receive: (_, out) => out.reconnect('now', 'announced'),
  })
  await pass(0)
  held[0]!.events.frame('shutdown')
  await pass(0)
  held[0]!.out.fact(trade(1))
  await pass(250)
  expect(held).toHaveLength(2)
  expect(held[0]!.closed).toBe(true)
  expect(facts()).toHaveLength(1)
  expect(states()).toEqual(['connecting', 'live'])
  await iterator.return!()
})

test('a request is answered; one that fails renews the connection; one that is forbidden is fatal', async () => {
  const requests: HttpRequest[] = []
  let outcome: HttpReply | SourceError = { status: 200, headers: {}, body: '{"key":"s3cret"}' }
  const http = {
    send: async (request: HttpRequest) => {
      requests.push(request)
      if (outcome instanceof SourceError) throw outcome
      return outcome
    },
  } as unknown as HttpClient
  const replied: string[] = []
  const tap = {
    opened() {},
    sent() {},
    received() {},
    replied: (url: string, _: Micros, body: string) => replied.push(`${url} ${body}`),
  }
  const { held, states, iterator, isDone } = stage(
    {
      receive: (_, out) => out.request('depth', { method: 'GET', url: 'https://venue.test/depth?key=s3cret' }),
      answer: (tag, { status }, out) => out.link('live', '', `${tag} ${status}`),
    },
    { http, tap, secrets: () => ['s3cret'] },
  )
  await pass(0)
  held[0]!.events.frame('ask')
  await pass(0)
  expect(states().at(-1)).toBe('live')
  expect(replied).toEqual(['https://venue.test/depth?key=*** {"key":"***"}'])

  outcome = down()
  held[0]!.events.frame('ask')
  await pass(0)
  expect(states().at(-1)).toBe('backoff')
  await pass(300)

  outcome = new SourceError('EGRESS_REFUSED', { message: 'not allowed', fix: 'none' })
  held[1]!.events.frame('ask')
  await pass(0)
  expect(states().at(-1)).toBe('fatal')
  expect(isDone()).toBe(true)
  await iterator.return!()
})

test('secrets are not seen by the tap, in text and in bytes', async () => {
  const seen: string[] = []
  const tap: FrameTap = {
    opened() {},
    sent: (_, __, frame) => void seen.push(typeof frame === 'string' ? frame : Buffer.from(frame).toString('latin1')),
    received() {},
    replied() {},
  }
  const { held, iterator } = stage(
    {
      open: out => {
        out.send('{"token":"s3cret"}')
        out.send(Buffer.from('\xff\x00s3cret\xfe', 'latin1'))
      },
    },
    { tap, secrets: () => ['s3cret', ''] },
  )
  await pass(0)
  expect(seen).toEqual(['{"token":"***"}', '\xff\x00***\xfe'])
  expect(held[0]!.sent[0]).toBe('{"token":"s3cret"}')
  await iterator.return!()
})

test('secrets are in no word that is said, wherever it comes from', async () => {
  const told = () => new SourceError('SOURCE_UNREACHABLE', { message: 'wss://a/s3cret', fix: 'ask s3cret', passing: true })
  const { held, events, iterator } = stage(
    {
      link: attempt => (attempt === 1 ? told() : undefined),
      receive: (frame, out) => {
        if (frame === 'break') throw new Error('s3cret')
        out.unknown('s3cret')
        out.link('live', '', 's3cret')
      },
    },
    { secrets: () => ['s3cret'] },
  )
  await pass(250)
  held[0]!.events.frame('s3cret')
  held[0]!.events.frame('break')
  await pass(250)
  expect(JSON.stringify(events)).toContain('***')
  expect(JSON.stringify(events)).not.toContain('s3cret')
  await iterator.return!()
})

test('unknown messages are counted, not repeated', async () => {
  const { held, faults, iterator } = stage({ receive: (_, out) => out.unknown('type "carrot"') })
  await pass(0)
  for (let n = 0; n < 120; n++) held[0]!.events.frame('carrot')
  await pass(0)
  expect(faults()).toEqual(['unknown: type "carrot"', 'unknown: type "carrot", 10 times', 'unknown: type "carrot", 100 times'])
  await iterator.return!()
})

test('leaving the iteration closes all, at whichever moment', async () => {
  for (const moment of ['before', 'opening', 'live', 'backoff'] as const) {
    const { held, iterator, reading } = stage({ ...live, link: () => (moment === 'backoff' ? down() : undefined) })
    if (moment !== 'before' && moment !== 'opening') await pass(10)
    await iterator.return!()
    await reading
    await pass(0)
    expect(vi.getTimerCount(), moment).toBe(0)
    expect(
      held.every(({ closed }) => closed),
      moment,
    ).toBe(true)
  }
})

test('a flood of book changes drops the book, says so, and begins anew', async () => {
  const { held, facts, faults, states, iterator } = stage(live, { holdEvents: 10 })
  await pass(0)
  const { out } = held[0]!
  // Nobody reads between here and the next turn of the loop.
  out.fact(trade(1))
  for (let n = 0; n < 30; n++) out.fact(change(n))
  await pass(300)

  // The 20th event held is a book change: 19 of them go, the trade stays.
  expect(facts().map(({ kind }) => kind)).toEqual(['trade'])
  expect(faults()).toEqual(['overflow: more came than could be taken: 19 events of order books are dropped'])
  expect(states()).toEqual(['connecting', 'live', 'degraded', 'backoff', 'connecting', 'live'])
  expect(held[0]!.closed).toBe(true)
  await iterator.return!()
})
