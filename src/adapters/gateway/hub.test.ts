// After any schedule of publishing and stalling, what a reader has is what the hub has; of logs nothing is missing and nothing is twice.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ServerMessage, Topic } from '../../wire/topics.ts'
import { Hub, type HubOptions, type Outlet, type Reader } from './hub.ts'
import type { Accounts } from './sight.ts'

/** A reader that applies what it is sent as the contract says, and stalls when it is told to. */
class Client implements Outlet {
  room: 'all' | 'logs' | 'none' = 'all'
  readonly frames: ServerMessage[] = []
  readonly reader: Reader
  readonly tables = new Map<Topic, Map<string, unknown>>()
  readonly logs = new Map<Topic, unknown[]>()
  readonly sequences = new Map<Topic, number>()
  bytes = 0

  constructor(hub: Hub, accounts?: Accounts) {
    this.reader = hub.attach(this, accounts)
  }

  cork(): void {}
  uncork(): void {}

  write(frame: Buffer): void {
    this.bytes += frame.length
    const message = JSON.parse(frame.toString()) as ServerMessage
    this.frames.push(message)
    if (message.type !== 'snapshot' && message.type !== 'delta') return
    const { topic, sequence, rows } = message
    if (message.type === 'snapshot') {
      this.tables.set(topic, new Map())
      this.logs.set(topic, [])
    } else {
      expect(message.previous, 'each frame follows the one before').toBe(this.sequences.get(topic))
    }
    this.sequences.set(topic, sequence)
    for (const row of rows as { key: string }[]) {
      this.tables.get(topic)!.set(row.key, row)
      this.logs.get(topic)!.push(row)
    }
    if (message.type === 'delta') for (const key of message.gone ?? []) this.tables.get(topic)!.delete(key)
  }

  table = (topic: Topic): unknown[] => [...(this.tables.get(topic)?.values() ?? [])].sort(byKey)
}

const byKey = (a: unknown, b: unknown) => ((a as { key: string }).key < (b as { key: string }).key ? -1 : 1)

const turn = () => new Promise<void>(resolve => setImmediate(resolve))

/** A hub whose clock the test moves; frames leave in the next turn when their time has come. */
function world(options: HubOptions = {}) {
  let now = 0
  const hub = new Hub({ now: () => now, frameMillis: 0, ...options })
  const settle = async () => {
    for (let i = 0; i < 3; i++) {
      now += 1_000
      await turn()
    }
  }
  return { hub, settle }
}

const quote = (key: string, last: number) =>
  ({
    key,
    bid: null,
    ask: null,
    last: String(last),
    change: null,
    time: '2026-11-21T09:00:00Z',
    source: 's',
    live: true,
    quality: null,
  }) as const
const order = (key: string, account: string, instrument = 'EURUSD.OANDA') => ({ key, account, instrument, run: 'r' }) as never
const print = (number: number, instrument = 'EURUSD.OANDA') => ({ key: String(number), instrument }) as never

