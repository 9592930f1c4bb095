// Paper on one MetaTrader terminal by three ways: the sidecar beside it, the bridge that it dials, and what was known last.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { MT5_BRIDGE, MT5_CACHE, MT5_DIRECT } from '../../src/adapters/mt5/mt5.ts'
import { codeHash } from '../../src/apps/code-hash.ts'
import { parseRunConfig } from '../../src/apps/config.ts'
import { engageKill } from '../../src/apps/kill-switch.ts'
import { runPaper } from '../../src/apps/live/paper.ts'
import { openPaperJournal } from '../../src/apps/live/paper-journal.ts'
import type { Note } from '../../src/apps/live/step-notes.ts'
import { knownMetas } from '../../src/apps/symbols/instruments.ts'
import type { SourceDescriptor } from '../../src/connectivity/source.ts'
import type { RunSummary } from '../../src/research/summary.ts'
import { ROOT } from '../source.ts'
import { Authority } from '../venues/authority.ts'
import { SIDECAR_TOKEN, startMt5Sidecar } from '../venues/mt5-sidecar.ts'
import { Mt5Terminal, TERMINAL } from '../venues/mt5-terminal.ts'
import type { Venue } from '../venues/venue.ts'
import { VenueClock } from '../venues/venue-clock.ts'

const SEED = 5
const FAIL_BACK_SECONDS = 1

let folder = ''
let authority: Authority
let sidecar: Venue
let terminal: Mt5Terminal
let market: NodeJS.Timeout
const runs: Watched[] = []

beforeAll(async () => {
  authority = await Authority.create()
  const { cert, key } = await authority.issue(['bridge.example'])
  folder = mkdtempSync(join(tmpdir(), 'quadrant-paper-mt5-'))
  writeFileSync(join(folder, 'bridge.pem'), cert)
  writeFileSync(join(folder, 'bridge.key'), key)
  vi.stubEnv('QUADRANT_MT5_SIDECAR_TOKEN', SIDECAR_TOKEN)
  vi.stubEnv('QUADRANT_MT5_LOGIN', TERMINAL.login)
  vi.stubEnv('QUADRANT_MT5_SERVER', TERMINAL.server)
  vi.stubEnv('QUADRANT_MT5_BRIDGE_SECRET', TERMINAL.secret)
  vi.stubEnv('QUADRANT_MT5_BRIDGE_CERTIFICATE', join(folder, 'bridge.pem'))
  vi.stubEnv('QUADRANT_MT5_BRIDGE_KEY', join(folder, 'bridge.key'))
  vi.stubEnv('QUADRANT_MT5_BRIDGE_LISTEN', '127.0.0.1:0')
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  sidecar = await newSidecar()
  terminal = newTerminal()
  market = setInterval(() => {
    sidecar.play(4)
    terminal.play(4)
  }, 20)
})
afterEach(async () => {
  // One whose test failed still runs.
  await Promise.allSettled(runs.splice(0).map(run => run.stop()))
  clearInterval(market)
  await Promise.all([sidecar.stop(), terminal.stop()])
})

const newSidecar = (): Promise<Venue> => startMt5Sidecar({ authority, clock: new VenueClock(), seed: SEED })
const newTerminal = (): Mt5Terminal => new Mt5Terminal({ authority, clock: new VenueClock(), seed: SEED })

/** The owner of the terminal reads port and thumbprint where they are said, and gives them to the advisor. */
function install(said: unknown): void {
  const [, port = '', thumbprint = ''] = /:(\d+); thumbprint to pin ([0-9A-F]{40})$/.exec(String(said)) ?? []
  if (port !== '') terminal.install({ port: Number(port), thumbprint, dial: () => connect(Number(port), '127.0.0.1') })
}

/** The bridge, with what it says at its door before a run. */
const bridge = (tell: (said: unknown) => void): SourceDescriptor => ({
  ...MT5_BRIDGE,
  instruments: parts => MT5_BRIDGE.instruments!({ ...parts, alarm: tell }),
})

