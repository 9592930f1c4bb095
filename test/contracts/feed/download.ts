// What every source of history or series keeps while it is downloaded: whole or not at all, nothing twice, no secret told.
import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFeed } from '../../../src/adapters/lake/feed.ts'
import { Lake } from '../../../src/adapters/lake/lake.ts'
import { type DownloadRequest, type DownloadResult, download } from '../../../src/apps/download/download.ts'
import type { DownloadManifest } from '../../../src/apps/download/download-store.ts'
import { EXIT } from '../../../src/apps/failure.ts'
import { lakeFolder } from '../../../src/apps/home.ts'
import type { HttpClient } from '../../../src/connectivity/http-client.ts'
import { Network } from '../../../src/connectivity/network.ts'
import { PooledHttp } from '../../../src/connectivity/pooled-http.ts'
import type { SourceDescriptor } from '../../../src/connectivity/source.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import type { ArchiveVenue } from '../../venues/archive-venue.ts'
import { Authority } from '../../venues/authority.ts'
import type { FaultKind } from '../../venues/fault.ts'
import type { VenueOptions } from '../../venues/venue.ts'
import { VenueClock } from '../../venues/venue-clock.ts'

export interface DownloadSubject {
  readonly descriptor: SourceDescriptor
  readonly startVenue: (options: VenueOptions) => Promise<ArchiveVenue>
  readonly request: DownloadRequest
  readonly credentials?: Readonly<Record<string, string>>
  /** A fact as the simulator writes down its truth. */
  readonly textOf: (event: FeedEvent) => string
}

/** Pass by themselves: the client waits or asks again. */
const PASSING: readonly FaultKind[] = ['http-503', 'http-429', 'http-429-retry-after', 'slow-body']

/** End the run with this code; the same command then goes on. `count` is more than the client's patience. */
const ENDING: readonly (readonly [kind: FaultKind, code: RegExp, count?: number])[] = [
  ['http-503', /^SOURCE_UNREACHABLE$/, 9],
  ['slow-body', /^SOURCE_SLOW$/, 9],
  ['http-418', /^SOURCE_BANNED$/],
  ['http-401', /^SOURCE_REFUSED$/],
  ['http-403', /^SOURCE_REFUSED$/],
  ['http-redirect', /^SOURCE_REDIRECTED$/],
  ['http-html', /^SOURCE_PAGE$/],
  ['http-empty', /^SOURCE_SCHEMA$/],
  ['http-null', /^SOURCE_SCHEMA$/],
  ['http-empty-array', /^SOURCE_SCHEMA$/],
  ['garbage', /^SOURCE_SCHEMA$/],
]

const PATIENCE_MILLIS = 400

