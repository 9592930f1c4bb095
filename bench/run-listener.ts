// A dashboard's server as a bench needs it: listens to a run in a process of its own, and pulls the stop when it is told to.
import { RunWatcher } from '../src/adapters/run-link/run-watcher.ts'
import { engageKill } from '../src/apps/kill-switch.ts'

/** From the bench: end, or stop everything now. */
export type ListenerOrder = 'end' | 'trip'
/** To the bench: a run is heard, how long a stop took to be obeyed in microseconds, or how many rows were heard. */
export type ListenerWord =
  | { readonly heard: string }
  | { readonly micros: number; readonly ok: boolean }
  | { readonly rows: number; readonly frames: number }

const [home = ''] = process.argv.slice(2)
const say = (word: ListenerWord): void => {
  process.send?.(word)
}
let run = ''
let rows = 0
let frames = 0
const watcher = new RunWatcher({
  home,
  onRun: found => {
    run = found.run
    say({ heard: run })
  },
  onRows: (_, frame) => {
    rows += frame.rows.length
    frames += 1
  },
})

process.on('message', (order: ListenerOrder) => {
  if (order === 'trip') void trip()
  else {
    say({ rows, frames })
    watcher.close()
    process.disconnect()
  }
})

async function trip(): Promise<void> {
  const begun = performance.now()
  const { durable } = engageKill(home, { mode: 'cancel', reason: 'measured', operator: 'bench' })
  const { ok } = await watcher.request(run, { type: 'stop-changed' })
  const micros = (performance.now() - begun) * 1_000
  await durable
  say({ micros, ok })
}