/** It changes its side at every bar: whenever a bar ends, a new risk is asked for. */
const RESTLESS = `
import { count, long, short, strategy } from ${JSON.stringify(join(ROOT, 'src/sdk/sdk.ts'))}
export default strategy({
  name: 'restless',
  bar: '1m',
  params: {},
  features: () => ({ bars: count() }),
  decide: ({ position }) => (position?.side === 'long' ? short : long)({ stop: 'none', why: 'another bar' }),
})
`

function configOf(sources: readonly string[]) {
  const strategy = join(folder, 'restless.ts')
  writeFileSync(strategy, RESTLESS)
  const uses = sources.map(source => `{ source: ${source}, symbol: BTCUSD }`)
  return parseRunConfig(
    `
name: paper-mt5-test
account: { currency: USD, equity: '1000000' }
feeds: { environment: practice, patience: 30s, failBack: ${FAIL_BACK_SECONDS}s }
data: [{ instrument: BTCUSD.MT5, kind: quote, sources: [${uses.join(', ')}] }]
strategies: [{ use: ${strategy}, instrument: BTCUSD.MT5, bar: 500ms, price: mid }]
senses: []
allocation: { method: fixed, quantity: '0.5' }
risk: { orderNotional: '1000%', positionNotional: '1000%', grossNotional: '1000%', marginRate: '0%', collar: '50%', dailyLoss: '90%', drawdown: '90%', orderRate: { count: 1000, per: 1s } }
`,
    { file: 'paper-mt5-test.yaml' },
  )
}

/** A run whose notes can be waited for, each looked at once. */
class Watched {
  readonly notes: Note[] = []
  readonly #stop = new AbortController()
  readonly home: string
  readonly ended: Promise<Awaited<ReturnType<typeof runPaper>>>
  #heard = 0
  #wake = (): void => undefined

  constructor(name: string, sources: readonly string[], { isInstalled = true } = {}) {
    const tell = isInstalled ? install : () => undefined
    this.home = join(folder, name)
    runs.push(this)
    this.ended = runPaper(configOf(sources), {
      home: this.home,
      signal: this.#stop.signal,
      sources: [MT5_DIRECT, bridge(tell), MT5_CACHE],
      routes: { route: target => sidecar.routes.route(target) },
      onNote: note => {
        if (note.type === 'link') tell(note['reason'])
        this.notes.push(note)
        this.#wake()
      },
    })
  }

