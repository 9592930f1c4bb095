// What every source of series or history keeps, whatever the service and the network do: all of it, exactly, or an error.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Network } from '../../../src/connectivity/network.ts'
import { PooledHttp } from '../../../src/connectivity/pooled-http.ts'
import type { Downloader, Environment, Piece, SourceDescriptor } from '../../../src/connectivity/source.ts'
import { SourceError } from '../../../src/connectivity/source-error.ts'
import type { FeedEvent } from '../../../src/domain/event.ts'
import { Authority, CERTIFICATE_FLAWS } from '../../venues/authority.ts'
import { ChaosProxy } from '../../venues/chaos-proxy.ts'
import { FAULT_KINDS, type Fault, type FaultKind, isWireFault } from '../../venues/fault.ts'
import type { Venue, VenueOptions } from '../../venues/venue.ts'
import { VenueClock } from '../../venues/venue-clock.ts'

/** A service that answers questions: of a venue it is what is left without a market that goes on. */
export type Archive = Pick<Venue, 'routes' | 'violations' | 'requests' | 'apply' | 'heal' | 'stop'>

export interface DownloadSubject<Request> {
  readonly name: string
  readonly descriptor: SourceDescriptor
  readonly start: (options: VenueOptions) => Promise<Archive>
  /** The source's socket: `descriptor.series` or `descriptor.history`. */
  readonly downloader: (parts: Parameters<NonNullable<SourceDescriptor['series']>>[0]) => Downloader<Request>
  readonly request: Request
  /** An event as a text that says all that matters of it. */
  readonly text: (event: FeedEvent) => string
  /** What there is to be had, known from the archive and not from the adapter: the same texts, in order. */
  readonly truth: readonly string[]
  /** Faults that the service cannot have, each with the reason. Those of frames and sessions are of live sources only. */
  readonly exempt: Partial<Record<FaultKind, string>>
  readonly environment?: Environment
  readonly credentials?: Readonly<Record<string, string>>
}

/** Faults that a question and its answer can have. */
const OF_ANSWERS: readonly FaultKind[] = FAULT_KINDS.filter(
  kind =>
    kind.startsWith('http-') || kind === 'slow-body' || kind === 'dot-value' || kind === 'null-value' || kind === 'empty-array',
)
const OF_WIRES: readonly FaultKind[] = ['cut', 'reset', 'reset-mid-frame', 'trickle', 'delay']

/** The faster, the sooner a slow body is given up. */
const SPEED = 20
const TIMEOUT_MILLIS = 1_500

export function downloadContract<Request>(subject: DownloadSubject<Request>): void {
  const { exempt } = subject

  describe(`${subject.name} keeps the contract of downloads`, () => {
    test.concurrent('everything there is comes, exactly, and the service has nothing to complain of', async () => {
      await withArchive(subject, {}, async ({ download, archive }) => {
        expect(await download()).toEqual(subject.truth)
        expect(archive.violations.join('; ')).toBe('')
      })
    })

    for (const kind of OF_ANSWERS.filter(kind => exempt[kind] === undefined)) {
      test.concurrent(`${kind}: all of it or an error, and all of it afterwards`, async () => {
        await withArchive(subject, {}, async ({ download, archive }) => {
          for (const count of [1, 5]) {
            expect(archive.apply({ kind, count, seed: count })).toBe(true)
            await allOrError(download, subject)
            archive.heal()
          }
          expect(await patiently(download), 'afterwards').toEqual(subject.truth)
          expect(archive.violations.join('; ')).toBe('')
        })
      })
    }

    for (const kind of OF_WIRES.filter(kind => exempt[kind] === undefined)) {
      test.concurrent(`${kind}: all of it or an error, and all of it afterwards`, async () => {
        await withArchive(subject, {}, async ({ download, proxy }) => {
          // Connections that stand are hit while something is asked of them.
          const hits = setInterval(() => proxy.apply({ kind, millis: 2_000 }), 5)
          await allOrError(download, subject)
          clearInterval(hits)
          proxy.heal()
          expect(await patiently(download), 'afterwards').toEqual(subject.truth)
        })
      })
    }

    for (const flaw of exempt.certificate === undefined ? CERTIFICATE_FLAWS : []) {
      test.concurrent(`a certificate that is ${flaw} is never spoken to`, async () => {
        await withArchive(subject, { fault: { kind: 'certificate', flaw } }, async ({ download, archive }) => {
          await expect(download()).rejects.toMatchObject({ code: 'SOURCE_TLS' })
          expect([...archive.requests.keys()]).toEqual([])
        })
      })
    }

    test.concurrent('a host that is not on the list is not dialled', async () => {
      await withArchive(subject, { allowed: ['elsewhere.example'] }, async ({ download, proxy }) => {
        await expect(download()).rejects.toMatchObject({ code: 'EGRESS_REFUSED' })
        expect(proxy.attempts).toBe(0)
      })
    })
  })
}

