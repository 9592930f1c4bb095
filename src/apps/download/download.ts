// History and series from a source into the lake: piece by piece, resumable, nothing twice and nothing half.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ImportDataset, ImportFormat, ImportOptions } from '../../adapters/files/format.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import { safe } from '../../adapters/lake/layout.ts'
import type { Downloader, Piece, SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { type InstrumentSpec, instrument } from '../../domain/instrument.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { EXIT, exitOf, Failure, isExplained } from '../failure.ts'
import { lakeFolder } from '../home.ts'
import { importWith } from '../import.ts'
import { instrumentAt } from './download-instrument.ts'
import { DownloadStore, type FetchedPiece } from './download-store.ts'

export interface DownloadRequest {
  /** Instruments or series, in any spelling that is known. */
  readonly names: readonly string[]
  /** Of instruments. */
  readonly kind: 'quote' | 'trade' | 'bar'
  /** Of bars: '1m'. */
  readonly bar?: { readonly text: string; readonly micros: number }
  /** Of instruments; series come whole, with every vintage since their first. */
  readonly from?: Micros
  /** Now when not given. */
  readonly to?: Micros
}

export interface DownloadOptions {
  readonly home: string
  readonly parts: SourceParts
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number, what: string) => void
}

export interface SubjectResult {
  readonly name: string
  readonly kind: string
  /** Pieces fetched now, and those that were there. */
  readonly fetched: number
  readonly already: number
  readonly bytes: number
  readonly rows: number
  readonly accepted: number
  readonly quarantined: Readonly<Record<string, number>>
  readonly manifest: string
}

export interface DownloadResult {
  readonly source: string
  readonly licence: string
  readonly rows: number
  readonly accepted: number
  readonly pieces: { readonly fetched: number; readonly already: number; readonly bytes: number }
  readonly subjects: readonly SubjectResult[]
}

/** Series are asked from before the first of them was published. */
const EVER = Date.UTC(1700, 0) * 1000

/** One instrument or series of the request, with the source's own way to fetch it. */
interface Subject {
  readonly name: string
  readonly kind: 'quote' | 'trade' | 'bar' | 'release'
  readonly instrument: InstrumentSpec | undefined
  readonly resolution: string | undefined
  readonly from: Micros
  readonly to: Micros
  readonly absent: 'empty' | undefined
  pieces(from: Micros, to: Micros): readonly Piece[]
  read(piece: Piece, bytes: Uint8Array, now: Micros): readonly FeedEvent[]
  /** Undefined where the piece's request is plain HTTP. */
  readonly fetch: ((piece: Piece, signal?: AbortSignal) => Promise<Uint8Array>) | undefined
  close(): void
}

/**
 * Downloads and imports. Throws Failure: what the source said with its code (SOURCE_UNREACHABLE and others, exit 7),
 * INTERRUPTED, USAGE_ARGUMENT, INSTRUMENT_NOT_FOUND. What was fetched before is kept and not fetched again.
 */
export async function download(
  source: SourceDescriptor,
  request: DownloadRequest,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const { home, parts } = options
  const lake = new Lake(lakeFolder(home))
  const kept = { pieces: 0 }
  let subjects: readonly Subject[] = []
  try {
    subjects = await subjectsOf(source, request, options)
    const results: SubjectResult[] = []
    for (const [index, subject] of subjects.entries()) {
      const report = (done: number, total: number, what: string) =>
        options.onProgress?.(index + done / Math.max(total, 1), subjects.length, `${subject.name} ${what}`)
      results.push(await downloadSubject(subject, { source, lake, options, report, kept }))
    }
    const sum = (of: (one: SubjectResult) => number) => results.reduce((total, one) => total + of(one), 0)
    return {
      source: source.name,
      licence: source.licence,
      rows: sum(one => one.rows),
      accepted: sum(one => one.accepted),
      pieces: { fetched: sum(one => one.fetched), already: sum(one => one.already), bytes: sum(one => one.bytes) },
      subjects: results,
    }
  } catch (error) {
    throw asFailure(error, {
      interrupted: options.signal?.aborted === true,
      kept: kept.pieces,
      secrets: secretsOf(source, parts),
    })
  } finally {
    for (const subject of subjects) subject.close()
    lake.close()
  }
}

