// The token keeper against a venue that rotates: crashes everywhere, lost replies, two at once, clocks that step.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CrashDisk, PowerLost } from '../../test/crash-disk.ts'
import { LIFE_SECONDS, OauthLedger, type Succession } from '../../test/venues/oauth-ledger.ts'
import { DAY, HOUR, MINUTE, type Micros, micros } from '../domain/numbers.ts'
import type { Disk } from './durable-file.ts'
import type { Hold, Lease } from './lease.ts'
import { SecretBox } from './secret-box.ts'
import type { SourceError } from './source-error.ts'
import { type RefreshAnswer, type RefreshCall, type TokenAlarm, TokenKeeper, type TokenKeeperOptions } from './token-keeper.ts'
import { TokenStore } from './token-store.ts'

const START = micros(Date.UTC(2026, 10, 20) * 1000)
const LIFE = LIFE_SECONDS * 1_000_000
const box = new SecretBox('a pass phrase for these tests')

/** Leases of one machine whose holders die with their process. */
class MemoryLease implements Lease {
  #holder: object | undefined
  #fence = 0

  async acquire(): Promise<Hold | undefined> {
    if (this.#holder !== undefined) return undefined
    const me = {}
    this.#holder = me
    const fence = ++this.#fence
    return {
      fence,
      current: async () => this.#holder === me,
      release: async () => {
        if (this.#holder === me) this.#holder = undefined
      },
    }
  }
}

/** A world of one link: ledger, disk, clock; keepers come and go. */
class World {
  readonly ledger: OauthLedger
  readonly disk = new CrashDisk()
  readonly alarms: TokenAlarm[] = []
  now = START
  calls = 0

  constructor(succession: Succession) {
    this.ledger = new OauthLedger(succession)
    this.keeper({}).adopt({ ...this.ledger.first, lifeMicros: LIFE })
  }

  store(disk: Disk): TokenStore {
    return new TokenStore({ folder: 'state', name: 'venue', box, disk })
  }

  keeper({
    step = () => undefined,
    ...options
  }: Partial<TokenKeeperOptions> & { readonly step?: (what: string) => void }): TokenKeeper {
    return new TokenKeeper({
      source: 'venue',
      store: this.store(this.disk.open(step)),
      lease: new MemoryLease(),
      clock: { now: () => this.now },
      refresh: token => this.call(token, step),
      alert: alarm => this.alarms.push(alarm),
      pause: async () => undefined,
      random: () => 0.5,
      ...options,
    })
  }

  /** The three moments at which a call can be cut: before it arrives, after the venue has committed, after the reply. */
  async call(token: string, step: (what: string) => void = () => undefined): Promise<RefreshAnswer> {
    this.calls++
    step('send')
    const answer = this.ledger.trade(token)
    step('reply')
    return answer.kind === 'denied'
      ? { kind: 'refused', reason: 'the venue does not know it' }
      : { kind: 'renewed', access: answer.access, refresh: answer.refresh, lifeMicros: answer.lifeSeconds * 1_000_000 }
  }

  toExpiry(beforeMicros = 30 * MINUTE): void {
    const expires = this.store(this.disk.open(() => undefined)).load()?.current.expiresTime ?? this.now
    this.now = micros(expires - beforeMicros)
  }
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    error => (error as SourceError).code,
  )

interface Outcome {
  readonly point: string
  readonly isLost: boolean
  /** The venue had committed and the reply was not yet on disk. */
  readonly isBetween: boolean
}

/**
 * Renews twice with the power going at step `at` of the first renewal (and, where given, again at step `again` of the
 * recovery), then takes the link up with a new process each time.
 */
async function crashed(succession: Succession, at: number, again: number | undefined, seed: number): Promise<Outcome> {
  const world = new World(succession)
  const random = dice(seed)
  let point = 'none'
  let isBetween = false

  const life = async (crashAt: number | undefined) => {
    let steps = 0
    let isDead = false
    const step = (what: string) => {
      if (isDead) throw new PowerLost(what)
      if (steps++ !== crashAt) return
      isDead = true
      point = `${point === 'none' ? '' : `${point}, then `}${what} ${steps}`
      world.disk.crash(random)
      throw new PowerLost(what)
    }
    const keeper = world.keeper({ step })
    // What the dead process believes afterwards has no effect: its disk and its wire are gone.
    const access = await keeper.access().catch(() => undefined)
    if (access !== undefined && !isDead) {
      step('use')
      world.ledger.use(access)
    }
  }

  for (const crashAt of [at, ...(again === undefined ? [] : [again])]) {
    world.toExpiry()
    const trades = world.ledger.trades
    const generation = world.store(world.disk.open(() => undefined)).load()?.generation
    await life(crashAt).catch(() => undefined)
    const after = world.store(world.disk.open(() => undefined)).load()
    isBetween ||= world.ledger.trades > trades && after?.generation === generation
    world.now = micros(world.now + HOUR)
  }

  // The next process, and a renewal after that: a link is kept when both get a token that the venue lets in.
  const keeper = world.keeper({})
  let isLost = false
  for (let i = 0; i < 2 && !isLost; i++) {
    world.toExpiry()
    const access = await keeper.access().catch(() => '')
    isLost = !world.ledger.use(access)
  }
  if (isLost) {
    expect(keeper.health().state, `${point}: a lost link is said to be lost, never kept silent`).toBe('lost')
    world.toExpiry(-DAY)
    expect(await codeOf(keeper.access())).toBe('HUMAN_REAUTH_REQUIRED')
  }
  return { point, isLost, isBetween }
}

/** Mulberry32: small seeds differ from the first number on. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Steps of one renewal: 4 to write `pending`, send, reply, 4 to write the pair, use. */
const STEPS = 11
const CASES = Array.from({ length: STEPS * 50 }, (_, i) => ({
  at: i % STEPS,
  again: i < STEPS * 15 ? undefined : Math.floor(i / STEPS) % STEPS,
  seed: i,
}))

test('of 550 crash points none loses the link where the venue keeps the old token until the new one is used', async () => {
  const outcomes = await Promise.all(CASES.map(({ at, again, seed }) => crashed('at-use', at, again, seed)))

  expect(outcomes.length).toBeGreaterThanOrEqual(500)
  expect(new Set(outcomes.map(({ point }) => point.split(',')[0])).size, 'every step is crashed at').toBe(STEPS)
  expect(outcomes.filter(({ isLost }) => isLost).map(({ point }) => point)).toEqual([])
  expect(outcomes.filter(({ isBetween }) => isBetween).length, 'replies were lost after the commit').toBeGreaterThan(50)
})

test('where the venue kills the old token at once, only a reply lost after the commit loses the link, and that is said', async () => {
  const outcomes = await Promise.all(CASES.map(({ at, again, seed }) => crashed('at-once', at, again, seed)))

  expect(outcomes.filter(({ isLost, isBetween }) => isLost && !isBetween).map(({ point }) => point)).toEqual([])
  const between = outcomes.filter(({ isBetween }) => isBetween)
  expect(between.every(({ isLost }) => isLost)).toBe(true)
  const once = outcomes.filter(({ point, isLost }) => isLost && !point.includes(',')).map(({ point }) => point)
  expect([...new Set(once)].sort(), 'not before the venue has committed, not after the folder is synced').toEqual([
    'rename 9',
    'reply 6',
    'sync file 8',
    'sync folder 10',
    'write 7',
  ])
})

test('a reply that is lost is made good by asking again, once, with the old token', async () => {
  const world = new World('at-use')
  let lost = 0
  const refresh: RefreshCall = async token => {
    const answer = await world.call(token)
    return lost++ === 0 ? { kind: 'unknown', reason: 'timed out' } : answer
  }
  world.toExpiry()
  const access = await world.keeper({ refresh }).access()

  expect(world.ledger.use(access)).toBe(true)
  expect(world.calls).toBe(2)
})

test('what one way refuses is asked for once in band, and then a person is needed', async () => {
  const world = new World('at-once')
  const asked: string[] = []
  const refused: RefreshCall = async () => ({ kind: 'refused', reason: 'CH_ACCESS_TOKEN_INVALID' })
  const inBand: RefreshCall = async token => {
    asked.push(token)
    return { kind: 'refused', reason: 'no' }
  }
  world.toExpiry()
  const keeper = world.keeper({ refresh: refused, inBand })
  const old = await keeper.access()
  expect(await codeOf(keeper.renewed(old))).toBe('HUMAN_REAUTH_REQUIRED')

  expect(asked).toEqual([world.ledger.first.refresh])
  expect(world.alarms.map(({ kind }) => kind)).toEqual(['lost'])

  world.now = micros(world.now + DAY)
  expect(await codeOf(keeper.access())).toBe('HUMAN_REAUTH_REQUIRED')
  expect(asked.length, 'a lost link is not asked for again').toBe(1)
})

test('the in-band way saves the link while the token service is out', async () => {
  const world = new World('at-once')
  world.toExpiry()
  const keeper = world.keeper({
    refresh: async () => ({ kind: 'unknown', reason: 'HTTP 502' }),
    inBand: token => world.call(token),
  })
  expect(world.ledger.use(await keeper.access())).toBe(true)
  expect(keeper.health().state).toBe('ok')
})

test('new tokens that the disk will not take are not used, and are written when it will', async () => {
  const world = new World('at-once')
  let full = false
  world.toExpiry()
  const keeper = world.keeper({
    step: what => {
      if (what === 'reply') full = true
      if (what === 'write' && full) throw new Error('ENOSPC: no space left on device')
    },
  })
  expect(await codeOf(keeper.access())).toBe('TOKEN_REFRESH_FAILED')
  expect(keeper.health().reason).toContain('ENOSPC')

  full = false
  world.now = micros(world.now + HOUR)
  expect(world.ledger.use(await keeper.access())).toBe(true)
  expect(world.ledger.trades, 'it is the same pair').toBe(1)
  expect(world.alarms.map(({ kind }) => kind)).toEqual(['failing', 'recovered'])
})

test('a hundred callers cause one refresh, and nobody gets a token that is not on disk', async () => {
  const world = new World('at-use')
  world.toExpiry()
  const keeper = world.keeper({})
  const tokens = await Promise.all(Array.from({ length: 100 }, () => keeper.access()))

  expect(new Set(tokens).size).toBe(1)
  expect(world.ledger.trades).toBe(1)
  expect(world.store(world.disk.open(() => undefined)).load()?.current.access).toBe(tokens[0])
})

test('two keepers of one store refresh once, whichever asks first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), async (callersA, callersB) => {
      const world = new World('at-once')
      world.toExpiry()
      const lease = new MemoryLease()
      const keepers = [world.keeper({ lease }), world.keeper({ lease })]
      const asks = [callersA, callersB].flatMap((count, i) => Array.from({ length: count }, () => keepers[i]!.access()))
      const tokens = await Promise.all(asks)

      expect(world.ledger.trades).toBe(1)
      expect(tokens.every(token => world.ledger.use(token))).toBe(true)
    }),
    { numRuns: 25 },
  )
})