describe('a table', () => {
  test('comes whole and then as what changed; of a key that changed often only the newest', async () => {
    const { hub, settle } = world()
    hub.publish('quotes', [quote('A.X', 1), quote('B.X', 1)])
    const client = new Client(hub)
    client.reader.subscribe({ topic: 'quotes' })
    hub.publish('quotes', [quote('A.X', 2)])
    hub.publish('quotes', [quote('A.X', 3)])
    await settle()

    expect(client.frames).toEqual([
      { type: 'snapshot', topic: 'quotes', sequence: 2, rows: [quote('A.X', 1), quote('B.X', 1)] },
      { type: 'delta', topic: 'quotes', previous: 2, sequence: 4, rows: [quote('A.X', 3)] },
    ])
  })

  test('says which rows went, and says nothing of what came and went unseen', async () => {
    const { hub, settle } = world()
    hub.publish('quotes', [quote('A.X', 1)])
    const client = new Client(hub)
    client.reader.subscribe({ topic: 'quotes' })
    hub.publish('quotes', [], ['A.X', 'NEVER.X'])
    await settle()

    expect(client.frames.at(-1)).toEqual({ type: 'delta', topic: 'quotes', previous: 1, sequence: 2, rows: [], gone: ['A.X'] })
    expect(hub.rows('quotes')).toEqual([])
  })

  test('gives a slow reader fewer frames and never an old one', async () => {
    const { hub, settle } = world()
    const [fast, slow] = [new Client(hub), new Client(hub)]
    for (const client of [fast, slow]) client.reader.subscribe({ topic: 'quotes' })
    slow.room = 'none'
    for (let last = 1; last <= 100; last++) {
      hub.publish('quotes', [quote('A.X', last)])
      await settle()
    }
    slow.room = 'all'
    slow.reader.drained()

    expect(fast.frames.length).toBe(101)
    expect(slow.frames.length).toBe(2)
    expect(slow.table('quotes')).toEqual([quote('A.X', 100)])
  })

  test('goes to a reader no more often than it asked for', async () => {
    let now = 0
    const hub = new Hub({ now: () => now, frameMillis: 0 })
    const client = new Client(hub)
    client.reader.subscribe({ topic: 'quotes', rate: 1 })
    for (let last = 1; last <= 40; last++) {
      hub.publish('quotes', [quote('A.X', last)])
      now += 100
      await turn()
    }
    hub.close()

    // A snapshot at 0 s, and in four seconds one frame each.
    expect(client.frames.length).toBeGreaterThanOrEqual(4)
    expect(client.frames.length).toBeLessThanOrEqual(6)
  })

  test('is one text for all who stand at the same place', async () => {
    const { hub, settle } = world()
    const frames: Buffer[] = []
    const outlet: Outlet = { room: 'all', write: frame => void frames.push(frame), cork: () => {}, uncork: () => {} }
    for (let i = 0; i < 3; i++) hub.attach(outlet, undefined).subscribe({ topic: 'quotes' })
    hub.publish('quotes', [quote('A.X', 1)])
    await settle()

    expect(frames.length).toBe(6)
    expect(new Set(frames.slice(0, 3)).size).toBe(1)
    expect(new Set(frames.slice(3)).size).toBe(1)
  })

  test('keeps so many rows: those that changed longest ago go, and readers hear of it', async () => {
    const { hub, settle } = world({ tableRows: 2 })
    const client = new Client(hub)
    client.reader.subscribe({ topic: 'quotes' })
    hub.publish('quotes', [quote('A.X', 1), quote('B.X', 1)])
    await settle()
    hub.publish('quotes', [quote('A.X', 2), quote('C.X', 1)])
    await settle()

    expect(hub.rows('quotes').map(({ key }) => key)).toEqual(['A.X', 'C.X'])
    expect(client.table('quotes')).toEqual([quote('A.X', 2), quote('C.X', 1)])
  })
})

test('of keys that went so many are remembered; who was away for longer gets the table anew', () => {
  const { hub } = world()
  const kindAfter = (after: number) => {
    const client = new Client(hub)
    client.sequences.set('quotes', after)
    client.logs.set('quotes', [])
    client.tables.set('quotes', new Map())
    client.reader.subscribe({ topic: 'quotes', after, epoch: hub.epoch })
    return client.frames[0]?.type
  }
  hub.publish('quotes', [quote('STAYS.X', 1)])
  for (let i = 0; i < 3_000; i++) hub.publish('quotes', [quote(`K${i}.X`, 1)], [`K${i}.X`])
  expect(kindAfter(1), 'three thousand are').toBe('delta')

  for (let i = 3_000; i < 10_000; i++) hub.publish('quotes', [quote(`K${i}.X`, 1)], [`K${i}.X`])
  expect(kindAfter(1), 'ten thousand are not').toBe('snapshot')
  // A row that comes and goes counts two: the last thousand of them began two thousand changes ago.
  expect(kindAfter(20_001 - 2_000)).toBe('delta')
  expect(hub.rows('quotes').map(({ key }) => key)).toEqual(['STAYS.X'])
})