interface Work {
  readonly source: SourceDescriptor
  readonly lake: Lake
  readonly options: DownloadOptions
  readonly report: (done: number, total: number, what: string) => void
  /** Pieces that lie on the disk now because of this run. */
  readonly kept: { pieces: number }
}

async function downloadSubject(subject: Subject, work: Work): Promise<SubjectResult> {
  const { source, options, kept } = work
  const { name, kind, resolution } = subject
  const about = {
    source: source.name,
    subject: name,
    kind: [kind, resolution].filter(Boolean).join(' '),
    licence: source.licence,
  }
  const store = new DownloadStore(storeFolder(source, about, options), about)
  // What an earlier run was bringing into the lake comes first: its pieces are then known to be there.
  const totals = { rows: 0, accepted: 0, quarantined: {} as Record<string, number> }
  if (store.importing().length > 0) await importPieces(subject, store, { work, totals })

  const already = store.manifest.pieces.length + store.waiting.length
  const due = store.missing(subject).flatMap(gap => subject.pieces(gap.from, gap.to))
  let bytes = 0
  for (const [done, piece] of due.entries()) {
    work.report(done, due.length, piece.key)
    bytes += await fetchPiece(piece, subject, { store, work })
    kept.pieces += 1
  }
  if (await store.beginImport()) await importPieces(subject, store, { work, totals })
  work.report(1, 1, 'done')
  return { name, kind: about.kind, fetched: due.length, already, bytes, ...totals, manifest: store.manifestPath }
}

async function fetchPiece(
  piece: Piece,
  subject: Subject,
  { store, work }: { store: DownloadStore; work: Work },
): Promise<number> {
  const { source, options } = work
  const { parts, signal } = options
  signal?.throwIfAborted()
  const { body, absent } = await bodyOf(piece, subject, work)
  // Nothing is kept of a stretch before it has been read once.
  const now = parts.clock.now()
  const events = absent ? 0 : subject.read(piece, body, now).length
  const url = withoutSecrets(piece.request.url, secretsOf(source, parts))
  await store.add(piece, body, { url, events, fetchedTime: now })
  return body.length
}

async function bodyOf(
  piece: Piece,
  subject: Subject,
  { source, options }: Work,
): Promise<{ readonly body: Uint8Array; readonly absent: boolean }> {
  const { parts, signal } = options
  if (subject.fetch !== undefined) return { body: await subject.fetch(piece, signal), absent: false }
  const { status, body } = await parts.http.bytes(piece.request, { expect: 'bytes', ...(signal === undefined ? {} : { signal }) })
  if (status === 401 || status === 403) throw refused(source, status)
  if (status === 200 && piece.checksum !== undefined) await checkBody(piece, body, options)
  return { body, absent: status === 404 && subject.absent === 'empty' }
}

/** Against what the publisher says of it. Throws SOURCE_CHECKSUM. */
async function checkBody(piece: Piece, body: Uint8Array, { parts, signal }: DownloadOptions): Promise<void> {
  const { status, body: text } = await parts.http.send(piece.checksum!, {
    expect: 'text',
    ...(signal === undefined ? {} : { signal }),
  })
  const stated = /^[0-9a-f]{64}/i.exec(text.trim())?.[0].toLowerCase()
  const found = createHash('sha256').update(body).digest('hex')
  if (status === 200 && stated === found) return
  throw new SourceError('SOURCE_CHECKSUM', {
    message: `${piece.key} is not what its publisher says it is: SHA-256 ${found}, stated ${stated ?? `nothing (${status})`}`,
    fix: 'nothing of it was kept; run the same command again, and if it stays so, wait until the publisher has mended it',
    passing: true,
  })
}

