// What a paper run is started with, beside its configuration.
import type { Routes } from '../../connectivity/network.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { Note } from './step-notes.ts'

export interface PaperOptions {
  readonly home: string
  readonly signal: AbortSignal
  readonly onNote: (note: Note) => void
  /** A recording's folder, or captured frames, to play instead of live feeds. */
  readonly replay?: string
  readonly forMillis?: number
  /** Of a recording: recorded seconds per second of the clock; as fast as it goes when left out. Only then are people heeded. */
  readonly speed?: number
  /** Put the old journal aside and begin a new one. */
  readonly fresh?: boolean
  readonly routes?: Routes
  readonly sources?: readonly SourceDescriptor[]
}