describe('a reader', () => {
  test('sees rows of the accounts it was given and no others, rows that go included', async () => {
    const { hub, settle } = world()
    hub.publish('runs', [{ key: 'run-2', account: 'two' } as never])
    const ann = new Client(hub, new Set(['one']))
    const admin = new Client(hub)
    const nobody = new Client(hub, new Set())
    for (const client of [ann, admin, nobody])
      for (const topic of ['orders', 'limits'] as const) client.reader.subscribe({ topic })
    hub.publish('orders', [order('1', 'one'), order('2', 'two')])
    hub.publish('limits', [
      { key: 'run-2/X', run: 'run-2' } as never,
      { key: 'house/X', run: null } as never,
      { key: 'r/X', run: 'unknown' } as never,
    ])
    await settle()
    hub.publish('orders', [], ['2'])
    await settle()

    expect(ann.table('orders')).toEqual([order('1', 'one')])
    expect(ann.table('limits')).toEqual([{ key: 'house/X', run: null }])
    expect(JSON.stringify(ann.frames)).not.toContain('"two"')
    expect(ann.frames.filter(frame => frame.type === 'delta' && frame.gone !== undefined)).toEqual([])
    expect(admin.table('limits').length).toBe(3)
    expect(admin.table('orders')).toEqual([order('1', 'one')])
    expect(nobody.table('orders')).toEqual([])
  })

  test('that narrows a topic to keys gets rows with the key or of the instrument', async () => {
    const { hub, settle } = world()
    const client = new Client(hub)
    client.reader.subscribe({ topic: 'quotes', keys: ['B.X'] })
    client.reader.subscribe({ topic: 'orders', keys: ['B.X'] })
    client.reader.subscribe({ topic: 'prints', keys: ['B.X'] })
    hub.publish('quotes', [quote('A.X', 1), quote('B.X', 2)])
    hub.publish('orders', [order('1', 'a', 'A.X'), order('2', 'a', 'B.X')])
    hub.publish('prints', [print(1, 'A.X'), print(2, 'B.X')])
    await settle()
    const before = client.frames.length
    hub.publish('quotes', [quote('A.X', 3)])
    await settle()

    expect(client.table('quotes')).toEqual([quote('B.X', 2)])
    expect(client.table('orders')).toEqual([order('2', 'a', 'B.X')])
    expect(client.logs.get('prints')).toEqual([print(2, 'B.X')])
    expect(client.frames.length, 'what is not for it makes no frame').toBe(before)

    hub.publish('quotes', [quote('B.X', 4)])
    await settle()
    expect(client.table('quotes')).toEqual([quote('B.X', 4)])
  })

  test('goes on where an earlier connection was, or gets it all when that is too long ago or of another epoch', async () => {
    const { hub } = world({ logRows: 10 })
    for (let i = 1; i <= 5; i++) hub.publish('prints', [print(i)])
    const resumed = new Client(hub)
    resumed.sequences.set('prints', 3)
    resumed.logs.set('prints', [])
    resumed.tables.set('prints', new Map())
    resumed.reader.subscribe({ topic: 'prints', after: 3, epoch: hub.epoch })
    expect(resumed.frames).toEqual([{ type: 'delta', topic: 'prints', previous: 3, sequence: 5, rows: [print(4), print(5)] }])

    const current = new Client(hub)
    current.sequences.set('prints', 5)
    current.reader.subscribe({ topic: 'prints', after: 5, epoch: hub.epoch })
    expect(current.frames, 'a subscription is always answered').toEqual([
      { type: 'delta', topic: 'prints', previous: 5, sequence: 5, rows: [] },
    ])

    for (const wanted of [{ after: 5, epoch: 'other' }, { after: 99, epoch: hub.epoch }, { after: 3 }]) {
      const client = new Client(hub)
      client.reader.subscribe({ topic: 'prints', ...wanted })
      expect(client.frames[0]?.type).toBe('snapshot')
    }

    for (let i = 6; i <= 20; i++) hub.publish('prints', [print(i)])
    const late = new Client(hub)
    late.reader.subscribe({ topic: 'prints', after: 5, epoch: hub.epoch })
    expect(late.frames[0]?.type, 'a log keeps ten').toBe('snapshot')
    expect(late.logs.get('prints')?.length).toBe(10)

    const kindAfter = (after: number) => {
      const client = new Client(hub)
      client.sequences.set('prints', after)
      client.logs.set('prints', [])
      client.tables.set('prints', new Map())
      client.reader.subscribe({ topic: 'prints', after, epoch: hub.epoch })
      return client.frames[0]?.type
    }
    expect([kindAfter(9), kindAfter(10)], 'the ten after the tenth are kept').toEqual(['snapshot', 'delta'])
  })

  test('of other accounts is of another epoch, so nobody goes on from what somebody else saw', () => {
    const { hub } = world()
    const [all, one, two] = [undefined, new Set(['one']), new Set(['two'])].map(
      accounts => new Client(hub, accounts).reader.epoch,
    )
    expect(new Set([all, one, two]).size).toBe(3)
    expect(new Client(hub, new Set(['one'])).reader.epoch).toBe(one)
  })

  test('that left gets nothing more', async () => {
    const { hub, settle } = world()
    const [gone, unsubscribed] = [new Client(hub), new Client(hub)]
    for (const client of [gone, unsubscribed]) client.reader.subscribe({ topic: 'quotes' })
    gone.reader.detach()
    unsubscribed.reader.unsubscribe('quotes')
    hub.publish('quotes', [quote('A.X', 1)])
    await settle()

    expect(gone.frames.length).toBe(1)
    expect(unsubscribed.frames.length).toBe(1)
  })
})

