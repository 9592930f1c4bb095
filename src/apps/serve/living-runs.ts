// What living runs say, passed on to everybody who looks: rows enter the hub as they come and leave it with their run.
import type { RunWatcherOptions } from '../../adapters/run-link/run-watcher.ts'
import { TOPICS, type Topic } from '../../wire/topics.ts'

type Rows = Parameters<RunWatcherOptions['onRows']>
type Announced = Rows[0]
type Frame = Rows[1]

/** Where rows are put for everybody: the hub, the metrics. */
export type RowSink = (topic: Topic, rows: readonly object[], gone: readonly string[], from: string) => void

/** Said by the server alone, whatever a run says. */
const OWN: readonly Topic[] = ['stop', 'jobs', 'health', 'logs']

export class LivingRuns {
  readonly #sink: RowSink
  /** Who said a key last, by topic: two runs may read the same instrument. */
  readonly #owners = new Map<Topic, Map<string, Set<string>>>()

  constructor(sink: RowSink) {
    this.#sink = sink
  }

  take({ run }: Announced, { topic, rows, gone = [] }: Frame): void {
    if (OWN.includes(topic)) return
    const isTable = TOPICS[topic].kind === 'table'
    if (isTable) for (const row of rows) this.#ownersOf(topic, (row as { readonly key: string }).key).add(run)
    const left = gone.filter(key => this.#leaves(topic, key, run))
    this.#sink(topic, rows as readonly object[], left, run)
  }

  /** Everything that only this run said is no more; what is finished of it is in the history. */
  end({ run }: Announced): void {
    for (const [topic, keys] of this.#owners) {
      const left = [...keys].filter(([key, owners]) => owners.has(run) && this.#leaves(topic, key, run)).map(([key]) => key)
      if (left.length > 0) this.#sink(topic, [], left, run)
    }
  }

  #ownersOf(topic: Topic, key: string): Set<string> {
    let keys = this.#owners.get(topic)
    if (keys === undefined) {
      keys = new Map()
      this.#owners.set(topic, keys)
    }
    let owners = keys.get(key)
    if (owners === undefined) {
      owners = new Set()
      keys.set(key, owners)
    }
    return owners
  }

  /** True when nobody else says this key. */
  #leaves(topic: Topic, key: string, run: string): boolean {
    const keys = this.#owners.get(topic)
    const owners = keys?.get(key)
    if (keys === undefined || owners === undefined) return true
    owners.delete(run)
    if (owners.size > 0) return false
    keys.delete(key)
    return true
  }
}