/** The pieces as one file of a format, so that they pass the same gate as any import. */
async function importPieces(
  subject: Subject,
  store: DownloadStore,
  { work, totals }: { work: Work; totals: { rows: number; accepted: number; quarantined: Record<string, number> } },
): Promise<void> {
  const pieces = store.importing()
  const rows = pieces.reduce((sum, { events }) => sum + events, 0)
  let accepted = 0
  if (rows > 0) {
    const { signal } = work.options
    const format = formatOf(subject, pieces, { store, source: work.source })
    const result = await importWith(format, [store.importingPath], {}, work.lake, signal === undefined ? {} : { signal })
    // Skipped: it was in the lake already when a crash came.
    accepted = result.accepted
    for (const [reason, count] of Object.entries(result.quarantined))
      totals.quarantined[reason] = (totals.quarantined[reason] ?? 0) + count
  }
  await store.endImport({ rows, accepted })
  totals.rows += rows
  totals.accepted += accepted
}

function formatOf(
  subject: Subject,
  pieces: readonly FetchedPiece[],
  { store, source }: { store: DownloadStore; source: SourceDescriptor },
): ImportFormat {
  const [first, last] = [pieces[0]!, pieces.at(-1)!]
  const list = pieces.map(({ key, sha256 }) => `${key} ${sha256}\n`).join('')
  const provenance: Provenance = Object.freeze({
    source: source.name,
    kind: 'recorded',
    origin: `${doorOf(first.url)}#${subject.name}_${first.key}_to_${last.key}`,
    checksum: createHash('sha256').update(list).digest('hex'),
    licence: source.licence,
  })
  return {
    name: 'download',
    accepts: () => false,
    async *open(_path: string, _options: ImportOptions): AsyncGenerator<ImportDataset> {
      yield {
        kind: subject.kind,
        provenance,
        ...(subject.instrument === undefined ? { series: subject.name } : { instrument: subject.instrument }),
        ...(subject.resolution === undefined ? {} : { resolution: subject.resolution }),
        notes: [
          `${pieces.length} pieces; the checksum is of their keys and SHA-256, listed in ${store.manifestPath.split(/[\\/]/).slice(-4).join('/')}`,
        ],
        async *rows() {
          let sequence = 0
          for (const piece of pieces) {
            if (piece.events === 0) continue
            const asked: Piece = { ...piece, request: { method: 'GET', url: piece.url } }
            const events = subject.read(asked, await store.bytesOf(piece), piece.fetchedTime)
            yield events.map(event => ({ ...event, provenance, sequence: ++sequence }))
          }
        },
      }
    },
  }
}

