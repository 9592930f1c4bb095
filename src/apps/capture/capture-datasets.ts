// The facts of captured files as datasets of the lake: which there are, how they are grouped, how they are written.
import { basename } from 'node:path'
import type { DatasetWriter } from '../../adapters/lake/dataset-writer.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { importGate, sort } from '../import.ts'
import type { SurveyedFile } from './capture-survey.ts'

/** Levels and facts held in memory at once; what is more is read in several passes. */
const HELD_ROWS = 1_000_000
const WRITTEN_AT_ONCE = 20_000

export interface Dataset {
  readonly file: SurveyedFile
  readonly instrumentId: string
  readonly kind: 'quote' | 'trade' | 'book'
  rows: number
  readonly events: FeedEvent[]
}

/** Hands a dataset's events on through the quality gate, in pieces. */
export class DatasetStream {
  readonly #dataset: Dataset
  readonly #writer: DatasetWriter
  readonly #gate

  constructor(dataset: Dataset, writer: DatasetWriter) {
    this.#dataset = dataset
    this.#writer = writer
    this.#gate = importGate(undefined)
  }

  async flush(): Promise<void> {
    const { events, file } = this.#dataset
    for (let at = 0; at < events.length; at += WRITTEN_AT_ONCE) {
      const { accepted, refused } = sort(events.slice(at, at + WRITTEN_AT_ONCE), this.#gate, basename(file.path))
      await this.#writer.add(accepted)
      await this.#writer.quarantine(refused)
    }
    events.length = 0
  }

  async end(): Promise<void> {
    await this.flush()
    await this.#writer.seal()
  }
}

export function subjectOf(event: FeedEvent): Pick<Dataset, 'kind' | 'instrumentId'> | undefined {
  switch (event.kind) {
    case 'quote':
    case 'trade':
      return { kind: event.kind, instrumentId: event.instrumentId }
    case 'book-snapshot':
    case 'book-change':
      return { kind: 'book', instrumentId: event.instrumentId }
    default:
      // Bars of a stream are made from its trades; releases do not come in captured sessions.
      return undefined
  }
}

export const keyOf = (file: SurveyedFile, { kind, instrumentId }: Pick<Dataset, 'kind' | 'instrumentId'>): string =>
  `${file.checksum} ${kind} ${instrumentId}`

export const rowsOf = (event: FeedEvent): number =>
  event.kind === 'book-snapshot' || event.kind === 'book-change' ? 1 + event.bids.length + event.asks.length : 1

/** Together within the bound; one that is larger alone. */
export function groupsOf(datasets: readonly Dataset[]): Dataset[][] {
  const groups: Dataset[][] = []
  let rows = Number.POSITIVE_INFINITY
  for (const dataset of datasets) {
    if (rows + dataset.rows > HELD_ROWS) {
      groups.push([])
      rows = 0
    }
    groups.at(-1)!.push(dataset)
    rows += dataset.rows
  }
  return groups
}
