// Bars of a cTrader account into the lake over real sockets: resumed, paced, paged, and true to the venue.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CTRADER } from '../../src/adapters/ctrader/ctrader.ts'
import { wire } from '../../src/adapters/ctrader/ctrader-wiring.ts'
import { openFeed } from '../../src/adapters/lake/feed.ts'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { type DownloadRequest, type DownloadResult, download } from '../../src/apps/download/download.ts'
import type { DownloadManifest } from '../../src/apps/download/download-store.ts'
import { EXIT } from '../../src/apps/failure.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { Network } from '../../src/connectivity/network.ts'
import { PooledHttp } from '../../src/connectivity/pooled-http.ts'
import type { SourceParts } from '../../src/connectivity/source.ts'
import { DAY, HOUR, MINUTE } from '../../src/domain/numbers.ts'
import { Authority } from '../venues/authority.ts'
import { barText, HISTORY_FROM, HISTORY_TO } from '../venues/ctrader-history.ts'
import {
  ACCOUNT,
  CLIENT_ID,
  CLIENT_SECRET,
  type CtraderVenue,
  FIRST_ACCESS,
  FIRST_REFRESH,
  startCtraderVenue,
} from '../venues/ctrader-venue.ts'
import { VenueClock } from '../venues/venue-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-ctrader-history-'))
let authority: Authority
beforeAll(async () => {
  authority = await Authority.create()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const MINUTES: DownloadRequest = {
  ...{ names: ['EURUSD'], kind: 'bar', from: HISTORY_FROM, to: HISTORY_TO },
  bar: { text: '1m', micros: MINUTE },
}
const EURUSD_ID = 1

interface Account {
  readonly venue: CtraderVenue
  readonly home: string
  readonly parts: SourceParts
  run(
    request?: DownloadRequest,
    options?: { readonly signal?: AbortSignal; onPiece?(done: number): void },
  ): Promise<DownloadResult>
}

async function account(body: (account: Account) => Promise<void>, encoding: 'json' | 'protobuf' = 'json'): Promise<void> {
  const clock = new VenueClock()
  const venue = await startCtraderVenue(encoding)({ authority, clock, seed: 1 })
  const network = new Network(CTRADER.hosts.practice, venue.routes)
  const http = new PooledHttp({ network, clock })
  const home = mkdtempSync(join(folder, 'home-'))
  const credentials = {
    QUADRANT_CTRADER_CLIENT_ID: CLIENT_ID,
    QUADRANT_CTRADER_CLIENT_SECRET: CLIENT_SECRET,
    QUADRANT_CTRADER_ACCOUNT: String(ACCOUNT),
  }
  const stateFolder = join(home, 'sources', 'ctrader')
  const parts: SourceParts = {
    ...{ network, http, clock, environment: 'practice', credentials, stateFolder, settings: { encoding } },
  }
  wire(parts).keeper.adopt({ access: FIRST_ACCESS, refresh: FIRST_REFRESH, lifeMicros: 30 * DAY })
  const run: Account['run'] = (request = MINUTES, { signal, onPiece } = {}) =>
    download(CTRADER, request, {
      ...{ home, parts },
      ...(signal === undefined ? {} : { signal }),
      onProgress: done => onPiece?.(done),
    })
  try {
    await body({ venue, home, parts, run })
    expect(venue.violations, 'what the venue asks of its clients').toEqual([])
  } finally {
    await http.close()
    await venue.stop()
  }
}

async function bars(home: string, bar: string, instrument = 'EURUSD.CTRADER'): Promise<readonly string[]> {
  const lake = new Lake(lakeFolder(home))
  try {
    const { feed } = await openFeed(lake, {
      ...{ from: undefined, to: undefined, macro: [], calendar: false },
      data: [{ instrument, kind: 'bar', bar, prices: 'both', limit: undefined }],
    })
    const found: string[] = []
    for await (const batch of feed.batches()) {
      for (const event of batch) {
        if (event.kind === 'bar')
          found.push(barText(event.openTime, [event.open, event.high, event.low, event.close], event.volume))
      }
    }
    return found
  } finally {
    lake.close()
  }
}

const manifestOf = (home: string): DownloadManifest =>
  JSON.parse(
    readFileSync(join(home, globSync('downloads/ctrader-practice/**/manifest.json', { cwd: home })[0]!), 'utf8'),
  ) as DownloadManifest

const timesAsked = (venue: CtraderVenue): readonly number[] => [...new Set(venue.answered.values())]

test.each(['json', 'protobuf'] as const)('over %s every minute with a tick is a bar in the lake, and no other', encoding =>
  account(async ({ home, venue, run }) => {
    const truth = venue.history.get(EURUSD_ID)!.truth(1)
    expect(await run()).toMatchObject({ rows: truth.length, accepted: truth.length, pieces: { fetched: 3, already: 0 } })
    expect(await bars(home, '1m')).toEqual(truth)
    // Two days are 2,562 and 2,573 bars, a day 1,278: in pages of 700 that are 4 + 4 + 2 questions.
    expect(venue.requests.get('2137')).toBe(10)
    expect(timesAsked(venue)).toEqual([1])

    const door = encoding === 'json' ? 'wss://demo.ctraderapi.com:5036' : 'tls://demo.ctraderapi.com:5035'
    const manifest = manifestOf(home)
    expect(manifest).toMatchObject({ source: 'ctrader', subject: 'EURUSD.CTRADER', kind: 'bar 1m', licence: CTRADER.licence })
    expect(manifest.pieces.map(({ url }) => url.split('#')[0])).toEqual([door, door, door])
    expect(manifest.pieces.reduce((sum, { events }) => sum + events, 0)).toBe(truth.length)
    const lake = new Lake(lakeFolder(home))
    expect(lake.list().map(({ provenance }) => provenance.origin.split('#')[0])).toEqual([door])
    lake.close()

    expect(await run(), 'the same command again').toMatchObject({ rows: 0, pieces: { fetched: 0, already: 3 } })
    expect(venue.requests.get('2137')).toBe(10)
  }, encoding),
)

test('an hour begins at its hour, whatever the minute of its first tick', () =>
  account(async ({ home, venue, run }) => {
    await run({ ...MINUTES, names: ['XAUUSD'], bar: { text: '1h', micros: HOUR } })
    expect(await bars(home, '1h', 'XAUUSD.CTRADER')).toEqual(venue.history.get(41)!.truth(9))
  }))

test('stopped between two pieces it goes on with the next, and the bytes are those of a whole run', () =>
  account(async ({ home, venue, run }) => {
    const stop = new AbortController()
    const stopped = run(MINUTES, { signal: stop.signal, onPiece: done => done > 0.5 && stop.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED', exit: EXIT.interrupted })
    expect(globSync('lake/**/*.parquet', { cwd: home }), 'nothing half is in the lake').toEqual([])

    expect(await run()).toMatchObject({ pieces: { fetched: 1, already: 2 } })
    expect(await bars(home, '1m')).toEqual(venue.history.get(EURUSD_ID)!.truth(1))
    expect(timesAsked(venue), 'nothing was fetched twice').toEqual([1])

    const sums = ({ pieces }: DownloadManifest) => pieces.map(({ key, sha256 }) => `${key} ${sha256}`)
    await account(async whole => {
      await whole.run()
      expect(sums(manifestOf(home))).toEqual(sums(manifestOf(whole.home)))
    })
  }))

test('a token that dies on the way is renewed, and nothing of the history is missing', () =>
  account(async ({ home, venue, run }) => {
    let isDead = false
    await run(MINUTES, {
      onPiece: done => {
        if (done < 0.3 || isDead) return
        isDead = venue.apply({ kind: 'token-expired' })
      },
    })
    expect(isDead).toBe(true)
    expect(venue.ledger.trades).toBe(1)
    expect(await bars(home, '1m')).toEqual(venue.history.get(EURUSD_ID)!.truth(1))
  }))

test('a venue that wants fewer questions is waited for; one that blocks them for an hour is told about', () =>
  account(async ({ home, venue, run }) => {
    venue.pastRefusals.push('REQUEST_FREQUENCY_EXCEEDED')
    await run()
    expect(await bars(home, '1m')).toEqual(venue.history.get(EURUSD_ID)!.truth(1))

    venue.blockSeconds = 3_600
    venue.pastRefusals.push('BLOCKED_PAYLOAD_TYPE')
    await expect(run({ ...MINUTES, bar: { text: '1h', micros: HOUR } })).rejects.toMatchObject({
      code: 'UPSTREAM_ANSWER',
      exit: EXIT.upstream,
      message: expect.stringContaining('BLOCKED_PAYLOAD_TYPE'),
    })
  }))

test('what is no bar of an account is said before anything is asked', () =>
  account(async ({ venue, run }) => {
    await expect(run({ ...MINUTES, kind: 'quote' })).rejects.toMatchObject({ code: 'SOURCE_UNSUPPORTED' })
    await expect(run({ ...MINUTES, bar: { text: '1d', micros: DAY } })).rejects.toMatchObject({ code: 'SOURCE_UNSUPPORTED' })
    await expect(run({ ...MINUTES, names: ['NZDCHF'] })).rejects.toMatchObject({
      code: expect.stringMatching(/^(SOURCE_UNSUPPORTED|INSTRUMENT_NOT_FOUND)$/),
    })
    expect(venue.requests.get('2137')).toBeUndefined()
  }))
