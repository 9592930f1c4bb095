// One growing compressed text file of a recording: written in the background, synced when closed, with its hash.
import { createHash } from 'node:crypto'
import { createWriteStream, type WriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { finished } from 'node:stream/promises'
import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib'

export interface SegmentFigures {
  readonly file: string
  readonly lines: number
  /** Of the compressed file. */
  readonly bytes: number
  readonly sha256: string
}

/** Text is handed over in pieces of this size: a call per line would cost more than the line. */
const PIECE_CHARACTERS = 64 * 1024

export class SegmentWriter {
  readonly file: string
  readonly #zstd: ZstdCompress
  readonly #disk: WriteStream
  readonly #hash = createHash('sha256')
  readonly #done: Promise<void>
  #text = ''
  #lines = 0
  #bytes = 0
  #characters = 0
  #failure: Error | undefined

  constructor(folderPath: string, file: string) {
    this.file = file
    this.#zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } })
    this.#disk = createWriteStream(folderPath, { flags: 'wx', flush: true })
    const measured = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#hash.update(chunk)
        this.#bytes += chunk.length
        done(null, chunk)
      },
    })
    const stop = (error: Error): void => {
      this.#failure ??= error
    }
    this.#zstd.on('error', stop)
    measured.on('error', stop)
    this.#disk.on('error', stop)
    this.#done = finished(this.#zstd.pipe(measured).pipe(this.#disk)).catch(stop)
  }

  /** Uncompressed characters so far. */
  get size(): number {
    return this.#characters
  }

  /** Characters that wait for the compressor or the disk. */
  get backlog(): number {
    return this.#text.length + this.#zstd.writableLength
  }

  /** Why nothing more is kept; undefined while all is well. */
  get failure(): Error | undefined {
    return this.#failure
  }

  write(text: string, lines = 1): void {
    this.#text += text
    this.#lines += lines
    this.#characters += text.length
    if (this.#text.length >= PIECE_CHARACTERS) this.#hand()
  }

  /** What was written so far reaches the file soon: a crash loses no more than what came after. */
  flush(): void {
    this.#hand()
    if (this.#failure === undefined) this.#zstd.flush(constants.ZSTD_e_flush)
  }

  async close(): Promise<SegmentFigures> {
    this.#hand()
    this.#zstd.end()
    await this.#done
    if (this.#failure !== undefined) throw this.#failure
    return { file: this.file, lines: this.#lines, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  #hand(): void {
    if (this.#text === '' || this.#failure !== undefined) {
      this.#text = ''
      return
    }
    this.#zstd.write(this.#text)
    this.#text = ''
  }
}
