// A thread that examines the batches of files it is sent.
import { enableCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { SourceFile } from '../project/source-files.ts'

// Each thread has a cache of its own unless it is told to share that of the process.
if (typeof workerData === 'string') enableCompileCache(workerData)
const { examineBatch } = await import('./examine-batch.ts')

parentPort?.on('message', async (files: readonly SourceFile[]) => {
  parentPort?.postMessage(await examineBatch(files))
})