/** Registers the suite. */
export function downloadContract(subject: DownloadSubject): void {
  const { descriptor } = subject
  const { name } = descriptor

  const fact = (title: string, body: (bench: Bench) => Promise<void>) =>
    test.concurrent(title, { timeout: 60_000 }, async () => {
      const bench = await Bench.start(subject)
      try {
        await body(bench)
        expect(bench.venue.violations, 'what the venue asks of its clients').toEqual([])
        bench.expectNoSecret()
      } finally {
        await bench.stop()
      }
    })

  describe(`${name} keeps the contract of downloads`, () => {
    fact('an undisturbed download holds what the source has, each piece asked for once', async bench => {
      const result = await bench.run()

      expect(await bench.facts()).toEqual(bench.truth)
      expect(result.rows).toBe(bench.venue.truth.length)
      expect([...new Set(bench.venue.answered.values())]).toEqual([1])
      expect(result.pieces.bytes).toBeGreaterThan(0)
    })

    fact('the manifest names each piece with its address, its bytes and its checksum, and the licence', async bench => {
      const bodies = new Map<string, string>()
      await bench.run({ http: http => seeing(http, (url, body) => bodies.set(bench.withoutKey(url), sha256(body))) })

      for (const manifest of bench.manifests()) {
        expect(manifest.licence).toBe(descriptor.licence)
        expect(manifest.rows).toBe(manifest.pieces.reduce((sum, { events }) => sum + events, 0))
        expect(manifest.pieces.map(({ url, sha256 }) => [url, sha256])).toEqual(
          manifest.pieces.map(({ url }) => [url, bodies.get(url)]),
        )
      }
      expect(bench.manifests()).toHaveLength(subject.request.names.length)
    })

    fact('the same command again asks for nothing and adds nothing', async bench => {
      await bench.run()
      const before = bench.lakeFiles()
      const again = await bench.run()

      expect(again).toMatchObject({ rows: 0, pieces: { fetched: 0 } })
      expect([...new Set(bench.venue.answered.values())]).toEqual([1])
      expect(bench.lakeFiles()).toEqual(before)
    })

    for (const kind of PASSING) {
      fact(`${kind} passes by itself`, async bench => {
        expect(bench.venue.apply({ kind })).toBe(true)
        await bench.run()
        expect(await bench.facts()).toEqual(bench.truth)
      })
    }

    for (const [kind, code, count = 1] of ENDING) {
      fact(`${kind}${count > 1 ? ' again and again' : ''} ends it with a code, and the same command goes on`, async bench => {
        await bench.runUntil(3, { meeting: () => expect(bench.venue.apply({ kind, count })).toBe(true), code })
        expect(bench.lakeFiles(), 'nothing half is in the lake').toEqual([])

        bench.venue.heal()
        await bench.run()
        expect(await bench.facts()).toEqual(bench.truth)
        expect([...new Set(bench.venue.answered.values())], 'nothing was fetched twice').toEqual([1])
      })
    }

    fact('stopped after any piece, it goes on and ends with the same bytes and facts', async bench => {
      const whole = await Bench.start(subject)
      try {
        await whole.run()
        const pieces = whole.manifests().reduce((sum, manifest) => sum + manifest.pieces.length, 0)
        for (let after = 0; after < pieces; after += 2) await bench.interrupted(after % 3)
        await bench.run()

        expect(await bench.facts()).toEqual(bench.truth)
        expect(bench.checksums()).toEqual(whole.checksums())
        expect([...new Set(bench.venue.answered.values())], 'nothing was fetched twice').toEqual([1])
      } finally {
        await whole.stop()
      }
    })

    fact('killed in the middle of writing, it goes on: what was torn is fetched again, and nothing else', async bench => {
      await bench.killed(3)
      const [lines = ''] = bench.stateFiles('pieces.jsonl')
      appendFileSync(lines, '\n{"key":"torn","from":1')
      writeFileSync(join(lines, '..', 'pieces', 'torn.raw.tmp'), 'half')

      await bench.run()
      expect(await bench.facts()).toEqual(bench.truth)
      expect([...new Set(bench.venue.answered.values())], 'nothing was fetched twice').toEqual([1])
      expect(bench.stateFiles('torn.raw')).toEqual([])
    })

    fact('killed between the lake and the manifest, nothing is in the lake twice', async bench => {
      await bench.killed(3)
      const folder = join(bench.stateFiles('pieces.jsonl')[0]!, '..')
      const copy = mkdtempSync(join(tmpdir(), 'quadrant-copy-'))
      try {
        cpSync(folder, copy, { recursive: true })
        const others = bench.stateFiles('pieces.jsonl').length
        expect(others).toBe(1)
        // These three pieces get into the lake, and the word of it is lost: the rename stands, the manifest does not.
        await bench.imported(folder)
        rmSync(folder, { recursive: true })
        cpSync(copy, folder, { recursive: true })
        cpSync(join(folder, 'pieces.jsonl'), join(folder, 'importing.jsonl'))
        rmSync(join(folder, 'pieces.jsonl'))

        await bench.run()
        expect(await bench.facts()).toEqual(bench.truth)
      } finally {
        rmSync(copy, { recursive: true })
      }
    })

    fact('a venue that is not there is named, with what to do, and the exit code of missing data', async bench => {
      await bench.venue.stop()
      await expect(bench.run()).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        exit: EXIT.data,
        message: expect.stringContaining(descriptor.hosts.live[0]!),
        fix: expect.stringContaining('again'),
      })
    })

    fact('a certificate of somebody else is not spoken to', async bench => {
      expect(bench.venue.apply({ kind: 'certificate', flaw: 'wrong-host' })).toBe(true)
      await expect(bench.run()).rejects.toMatchObject({ code: 'SOURCE_TLS', exit: EXIT.data })
      expect(bench.venue.answered.size).toBe(0)
    })
  })
}

let authority: Promise<Authority> | undefined

/** One venue, one state folder, and as many runs as a test wants. */
class Bench {
  readonly venue: ArchiveVenue
  readonly #subject: DownloadSubject
  readonly #home = mkdtempSync(join(tmpdir(), 'quadrant-download-'))
  readonly #clock: VenueClock
  readonly #said: string[] = []

  private constructor(subject: DownloadSubject, { venue, clock }: { venue: ArchiveVenue; clock: VenueClock }) {
    this.#subject = subject
    this.venue = venue
    this.#clock = clock
  }

  static async start(subject: DownloadSubject): Promise<Bench> {
    authority ??= Authority.create()
    const clock = new VenueClock()
    return new Bench(subject, { clock, venue: await subject.startVenue({ authority: await authority, clock, seed: 7 }) })
  }

