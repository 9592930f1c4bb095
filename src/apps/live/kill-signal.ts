// The emergency stop by a signal: SIGUSR2 to a run engages the kill switch of its state folder.
import { engageKill } from '../kill-switch.ts'

/** Listens until the returned function is called. `engaged` hears at once, so that no beat is waited for. */
export function heedKillSignal(home: string, engaged: () => void): () => void {
  // Windows has no such signal.
  if (process.platform === 'win32') return () => {}
  const onSignal = (): void => {
    const { durable } = engageKill(home, { mode: 'halt', reason: 'signal' })
    engaged()
    // It is in force; a disk that takes nothing shows in the journal first.
    durable.catch(() => {})
  }
  process.on('SIGUSR2', onSignal)
  return () => process.off('SIGUSR2', onSignal)
}
