// The emergency stop: on every page, held for a moment to trip it, and a banner that says who did and why.
import { api } from '../api.ts'
import { may } from '../session.ts'
import { at, zoneName } from '../text/time.ts'
import { useTopic } from '../topics.ts'
import { HoldButton } from './hold-button.tsx'
import { Icon } from './icon.tsx'
import { toast, toastError } from './toasts.tsx'

export function StopButton() {
  const stop = useTopic('stop').rows.get('stop')
  if (!may('stop.trip') || stop?.engaged) return null

  return (
    <HoldButton
      class="stop-button"
      name="Emergency stop: hold for one and a half seconds, or hold Enter or Space"
      label="No new risk anywhere."
      icon={<Icon name="stop" size={18} />}
      onHeld={() => void trip()}
    >
      Stop
    </HoldButton>
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