test('a token is renewed one hour before it ends, or as early as one says', async () => {
  const world = new World('at-once')
  const keeper = world.keeper({})
  world.now = micros(START + LIFE - HOUR - 1)
  await keeper.access()
  expect(world.ledger.trades).toBe(0)
  world.now = micros(START + LIFE - HOUR)
  await keeper.access()
  expect(world.ledger.trades).toBe(1)

  const early = new World('at-once')
  early.now = micros(START + LIFE - DAY)
  await early.keeper({ leadMicros: 2 * DAY }).access()
  expect(early.ledger.trades).toBe(1)
})

test('while a refresh fails the living token serves, tries are spaced out, and the alarms come once each', async () => {
  const world = new World('at-once')
  let tries = 0
  const keeper = world.keeper({
    leadMicros: 10 * DAY,
    refresh: async () => {
      tries++
      return { kind: 'unsent', reason: 'no route', waitMillis: 45_000 }
    },
  })
  const first = world.ledger.first.access
  world.now = micros(START + LIFE - 2.5 * DAY)
  expect(await keeper.access()).toBe(first)
  expect(await keeper.access()).toBe(first)
  expect(tries, 'the venue asked for 45 s').toBe(1)
  world.now = micros(world.now + 46_000_000)
  await keeper.access()
  expect(tries).toBe(2)

  const stop = new AbortController()
  const watching = keeper.watch(stop.signal)
  await new Promise(setImmediate)
  stop.abort()
  await watching
  expect(world.alarms.map(({ kind }) => kind)).toEqual(['failing', 'expiring'])

  world.now = micros(START + LIFE)
  expect(await codeOf(keeper.access())).toBe('TOKEN_REFRESH_FAILED')
})