async function allOrError<Request>(download: () => Promise<readonly string[]>, subject: DownloadSubject<Request>): Promise<void> {
  const result = await download().catch((error: unknown) => error)
  if (Array.isArray(result)) {
    expect(result, 'what is taken is whole').toEqual(subject.truth)
    return
  }
  // Anything else than an error with a code and a fix is a bug in the adapter.
  expect(result).toBeInstanceOf(SourceError)
  const { code, fix, message } = result as SourceError
  expect(code).toMatch(/^[A-Z_]+$/)
  expect(fix).not.toBe('')
  for (const secret of secretsOf(subject)) expect(`${message} ${fix}`).not.toContain(secret)
}

/** A ban or a tripped breaker passes with time. */
async function patiently(download: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      return await download()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

interface World {
  readonly archive: Archive
  readonly proxy: ChaosProxy
  /** Every piece, one after the other, as the command does it. */
  readonly download: () => Promise<readonly string[]>
}

async function withArchive<Request>(
  subject: DownloadSubject<Request>,
  { allowed, fault }: { readonly allowed?: readonly string[]; readonly fault?: Fault },
  body: (world: World) => Promise<void>,
): Promise<void> {
  const { descriptor, environment = 'practice', credentials = {}, request } = subject
  const clock = new VenueClock(SPEED)
  const archive = await subject.start({ authority: await authority(), clock, seed: 1 })
  if (fault !== undefined) expect(isWireFault(fault.kind) || archive.apply(fault)).toBe(true)
  const proxy = await ChaosProxy.start(archive.routes, clock)
  const network = new Network(allowed ?? descriptor.hosts[environment], proxy.routes)
  const { rates } = descriptor
  const http = new PooledHttp({ network, clock, ...(rates === undefined ? {} : { rates }) })
  const stateFolder = mkdtempSync(join(tmpdir(), 'quadrant-source-'))
  const source = subject.downloader({ network, http, clock, environment, credentials, stateFolder })

  const replyOf = async (piece: Piece): Promise<{ readonly status: number; readonly body: Uint8Array }> =>
    source.fetch === undefined
      ? http.bytes(piece.request, { expect: 'bytes', timeoutMillis: TIMEOUT_MILLIS })
      : { status: 200, body: await source.fetch(request, piece) }
  const fetched = async (piece: Piece): Promise<readonly FeedEvent[]> => {
    const { status, body } = await replyOf(piece)
    if (status === 401 || status === 403) {
      throw new SourceError('SOURCE_REFUSED', { message: `refused (${status})`, fix: 'check the key' })
    }
    const events = source.read(request, piece, status === 404 ? new Uint8Array() : body, clock.now())
    for (const event of events) {
      if (!Object.isFrozen(event.provenance)) expect.fail('a provenance can be written to')
      for (const secret of secretsOf(subject)) expect(event.provenance.origin).not.toContain(secret)
    }
    return events
  }
  const download = async () => {
    const texts: string[] = []
    for (const piece of source.pieces(request)) for (const event of await fetched(piece)) texts.push(subject.text(event))
    return texts
  }
  try {
    await body({ archive, proxy, download })
  } finally {
    source.close?.()
    await http.close()
    await proxy.stop()
    await archive.stop()
    rmSync(stateFolder, { recursive: true, force: true })
  }
}

const secretsOf = <Request>({ descriptor, credentials = {} }: DownloadSubject<Request>): readonly string[] =>
  descriptor.needs.flatMap(({ variable, secret }) => (secret && credentials[variable] ? [credentials[variable]] : []))

let shared: Promise<Authority> | undefined

function authority(): Promise<Authority> {
  shared ??= Authority.create()
  return shared
}