  /** The next note with these fields, after the one that was waited for before. A run that ends first fails the test. */
  async next(fields: Readonly<Record<string, unknown>>): Promise<Note> {
    for (;;) {
      for (; this.#heard < this.notes.length; this.#heard++) {
        const note = this.notes[this.#heard]!
        if (Object.entries(fields).every(([name, value]) => note[name] === value)) {
          this.#heard++
          return note
        }
      }
      const more = new Promise<void>(done => {
        this.#wake = done
      })
      await Promise.race([more, this.ended.then(() => Promise.reject(new Error(`ended before ${JSON.stringify(fields)}`)))])
    }
  }

  /** What was told until now is not waited for. */
  skip(): void {
    this.#heard = this.notes.length
  }

  stop() {
    this.#stop.abort()
    return this.ended
  }
}

const seconds = (from: Note, to: Note): number => (Date.parse(to.time) - Date.parse(from.time)) / 1000
const CHANGE = { type: 'source-change', instrument: 'BTCUSD.MT5' } as const

test('a run goes from the sidecar to the bridge and back, and without both takes no new risk', async () => {
  const run = new Watched('failover', ['mt5-direct', 'mt5-bridge', 'mt5-cache'])
  expect(await run.next({ ...CHANGE, from: '' })).toMatchObject({ level: 'live' })
  await run.next({ type: 'fill' })

  await sidecar.stop()
  expect(await run.next({ ...CHANGE, to: 'mt5-bridge', from: 'mt5-direct' })).toMatchObject({
    level: 'live',
    reason: expect.stringContaining('mt5-direct'),
  })
  await run.next({ type: 'fill' })

  sidecar = await newSidecar()
  const again = await run.next({ type: 'link', source: 'mt5-direct', state: 'live' })
  const back = await run.next({ ...CHANGE, to: 'mt5-direct' })
  expect(seconds(again, back)).toBeGreaterThanOrEqual(FAIL_BACK_SECONDS)

  // Without the other route, and with a bar begun: its end asks for a new risk when there is no living price any more.
  await terminal.stop()
  await run.next({ type: 'link', source: 'mt5-bridge', state: 'backoff' })
  run.skip()
  await run.next({ type: 'fill' })
  await sidecar.stop()
  const dark = await run.next({ ...CHANGE, level: 'cache' })
  expect(await run.next({ type: 'refused' })).toMatchObject({
    ...{ role: 'entry', instrument: 'BTCUSD.MT5' },
    refusals: [expect.objectContaining({ code: 'DATA_SOURCE_DEGRADED' })],
  })

  // To leave is allowed: the order goes out, and waits for a living price.
  await engageKill(run.home, { mode: 'flatten', reason: 'the prices are gone' }).durable
  const exit = await run.next({ type: 'order', role: 'exit', to: 'sent' })
  sidecar = await newSidecar()
  const light = await run.next({ ...CHANGE, level: 'live' })
  await run.next({ type: 'fill', order: exit['order'] })
  const summary = await run.stop()

  const between = run.notes.slice(run.notes.indexOf(dark), run.notes.indexOf(light))
  expect(between.filter(({ type, role }) => type === 'fill' || (type === 'order' && role === 'entry'))).toEqual([])
  expect(summary.ledgerSum).toEqual({ USD: '0' })
  expect([...sidecar.violations, ...terminal.violations]).toEqual([])
  expect(journaled(run.home, summary)).toEqual(
    run.notes.filter(({ type }) => type === 'source-change').map(({ reason }) => reason),
  )
}, 60_000)

test('the bridge alone is enough: the terminal dials in, tells its symbols, and the run trades on it', async () => {
  const run = new Watched('bridge-only', ['mt5-bridge'])
  expect(await run.next({ ...CHANGE, from: '' })).toMatchObject({ to: 'mt5-bridge', level: 'live' })
  await run.next({ type: 'fill' })
  const before = recordOf(run.home)
  await run.stop()

  // What the terminal told on the way is kept, with the account type that was decided among all its symbols.
  const after = recordOf(run.home)
  expect(after.fetchedTime).toBeGreaterThan(before.fetchedTime)
  expect(after).toEqual({ ...before, fetchedTime: after.fetchedTime })
  expect(terminal.violations).toEqual([])
}, 60_000)

test('without the terminal such a run says what to look at in it', async () => {
  vi.stubEnv('QUADRANT_MT5_BRIDGE_WAIT', '1')
  const run = new Watched('no-terminal', ['mt5-bridge'], { isInstalled: false })
  await expect(run.ended).rejects.toMatchObject({
    code: 'FEED_UNREACHABLE',
    message: expect.stringMatching(/mt5-bridge: no terminal dialled in and proved itself within 1 s; check in the terminal: /),
  })
}, 60_000)

const recordOf = (home: string) => knownMetas(home).find(({ id }) => id === 'BTCUSD.MT5')!

/** Why the source was changed, each time, as the journal has it. */
function journaled(home: string, { id, configHash }: RunSummary): readonly string[] {
  const journal = openPaperJournal(home, { id, configHash, code: codeHash([join(folder, 'restless.ts')]), fresh: false })
  try {
    return [...journal.read()].flatMap(({ event }) => (event.kind === 'source-change' ? [event.reason] : []))
  } finally {
    void journal.close()
  }
}
