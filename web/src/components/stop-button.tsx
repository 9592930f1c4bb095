// The emergency stop: on every page, held for a moment to trip it, and a banner that says who did and why.
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api } from '../api.ts'
import { may } from '../session.ts'
import { at, zoneName } from '../text/time.ts'
import { useTopic } from '../topics.ts'
import { Icon } from './icon.tsx'
import { toast, toastError } from './toasts.tsx'

/** Long enough to be meant, short enough for an emergency. */
const HOLD_MILLIS = 1_500

export function StopButton() {
  const stop = useTopic('stop').rows.get('stop')
  const held = useSignal(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const release = (): void => {
    clearTimeout(timer.current)
    held.value = false
  }
  const press = (): void => {
    if (held.value) return
    held.value = true
    timer.current = setTimeout(() => {
      release()
      void trip()
    }, HOLD_MILLIS)
  }
  useEffect(() => release, [])
  if (!may('stop.trip') || stop?.engaged) return null

  return (
    <button
      type="button"
      class={`stop-button ${held.value ? 'held' : ''}`}
      aria-label="Emergency stop: hold for one and a half seconds, or hold Enter or Space"
      title="Hold for 1.5 seconds: no new risk anywhere"
      onPointerDown={event => {
        if (event.button === 0) press()
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={event => event.preventDefault()}
      onKeyDown={event => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        if (!event.repeat) press()
      }}
      onKeyUp={release}
      onBlur={release}
    >
      <Icon name="stop" size={18} />
      <span>{held.value ? 'Keep holding' : 'Stop'}</span>
    </button>
  )
}

async function trip(): Promise<void> {
  try {
    await api('POST /emergency-stop', { body: { reason: 'Held the stop button of the dashboard' } })
    toast({ kind: 'bad', text: 'Emergency stop engaged: no new risk anywhere.' })
  } catch (error) {
    toastError(error)
  }
}

export function StopBanner() {
  const stop = useTopic('stop').rows.get('stop')
  if (!stop?.engaged) return null
  return (
    <div class="banner stop" role="alert">
      <Icon name="stop" size={18} />
      <span>
        <strong>Emergency stop.</strong> No new risk anywhere since {at(stop.time, 'date-time-seconds')} {zoneName()}, by{' '}
        {stop.operator}: {stop.reason}
      </span>
      <a class="button" href="/risk">
        {may('stop.reset') ? 'Look and reset' : 'Look'}
      </a>
    </div>
  )
}
