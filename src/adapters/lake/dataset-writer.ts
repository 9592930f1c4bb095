// Writes one dataset: partitions of Parquet in bounded memory, the quarantine beside them, and last of all the manifest.
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import { DOUBLE, DuckDBDataChunk, type DuckDBDoubleVector, VARCHAR } from '@duckdb/node-api'
import type { FeedEvent } from '../../domain/event.ts'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { PriceBasis } from '../../domain/market.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { COLUMNS } from './columns.ts'
import { moveIntoPlace, sha256OfFile, syncPath } from './durable.ts'
import { Block, encode, rowsOf } from './encode.ts'
import { asLakeError } from './lake-error.ts'
import { type LakeKind, partitionFolder, QUARANTINE_FOLDER, type Subject, safe, stretchOf, TEMPORARY } from './layout.ts'
import { datasetId, type Manifest, type Partition, writeManifest } from './manifest.ts'
import { sqlText } from './sql.ts'

export interface DatasetDescription {
  readonly kind: LakeKind
  readonly instrument: InstrumentSpec | undefined
  readonly resolution: string | undefined
  readonly series: string | undefined
  /** Its checksum is the SHA-256 of the source file. */
  readonly provenance: Provenance
  readonly notes: readonly string[]
}

export interface Quarantined {
  readonly reason: string
  readonly where: string
  readonly text: string
}

/** Rows in one Parquet file at most: what bounds the memory of an import, about 40 MB for quotes. */
const PARTITION_ROWS_MAX = 500_000

/** The partition being filled. */
interface Open {
  readonly folder: string
  /** The instants its folder covers, so that most events need no look at the calendar. */
  readonly from: number
  readonly until: number
  rows: number
  events: number
  firstTime: number
  lastTime: number
  firstSequence: number
  lastSequence: number
  ordered: boolean
}

/** Nothing of a dataset is visible before `commit`; after `abort` or a crash nothing of it ever was. */
export class DatasetWriter {
  readonly #root: string
  readonly #connection: DuckDBConnection
  readonly #description: DatasetDescription
  readonly #subject: Subject
  readonly #id: string
  readonly #rowsMax: number
  #basis: PriceBasis | undefined
  readonly #onCommit: (manifest: Manifest) => void
  readonly #block: Block
  readonly #partitions: Partition[] = []
  readonly #quarantined: Record<string, number> = {}
  #appender: DuckDBAppender | undefined
  #open: Open | undefined
  #quarantine: WriteStream | undefined
  #quarantineFault: unknown
  #accepted = 0
  #lastTime = Number.NEGATIVE_INFINITY

  constructor(place: {
    readonly root: string
    readonly connection: DuckDBConnection
    readonly description: DatasetDescription
    readonly onCommit?: (manifest: Manifest) => void
    readonly partitionRowsMax?: number
  }) {
    const { kind, instrument, resolution, series, provenance } = place.description
    this.#root = place.root
    this.#connection = place.connection
    this.#description = place.description
    this.#subject = { kind, instrumentId: instrument?.id, resolution, series }
    this.#id = datasetId(provenance.checksum, this.#subject)
    this.#rowsMax = place.partitionRowsMax ?? PARTITION_ROWS_MAX
    this.#onCommit = place.onCommit ?? (() => {})
    this.#block = new Block(kind)
  }

