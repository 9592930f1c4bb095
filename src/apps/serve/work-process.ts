// A process of its own for work that would make the server wait: runs, and explanations, which make a run again.

import { explained } from '../cli/trouble.ts'
import type { Note } from '../live/step-notes.ts'
import type { WorkOrder, WorkReport } from './work-order.ts'

const stopping = new AbortController()
const report = (message: WorkReport): void => {
  process.send?.(message)
}

// Ctrl-C reaches every process of a terminal: this one ends when the server says so, or when it is gone.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => stopping.abort())
process.on('disconnect', () => stopping.abort())
process.on('message', (message: WorkOrder) => {
  if (message.type === 'stop') stopping.abort()
  else void work(message)
})

async function work(order: Exclude<WorkOrder, { type: 'stop' }>): Promise<void> {
  try {
    report(order.type === 'explain' ? await explanation(order) : { type: 'done', run: await job(order) })
  } catch (error) {
    const { code, message, fix } = explained(error)
    report({ type: 'failed', error: { code, message, fix } })
  }
  process.disconnect?.()
}

async function explanation({ home, run, question }: Extract<WorkOrder, { type: 'explain' }>): Promise<WorkReport> {
  const { explain } = await import('../explain.ts')
  const found = await explain(home, run, question)
  return { type: 'explained', links: 'chain' in found ? found.chain : found.reasons }
}

async function job({ kind, home, file, set, replay, speed }: Extract<WorkOrder, { type: 'job' }>): Promise<string> {
  const { readCheckedConfig } = await import('../checked-config.ts')
  const config = await readCheckedConfig(file, set)
  const { signal } = stopping
  const progress = throttled((done: number, total: number) =>
    report({ type: 'progress', done, total, words: `${done} of ${total} events` }),
  )

  const pace = speed === undefined ? {} : { speed }
  if (kind === 'backtest') {
    const { runBacktest } = await import('../backtest.ts')
    return (await runBacktest(config, { home, signal, onProgress: progress })).id
  }
  if (kind === 'replay') {
    const { runReplay } = await import('../replay.ts')
    // One that was played before would be over at once, whatever its speed.
    return (await runReplay(config, { home, signal, onProgress: progress, ...pace, fresh: true })).id
  }
  const { runPaper } = await import('../live/paper.ts')
  return (await runPaper(config, { home, signal, onNote: sayNote, ...(replay === undefined ? {} : { replay }), ...pace })).id
}

/** What a person would like to see of a run that has no end: its start, and what it last did. */
function sayNote(note: Note): void {
  const { type, time } = note
  if (type === 'start') report({ type: 'started', run: String(note['run']) })
  const about = [note['instrument'], note['source'], note['side'], note['to'], note['state'], note['reason']]
  const words = about.filter(word => typeof word === 'string' && word !== '').join(' ')
  report({ type: 'progress', done: null, total: null, words: `${time.slice(11, 19)} ${type} ${words}`.trim() })
}

const REPORT_MILLIS = 100

function throttled(tell: (done: number, total: number) => void): (done: number, total: number) => void {
  let next = 0
  return (done, total) => {
    const now = performance.now()
    if (now < next && done < total) return
    next = now + REPORT_MILLIS
    tell(done, total)
  }
}
