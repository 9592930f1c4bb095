// The local store of market data: a folder of Parquet partitions and the manifests that vouch for them.
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import { type DatasetDescription, DatasetWriter } from './dataset-writer.ts'
import { makeFolder } from './durable.ts'
import { asLakeError, LakeError } from './lake-error.ts'
import { type Subject, TEMPORARY } from './layout.ts'
import { datasetId, type Manifest, readManifests } from './manifest.ts'

const LOCK = 'import.lock'

export class Lake {
  readonly root: string
  #instance: DuckDBInstance | undefined

  /** The folder need not exist: an absent lake is an empty one. */
  constructor(root: string) {
    this.root = resolve(root)
  }

  /** Every imported dataset, oldest data first. */
  list(): Manifest[] {
    return readManifests(this.root)
  }

  /**
   * Runs `work` as the only importer of this lake, after sweeping away what an interrupted import left behind.
   * Throws LakeError LAKE_BUSY while another process imports, LAKE_UNWRITABLE, DISK_FULL.
   */
  async importing<Result>(work: (importer: LakeImporter) => Promise<Result>): Promise<Result> {
    const lock = join(this.root, LOCK)
    try {
      makeFolder(this.root)
      await this.#lock(lock)
    } catch (error) {
      throw asLakeError(error, this.root)
    }

    let connection: DuckDBConnection | undefined
    try {
      await this.#sweep()
      connection = await this.connect()
      return await work(new LakeImporter(this.root, connection, this.list()))
    } catch (error) {
      throw asLakeError(error, this.root)
    } finally {
      connection?.closeSync()
      await rm(lock, { force: true }).catch(() => {})
    }
  }

  /** A connection to the embedded DuckDB; one running query each. Close it when done. */
  async connect(): Promise<DuckDBConnection> {
    // One thread: batches come in the order of the file, and the engine keeps the other cores.
    this.#instance ??= await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '1GB', temp_directory: '' })
    return this.#instance.connect()
  }

  close(): void {
    this.#instance?.closeSync()
    this.#instance = undefined
  }

  async #lock(path: string): Promise<void> {
    const token = `${process.pid} ${randomBytes(4).toString('hex')}\n`
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        return await writeFile(path, token, { flag: 'wx' })
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
        const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10)
        if (isAlive(pid)) {
          throw new LakeError(
            'LAKE_BUSY',
            `Another import (process ${pid}) is writing to ${this.root}.`,
            `Wait for it to finish. If no import is running, delete ${path}.`,
          )
        }
        await rm(path, { force: true })
      }
    }
    throw new LakeError(
      'LAKE_BUSY',
      `Another import started writing to ${this.root} just now.`,
      'Wait for it to finish and try again.',
    )
  }

  async #sweep(): Promise<void> {
    const left = await readdir(this.root, { recursive: true })
    for (const name of left) if (name.endsWith(TEMPORARY)) await rm(join(this.root, name), { force: true })
  }
}

/** What an import may do while it holds the lake. */
export class LakeImporter {
  readonly #root: string
  readonly #connection: DuckDBConnection
  readonly #known = new Set<string>()
  readonly #instruments = new Map<string, InstrumentSpec>()

  constructor(root: string, connection: DuckDBConnection, manifests: readonly Manifest[]) {
    this.#root = root
    this.#connection = connection
    for (const manifest of manifests) this.#learn(manifest)
  }

  holds(sourceChecksum: string, subject: Subject): boolean {
    return this.#known.has(datasetId(sourceChecksum, subject))
  }

  /** One at a time: seal or abort it before the next. */
  write(description: DatasetDescription): DatasetWriter {
    this.#refuseOtherScale(description.instrument)
    return new DatasetWriter({
      root: this.#root,
      connection: this.#connection,
      description,
      onCommit: manifest => this.#learn(manifest),
    })
  }

  #learn(manifest: Manifest): void {
    // A file of which nothing was accepted may be tried again, with a corrected mapping.
    if (manifest.accepted > 0) this.#known.add(manifest.id)
    if (manifest.instrument) this.#instruments.set(manifest.instrument.id, manifest.instrument)
  }

  /** Prices are stored as steps: two files of one instrument with different steps would mix pounds and pence. */
  #refuseOtherScale(spec: InstrumentSpec | undefined): void {
    const known = spec && this.#instruments.get(spec.id)
    if (!known) return
    if (known.priceDecimals === spec.priceDecimals && known.quantityDecimals === spec.quantityDecimals) return
    throw new LakeError(
      'LAKE_INSTRUMENT_CONFLICT',
      `${spec.id} is in the lake with ${known.priceDecimals} price and ${known.quantityDecimals} quantity decimals; this file has ${spec.priceDecimals} and ${spec.quantityDecimals}.`,
      'Import it under another id (--instrument), or with the same decimals.',
    )
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