test('the watch renews by itself when the time has come', async () => {
  const world = new World('at-once')
  const keeper = world.keeper({})
  world.toExpiry()
  const stop = new AbortController()
  const watching = keeper.watch(stop.signal)
  while (world.ledger.trades === 0) await new Promise(setImmediate)
  stop.abort()
  await watching
  expect(world.ledger.use(keeper.latest)).toBe(true)
})

test('a clock that steps back behind the birth of a token makes it doubtful, and it is renewed once', async () => {
  const world = new World('at-once')
  const keeper = world.keeper({})
  world.now = micros(START - 2 * HOUR)
  await keeper.access()
  await keeper.access()
  expect(world.ledger.trades).toBe(1)
})

test('a clock that steps two hours ahead in the middle of a life renews nothing early', async () => {
  const world = new World('at-once')
  const keeper = world.keeper({})
  for (const step of [2 * HOUR, -1 * HOUR, 2 * HOUR]) {
    world.now = (world.now + step) as Micros
    expect(await keeper.access()).toBe(world.ledger.first.access)
  }
  expect(world.ledger.trades).toBe(0)
})

test('without tokens it says how to get them', async () => {
  const keeper = new TokenKeeper({
    source: 'other',
    store: new TokenStore({ folder: 'state', name: 'other', box, disk: new CrashDisk().open(() => undefined) }),
    lease: new MemoryLease(),
    clock: { now: () => START },
    refresh: async () => ({ kind: 'unsent', reason: '' }),
  })
  expect(await codeOf(keeper.access())).toBe('TOKEN_MISSING')
  expect(keeper.health().state).toBe('missing')
})
