// Reads a recording back: every input of the session in its order. A segment that a crash cut short is read to its cut.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createZstdDecompress } from 'node:zlib'
import { SourceError } from '../../connectivity/source-error.ts'
import { EventLineReader, type Input } from './event-lines.ts'
import { type RecordingManifest, readManifest } from './recording-manifest.ts'

const BATCH = 2048

export class Recording {
  readonly folder: string
  readonly manifest: RecordingManifest
  #cut = false

  /** Throws SourceError RECORDING_NOT_FOUND, RECORDING_UNREADABLE. */
  constructor(folder: string) {
    this.folder = folder
    this.manifest = readManifest(folder)
  }

  /** True once a segment was read that ends in its middle: the run that wrote it was killed. */
  get cut(): boolean {
    return this.#cut
  }

  /** In order of entering. Throws SourceError RECORDING_UNREADABLE for a damaged line in the middle. */
  async *batches(): AsyncGenerator<readonly Input[]> {
    // Listed from the folder: the newest segment of a run that was killed is not in the manifest.
    const files = readdirSync(this.folder)
      .filter(name => /^events-\d+\.jsonl\.zst$/.test(name))
      .sort()
    for (const [index, file] of files.entries()) yield* this.#segment(file, index === files.length - 1)
  }

  async *#segment(file: string, last: boolean): AsyncGenerator<readonly Input[]> {
    const reader = new EventLineReader()
    const source = createReadStream(join(this.folder, file))
    const text = source.pipe(createZstdDecompress())
    source.on('error', error => text.destroy(error))
    text.setEncoding('utf8')
    let rest = ''
    let broken: Error | undefined
    let line = 0
    let batch: Input[] = []
    try {
      for await (const chunk of text as AsyncIterable<string>) {
        const rows = (rest + chunk).split('\n')
        rest = rows.pop() ?? ''
        for (const row of rows) {
          line += 1
          const input = reader.line(row)
          if (input !== undefined) batch.push(input)
        }
        if (batch.length >= BATCH) {
          yield batch
          batch = []
        }
      }
      if (rest !== '') throw new Error('the last line is not complete')
    } catch (error) {
      broken = error as Error
    } finally {
      source.destroy()
      text.destroy()
    }
    if (batch.length > 0) yield batch
    const ended = this.manifest.ended !== ''
    if (broken === undefined) return
    if (last && !ended) {
      this.#cut = true
      return
    }
    throw new SourceError('RECORDING_UNREADABLE', {
      message: `${file} of '${this.folder}' is damaged after line ${line}: ${broken.message}`,
      fix: 'its raw frames may still be whole: `quadrant data import capture`; else use a copy of the recording',
    })
  }
}