  async stop(): Promise<void> {
    await this.venue.stop()
    rmSync(this.#home, { recursive: true, force: true })
  }

  get truth(): readonly string[] {
    return this.venue.truth.toSorted()
  }

  async run({
    http: around = same,
    signal,
  }: {
    http?: (http: HttpClient) => HttpClient
    signal?: AbortSignal
  } = {}): Promise<DownloadResult> {
    const { descriptor, request, credentials = {} } = this.#subject
    const network = new Network(descriptor.hosts.live, this.venue.routes)
    const rates = descriptor.rates === undefined ? {} : { rates: descriptor.rates }
    const http = new PooledHttp({ network, clock: this.#clock, ...rates })
    try {
      return await download(descriptor, request, {
        home: this.#home,
        parts: {
          ...{ network, clock: this.#clock, environment: 'live', credentials },
          http: around(impatient(http)),
          stateFolder: this.#home,
        },
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (error) {
      this.#said.push(error instanceof Error ? `${error.message} ${(error as { fix?: string }).fix}` : String(error))
      throw error
    } finally {
      await http.close()
    }
  }

  /** A run that after so many pieces meets what `meeting` prepares, and ends with this code. */
  async runUntil(pieces: number, { meeting, code }: { meeting: () => void; code: RegExp }): Promise<void> {
    const http = (inner: HttpClient) => before(inner, pieces, meeting)
    await expect(this.run({ http })).rejects.toMatchObject({ code: expect.stringMatching(code), exit: EXIT.data })
  }

  /** Ctrl-C after so many pieces. */
  async interrupted(pieces: number): Promise<void> {
    const stop = new AbortController()
    const run = this.run({ http: inner => before(inner, pieces, () => stop.abort()), signal: stop.signal })
    await run.then(
      () => undefined,
      error => expect(error).toMatchObject({ code: 'INTERRUPTED', exit: EXIT.interrupted }),
    )
  }

  /** Gone without a word after so many pieces. */
  async killed(pieces: number): Promise<void> {
    const http = (inner: HttpClient) =>
      before(inner, pieces, () => {
        throw new Error('killed')
      })
    await expect(this.run({ http })).rejects.toThrow('killed')
  }

  /** What was fetched goes into the lake, and nothing more is fetched. */
  async imported(folder: string): Promise<void> {
    cpSync(join(folder, 'pieces.jsonl'), join(folder, 'importing.jsonl'))
    rmSync(join(folder, 'pieces.jsonl'))
    await this.killed(0)
    expect(this.lakeFiles().length).toBeGreaterThan(0)
  }

  /** Every fact in the lake. */
  async facts(): Promise<readonly string[]> {
    const lake = new Lake(lakeFolder(this.#home))
    try {
      const found: string[] = []
      const manifests = lake.list()
      const series = [...new Set(manifests.flatMap(manifest => manifest.series ?? []))]
      const data = [...new Set(manifests.flatMap(manifest => manifest.instrument?.id ?? []))]
      const { feed, known } = await openFeed(lake, {
        ...{ from: undefined, to: undefined, macro: series, calendar: false },
        data: data.map(instrument => ({ instrument, kind: 'quote', bar: undefined, prices: 'both', limit: undefined })),
      })
      found.push(...known.map(this.#subject.textOf))
      for await (const batch of feed.batches()) found.push(...batch.map(this.#subject.textOf))
      return found.sort()
    } finally {
      lake.close()
    }
  }

  manifests(): readonly DownloadManifest[] {
    return this.stateFiles('manifest.json').map(path => JSON.parse(readFileSync(path, 'utf8')) as DownloadManifest)
  }

  checksums(): readonly string[] {
    return this.manifests().flatMap(({ subject, pieces }) => pieces.map(({ key, sha256 }) => `${subject} ${key} ${sha256}`))
  }

  stateFiles(name: string): string[] {
    return globSync(`downloads/**/${name}`, { cwd: this.#home })
      .sort()
      .map(path => join(this.#home, path))
  }

  lakeFiles(): string[] {
    return globSync('lake/**/*.parquet', { cwd: this.#home }).sort()
  }

  withoutKey(url: string): string {
    return this.#secrets().reduce((text, secret) => text.replaceAll(secret, '***'), url)
  }

  /** Neither in what was written nor in what was said. */
  expectNoSecret(): void {
    const files = globSync('**/*.{json,jsonl}', { cwd: this.#home }).map(path => readFileSync(join(this.#home, path), 'utf8'))
    for (const secret of this.#secrets()) expect([...files, ...this.#said].filter(text => text.includes(secret))).toEqual([])
  }

  #secrets(): readonly string[] {
    const { descriptor, credentials = {} } = this.#subject
    return descriptor.needs.flatMap(({ variable, secret }) => (secret ? [credentials[variable] ?? ''] : [])).filter(Boolean)
  }
}

const same = (http: HttpClient): HttpClient => http

const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

/** A test does not wait half a minute for a body that drips. */
const impatient = (http: HttpClient): HttpClient => ({
  send: (request, options) => http.send(request, { ...options, timeoutMillis: PATIENCE_MILLIS }),
  bytes: (request, options) => http.bytes(request, { ...options, timeoutMillis: PATIENCE_MILLIS }),
  close: () => http.close(),
})

const seeing = (http: HttpClient, see: (url: string, body: Uint8Array) => void): HttpClient => ({
  ...impatient(http),
  bytes: async (request, options) => {
    const reply = await http.bytes(request, options)
    see(request.url, reply.body)
    return reply
  },
})

/** Does something once, before the request after so many. */
function before(http: HttpClient, requests: number, act: () => void): HttpClient {
  let left = requests
  return {
    ...impatient(http),
    bytes: async (request, options) => {
      if (left-- === 0) act()
      return http.bytes(request, options)
    },
  }
}