  /** Accepted events, in the order of the source. */
  async add(events: readonly FeedEvent[]): Promise<void> {
    try {
      for (const event of events) {
        const open = this.#open
        const time = event.receivedTime
        const fits = open !== undefined && time >= open.from && time < open.until && open.rows + rowsOf(event) <= this.#rowsMax
        if (!fits) await this.#turnTo(time)
        this.#put(event)
      }
    } catch (error) {
      throw asLakeError(error, this.#root)
    }
  }

  /** Rows that were not accepted. They are kept beside the data, one JSON object per line. */
  async quarantine(rows: readonly Quarantined[]): Promise<void> {
    if (rows.length === 0) return
    try {
      const file = await this.#quarantineFile()
      let lines = ''
      for (const { reason, where, text } of rows) {
        this.#quarantined[reason] = (this.#quarantined[reason] ?? 0) + 1
        lines += `${JSON.stringify({ reason, where, text })}\n`
      }
      if (!file.write(lines)) await roomIn(file)
      if (this.#quarantineFault !== undefined) throw this.#quarantineFault
    } catch (error) {
      throw asLakeError(error, this.#root)
    }
  }

  /** Says that all rows are in. After it another dataset may be written, before or after this one is committed. */
  async seal(): Promise<void> {
    try {
      await this.#close()
      await this.#closeQuarantine()
    } catch (error) {
      throw asLakeError(error, this.#root)
    }
  }

  /** Makes everything visible, in this order: data, quarantine, manifest. Call `seal` before. */
  async commit(): Promise<Manifest> {
    try {
      const quarantine = await this.#publishQuarantine()
      for (const { file } of this.#partitions) await moveIntoPlace(join(this.#root, file) + TEMPORARY, join(this.#root, file))

      const manifest = this.#manifest(quarantine)
      await writeManifest(this.#root, manifest)
      this.#onCommit(manifest)
      return manifest
    } catch (error) {
      await this.abort()
      throw asLakeError(error, this.#root)
    }
  }

  /** Removes every trace. */
  async abort(): Promise<void> {
    const quarantine = this.#quarantine
    if (quarantine)
      await new Promise<void>(resolve => (quarantine.closed ? resolve() : quarantine.once('close', resolve).destroy()))
    for (const { file } of this.#partitions) await rm(join(this.#root, file) + TEMPORARY, { force: true }).catch(() => {})
    if (this.#open) await rm(this.#nextPath(this.#open.folder) + TEMPORARY, { force: true }).catch(() => {})
    if (quarantine) await rm(String(quarantine.path), { force: true }).catch(() => {})
  }

  #put(event: FeedEvent): void {
    const open = this.#open!
    if (event.kind === 'bar') this.#basis ??= event.basis
    encode(event, this.#block, () => this.#empty())

    const time = event.receivedTime
    if (open.events > 0 && time < this.#lastTime) open.ordered = false
    this.#lastTime = time
    open.firstTime = Math.min(open.firstTime, time)
    open.lastTime = Math.max(open.lastTime, time)
    open.firstSequence = Math.min(open.firstSequence, event.sequence)
    open.lastSequence = Math.max(open.lastSequence, event.sequence)
    open.rows += rowsOf(event)
    open.events++
    this.#accepted++
  }

  /** Finishes the partition in hand and opens the one of this instant. */
  async #turnTo(time: number): Promise<void> {
    await this.#close()
    const columns = COLUMNS[this.#description.kind]
    const declared = columns.map(({ name, type }) => `${name} ${type === 'VARCHAR' ? 'VARCHAR' : 'DOUBLE'}`)
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE staging (${declared.join(', ')})`)
    this.#appender = await this.#connection.createAppender('staging')
    this.#open = { folder: partitionFolder(this.#subject, time), ...stretchAround(this.#subject, time), ...EMPTY }
  }

  /** Hands the block to DuckDB. */
  #empty(): void {
    const { rows, columns } = this.#block
    if (rows === 0) return
    const chunk = DuckDBDataChunk.create(
      columns.map(column => (column instanceof Float64Array ? DOUBLE : VARCHAR)),
      rows,
    )
    columns.forEach((column, index) => {
      if (column instanceof Float64Array) {
        const vector = chunk.getColumnVector(index) as DuckDBDoubleVector
        // The vector's array is a copy that `flush` writes back; `setItem` would cost five times as much.
        ;(vector as unknown as { items: Float64Array }).items.set(column.subarray(0, rows))
        vector.flush()
      } else {
        chunk.setColumnValues(index, column.slice(0, rows))
      }
    })
    this.#appender!.appendDataChunk(chunk)
    this.#block.rows = 0
  }

  async #close(): Promise<void> {
    const open = this.#open
    if (!open) return
    this.#empty()
    this.#appender!.closeSync()

    const path = this.#nextPath(open.folder)
    const temporary = path + TEMPORARY
    await mkdir(dirname(path), { recursive: true })
    const columns = COLUMNS[this.#description.kind].map(({ name, type }) => `${name}::${type} AS ${name}`)
    await this.#connection.run(
      `COPY (SELECT ${columns.join(', ')} FROM staging) TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)`,
    )
    await syncPath(temporary)

    this.#partitions.push({
      file: path.slice(this.#root.length + 1).replaceAll('\\', '/'),
      rows: open.rows,
      events: open.events,
      firstTime: open.firstTime,
      lastTime: open.lastTime,
      firstSequence: open.firstSequence,
      lastSequence: open.lastSequence,
      ordered: open.ordered,
      bytes: (await stat(temporary)).size,
      sha256: await sha256OfFile(temporary),
    })
    this.#open = undefined
  }

  /** A function of source and place, so that repeating an interrupted import overwrites what it left. */
  #nextPath(folder: string): string {
    const stem = safe(
      this.#description.provenance.origin
        .split(/[/\\#]/)
        .at(-1)!
        .replace(/\.[^.]*$/, ''),
    )
    return join(this.#root, folder, `${stem}-${this.#id.slice(0, 8)}-${String(this.#partitions.length).padStart(4, '0')}.parquet`)
  }

  async #quarantineFile(): Promise<WriteStream> {
    if (!this.#quarantine) {
      const path = join(this.#root, this.#quarantineName()) + TEMPORARY
      await mkdir(dirname(path), { recursive: true })
      this.#quarantine = createWriteStream(path, { flush: true }).on('error', error => {
        this.#quarantineFault = error
      })
    }
    return this.#quarantine
  }

  async #closeQuarantine(): Promise<void> {
    const stream = this.#quarantine
    if (!stream) return
    await new Promise<void>(resolve => (stream.closed ? resolve() : stream.once('close', resolve).end()))
    if (this.#quarantineFault !== undefined) throw this.#quarantineFault
  }

  async #publishQuarantine(): Promise<Manifest['quarantine']> {
    const file = this.#quarantineName()
    const path = join(this.#root, file)
    if (!this.#quarantine) {
      // An earlier try with a worse mapping may have left one.
      await rm(path, { force: true })
      return null
    }
    await moveIntoPlace(path + TEMPORARY, path)
    return { file, sha256: await sha256OfFile(path) }
  }

  #quarantineName(): string {
    return `${QUARANTINE_FOLDER}/${this.#id}.jsonl`
  }

  #manifest(quarantine: Manifest['quarantine']): Manifest {
    const { kind, instrument, resolution, series, provenance, notes } = this.#description
    const refused = Object.values(this.#quarantined).reduce((sum, count) => sum + count, 0)
    const times = this.#partitions.flatMap(({ firstTime, lastTime }) => [firstTime, lastTime])
    return {
      version: 1,
      id: this.#id,
      kind,
      instrument: instrument ?? null,
      resolution: resolution ?? null,
      series: series ?? null,
      ...(this.#basis === undefined ? {} : { basis: this.#basis }),
      provenance,
      rows: this.#accepted + refused,
      accepted: this.#accepted,
      quarantined: Object.fromEntries(Object.entries(this.#quarantined).sort()),
      firstTime: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
      lastTime: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
      partitions: this.#partitions,
      quarantine,
      notes,
    }
  }
}

const EMPTY = {
  rows: 0,
  events: 0,
  firstTime: Number.POSITIVE_INFINITY,
  lastTime: Number.NEGATIVE_INFINITY,
  firstSequence: Number.POSITIVE_INFINITY,
  lastSequence: Number.NEGATIVE_INFINITY,
  ordered: true,
}

/** Waits until the stream takes more, or is closed by a fault; leaves no listener behind, of which there would be one per wait. */
function roomIn(file: WriteStream): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      file.off('drain', done).off('close', done)
      resolve()
    }
    file.on('drain', done).on('close', done)
  })
}

function stretchAround(subject: Subject, time: number): { from: number; until: number } {
  const date = new Date(time / 1000)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  const stretch = stretchOf(subject)
  if (stretch === 'day') return { from: Date.UTC(year, month, day) * 1000, until: Date.UTC(year, month, day + 1) * 1000 }
  if (stretch === 'month') return { from: Date.UTC(year, month) * 1000, until: Date.UTC(year, month + 1) * 1000 }
  return { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
}
