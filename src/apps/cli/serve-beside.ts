// A run with the dashboard beside it, where that is wished.
import type { Command } from 'commander'
import type { Note } from '../live/step-notes.ts'
import type { Terminal } from './terminal.ts'

/** What a command that may start a server was told about it. */
export interface BesideOptions {
  readonly serve: boolean
  readonly port: string
  readonly metricsPort: string
}

export const withBesideOptions = (command: Command, when = ''): Command =>
  command
    .option('--no-serve', `${when}do not start the dashboard beside it`)
    .option('--port <n>', 'where that dashboard listens; 0 takes a free one', '8443')
    .option('--metrics-port <n>', 'where Prometheus reads it; 0 takes a free one', '9090')

interface Beside {
  readonly home: string
  readonly options: BesideOptions
  readonly terminal: Terminal
  readonly onNote: (note: Note) => void
}

/** Plays while a server serves the state folder; one that was started for it ends with it. */
export async function besideServer<Result>(
  wished: boolean,
  { home, options: { port, metricsPort }, terminal, onNote }: Beside,
  play: () => Promise<Result>,
): Promise<Result> {
  if (!wished) return await play()
  const { ServerChild } = await import('../live/server-child.ts')
  const onFirst = (url: string): void => terminal.note(`There is no account yet. Make the owner: ${url}`)
  const server = await ServerChild.start({ home, onNote, onFirst, port, metricsPort })
  try {
    return await play()
  } finally {
    server.stop()
  }
}