/** 'https://host', and for a connection that is no web page's 'tls://host:5035'. */
function doorOf(address: string): string {
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}`
}

async function subjectsOf(
  source: SourceDescriptor,
  request: DownloadRequest,
  options: DownloadOptions,
): Promise<readonly Subject[]> {
  const { parts } = options
  const to = request.to ?? parts.clock.now()
  if (source.series !== undefined) {
    const series = source.series(parts)
    return request.names.map(name => ofSeries(series, name.toUpperCase(), to))
  }
  if (source.history === undefined) {
    throw new SourceError('SOURCE_UNSUPPORTED', {
      message: `${source.name} gives no history`,
      fix: 'quadrant data sources says what each source gives; quadrant data record keeps what this one says now',
    })
  }
  const { from } = request
  if (from === undefined || from >= to) {
    throw new Failure('USAGE_ARGUMENT', {
      message: from === undefined ? 'say from when' : 'the time from which is not before the time until which',
      fix: `quadrant data download ${source.name} ${request.names[0]} --from 2026-01-01 --to 2026-02-01`,
    })
  }
  const history = source.history(parts)
  const subjects: Subject[] = []
  for (const name of request.names) {
    const found = await instrumentAt(source, name, options)
    subjects.push(ofInstrument(history, { ...found, kind: request.kind, bar: request.bar, from, to }))
  }
  return subjects
}

type SeriesDownloader = Downloader<{ readonly series: string; readonly from: Micros; readonly to: Micros }>

function ofSeries(series: SeriesDownloader, name: string, to: Micros): Subject {
  const asked = { series: name, from: EVER as Micros, to }
  return {
    ...{ name, kind: 'release', instrument: undefined, resolution: undefined },
    ...{ from: asked.from, to },
    absent: series.absent,
    pieces: (from, until) => series.pieces({ ...asked, from, to: until }),
    read: (piece, bytes, now) => series.read(asked, piece, bytes, now),
    ...fetching(series, asked),
  }
}

interface InstrumentWish extends Pick<DownloadRequest, 'kind'> {
  readonly spec: InstrumentSpec
  readonly symbol: string
  readonly bar: DownloadRequest['bar']
  readonly from: Micros
  readonly to: Micros
}

function ofInstrument(history: ReturnType<NonNullable<SourceDescriptor['history']>>, wish: InstrumentWish): Subject {
  const { spec, symbol, kind, bar, from, to } = wish
  const asked = { instrument: instrument(spec), symbol, kind, from, to, ...(bar === undefined ? {} : { barMicros: bar.micros }) }
  return {
    ...{ name: spec.id, kind, instrument: spec, resolution: kind === 'bar' ? bar?.text : undefined },
    ...{ from, to },
    absent: history.absent,
    pieces: (start, until) => history.pieces({ ...asked, from: start, to: until }),
    read: (piece, bytes, now) => history.read(asked, piece, bytes, now),
    ...fetching(history, asked),
  }
}

const fetching = <Request>(downloader: Downloader<Request>, asked: Request): Pick<Subject, 'fetch' | 'close'> => ({
  fetch: downloader.fetch === undefined ? undefined : (piece, signal) => downloader.fetch!(asked, piece, signal),
  close: () => downloader.close?.(),
})

/** One folder for each subject, kind, form and world: what was fetched of another is not the same. */
function storeFolder(
  { name, hosts }: SourceDescriptor,
  { subject, kind }: { subject: string; kind: string },
  { home, parts }: DownloadOptions,
): string {
  const { environment, settings } = parts
  const form = typeof settings?.['format'] === 'string' ? `-${settings['format']}` : ''
  const hasPractice = hosts.practice.join() !== hosts.live.join()
  const world = environment === 'practice' && hasPractice ? '-practice' : ''
  return join(home, 'downloads', safe(`${name}${form}${world}`), safe(`${subject} ${kind}`))
}

const secretsOf = ({ needs }: SourceDescriptor, { credentials }: SourceParts): readonly string[] =>
  needs.flatMap(({ variable, secret }) => (secret && credentials[variable] ? [credentials[variable]] : []))

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***'), text)
}

function refused({ title, needs }: SourceDescriptor, status: number): SourceError {
  const names = needs.map(({ variable }) => variable).join(' and ')
  return new SourceError('SOURCE_REFUSED', {
    message: `${title} refused the request (${status})`,
    fix: names === '' ? 'this address may be blocked: wait a while' : `check ${names}`,
  })
}

/** What a person is told: why it stopped, and that what was fetched is kept. */
function asFailure(
  error: unknown,
  { interrupted, kept, secrets }: { interrupted: boolean; kept: number; secrets: readonly string[] },
): unknown {
  const keeps = kept === 0 ? '' : `; ${kept} pieces were fetched and are kept`
  if (interrupted) {
    return new Failure('INTERRUPTED', {
      message: `The download was interrupted${keeps}.`,
      fix: 'run the same command again: it goes on where it stopped',
      exit: EXIT.interrupted,
    })
  }
  if (!(error instanceof SourceError) || !isExplained(error)) return error
  const again = 'then run the same command again: it goes on where it stopped'
  const exit = exitOf(error.code)
  return new Failure(error.code, {
    message: withoutSecrets(`${error.message}${keeps}`, secrets),
    fix: error.passing
      ? `check the connection to the internet and the status page of the source, ${again}`
      : withoutSecrets(error.fix, secrets),
    exit: exit === EXIT.failure ? EXIT.data : exit,
  })
}
