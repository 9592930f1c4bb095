// All files, by as many threads as pay: few files in this one, many in workers, and one that breaks or blocks its thread apart.
import { getCompileCacheDir } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { SourceFile } from '../project/source-files.ts'
import type { BatchResult } from './examine-batch.ts'
import type { Examined } from './examined.ts'

/** Less than this is read sooner than a worker starts. */
const ALONE_BYTES_MAX = 400_000

const BATCH_BYTES = 150_000
const WORKERS_MAX = 4
const WORKER_MEMORY_MB = 1024

const WORKER = join(import.meta.dirname, './examine-worker.ts')

type Known = Map<SourceFile, Examined>

/** In the order of the files. `workers` fixes how many threads there are; 0 is this one alone. */
export async function examineAll(
  files: readonly SourceFile[],
  { workers }: { readonly workers?: number | undefined } = {},
): Promise<Examined[]> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const wanted = workers ?? (bytes <= ALONE_BYTES_MAX ? 0 : Math.min(WORKERS_MAX, availableParallelism()))
  const known: Known = new Map()

  let left = files
  if (wanted === 0) {
    // Loaded only where it is needed: the parsers take longer to load than a few files to read.
    const { examineBatch } = await import('./examine-batch.ts')
    left = await keep(files, await examineBatch(files), known)
  }
  if (left.length > 0) await inWorkers(batches(left), Math.max(1, wanted), known)
  return files.map(file => known.get(file)!)
}

/** Files of about the same size together, the long ones first so that no thread ends late with one. */
function batches(files: readonly SourceFile[]): SourceFile[][] {
  const made: SourceFile[][] = []
  let room = 0
  for (const file of files.toSorted((a, b) => b.bytes - a.bytes)) {
    if (made.length === 0 || room < file.bytes) {
      made.push([])
      room = BATCH_BYTES
    }
    made.at(-1)!.push(file)
    room -= file.bytes
  }
  return made
}

/** Notes what is done. The file that ran out of time is examined apart; those behind it are returned. */
async function keep(files: readonly SourceFile[], { done, inTime }: BatchResult, known: Known): Promise<readonly SourceFile[]> {
  for (const [i, examined] of done.entries()) known.set(files[i]!, examined)
  if (inTime) return []

  const inHand = files[done.length]!
  known.set(inHand, await apart(inHand))
  return files.slice(done.length + 1)
}

async function apart(file: SourceFile): Promise<Examined> {
  const [{ examine }, { examineApart }] = await Promise.all([import('./examine.ts'), import('./examine-apart.ts')])
  return examine(file, examineApart)
}

/** Every thread takes the next batch when it is done with one. A thread that ends or loses time is replaced. */
async function inWorkers(queue: SourceFile[][], count: number, known: Known): Promise<void> {
  const next = queue.reverse()

  const work = async (): Promise<void> => {
    let worker: Worker | undefined
    try {
      for (let files = next.pop(); files !== undefined; files = next.pop()) {
        worker ??= open()
        const result = await asked(worker, files)
        if (result?.inTime) {
          await keep(files, result, known)
          continue
        }
        await worker.terminate()
        worker = undefined
        if (result !== undefined) {
          const left = await keep(files, result, known)
          if (left.length > 0) next.push([...left])
        } else if (files.length > 1) {
          // Which of them broke the thread is not known yet.
          next.push(...files.map(file => [file]))
        } else {
          known.set(files[0]!, await apart(files[0]!))
        }
      }
    } finally {
      await worker?.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, next.length) }, work))
}

function open(): Worker {
  return new Worker(WORKER, {
    workerData: getCompileCacheDir(),
    resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
}

/** Undefined when the thread ran out of memory. Whatever else ends it is no fault of the files. */
function asked(worker: Worker, files: readonly SourceFile[]): Promise<BatchResult | undefined> {
  return new Promise((resolve, reject) => {
    const forget = () => worker.off('message', answered).off('error', broken)
    const answered = (result: BatchResult) => {
      forget()
      resolve(result)
    }
    const broken = (error: NodeJS.ErrnoException) => {
      forget()
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(undefined)
      else reject(error)
    }
    worker.on('message', answered).on('error', broken).postMessage(files)
  })
}
