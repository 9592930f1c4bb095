// A run with the dashboard beside it, where that is wished.
import type { Note } from '../live/step-notes.ts'

/** Plays while a server serves the state folder; one that was started for it ends with it. */
export async function besideServer<Result>(
  wished: boolean,
  { home, onNote }: { readonly home: string; readonly onNote: (note: Note) => void },
  play: () => Promise<Result>,
): Promise<Result> {
  if (!wished) return await play()
  const { ServerChild } = await import('../live/server-child.ts')
  const server = await ServerChild.start(home, onNote)
  try {
    return await play()
  } finally {
    server.stop()
  }
}