type Step =
  | { readonly do: 'put'; readonly key: number; readonly value: number }
  | { readonly do: 'drop'; readonly key: number }
  | { readonly do: 'log'; readonly count: number }
  | { readonly do: 'room'; readonly client: number; readonly room: 'all' | 'logs' | 'none' }
  | { readonly do: 'again'; readonly client: number }
  | { readonly do: 'turn' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), key: fc.nat(8), value: fc.nat(1_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), key: fc.nat(8) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('log' as const), count: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('room' as const),
      client: fc.nat(2),
      room: fc.constantFrom('all' as const, 'logs' as const, 'none' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), client: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'turn' as const }) },
)

test('after any schedule every reader has the hub’s tables, and its logs without a hole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const { hub, settle } = world({ logRows: 12, tableRows: 6 })
      const clients = [new Client(hub), new Client(hub), new Client(hub)]
      for (const client of clients) for (const topic of ['quotes', 'prints'] as const) client.reader.subscribe({ topic })

      let printed = 0
      for (const action of steps) {
        if (action.do === 'put') hub.publish('quotes', [quote(`K${action.key}.X`, action.value)])
        else if (action.do === 'drop') hub.publish('quotes', [], [`K${action.key}.X`])
        else if (action.do === 'log')
          hub.publish(
            'prints',
            Array.from({ length: action.count }, () => print(++printed)),
          )
        else if (action.do === 'room') {
          clients[action.client]!.room = action.room
          clients[action.client]!.reader.drained()
        } else if (action.do === 'again') {
          const client = clients[action.client]!
          const after = client.sequences.get('quotes')
          client.reader.subscribe({ topic: 'quotes', epoch: hub.epoch, ...(after === undefined ? {} : { after }) })
        } else await turn()
      }

      for (const client of clients) {
        client.room = 'all'
        client.reader.drained()
      }
      await settle()
      const last = Array.from({ length: Math.min(printed, 12) }, (_, i) => print(printed - Math.min(printed, 12) + i + 1))
      for (const client of clients) {
        expect(client.table('quotes')).toEqual([...hub.rows('quotes')].sort(byKey))
        const log = client.logs.get('prints')!
        expect(log.slice(-last.length || undefined)).toEqual(last)
        // Whole numbers one after the other: none is missing and none is twice.
        expect(log.map(row => Number((row as { key: string }).key))).toEqual(log.map((_, i) => printed - log.length + 1 + i))
      }
      hub.close()
    }),
  )
})
