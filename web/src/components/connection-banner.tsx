// Says when the live word was lost and since when everything on the page is old; nothing while it comes.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { socket } from '../socket.ts'
import { at, zoneName } from '../text/time.ts'

/** A connection that is back within this time is not worth a word. */
const PATIENCE_MILLIS = 1_500

export function ConnectionBanner() {
  const state = socket.state.value
  const lost = state === 'waiting' || state === 'connecting'
  const late = useSignal(false)
  useEffect(() => {
    if (!lost) {
      late.value = false
      return
    }
    const timer = setTimeout(() => {
      late.value = true
    }, PATIENCE_MILLIS)
    return () => clearTimeout(timer)
  }, [lost])

  if (!lost || !late.value) return null
  const heard = socket.heard.value
  return (
    <div class="banner warn" role="status">
      <strong>Connection lost.</strong>
      {heard === undefined ? 'No live word yet.' : `What you see is stale since ${at(heard, 'time-seconds')} ${zoneName()}.`} The
      page comes back by itself.
    </div>
  )
}
