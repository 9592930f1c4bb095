// A button that acts only after it was held for a moment: for what is grave and cannot be undone by a second click.
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Long enough to be meant, short enough for an emergency. */
const HOLD_MILLIS = 1_500

export interface HoldButtonProps {
  /** What it does, in a sentence. */
  readonly label: string
  readonly onHeld: () => void
  readonly disabled?: boolean
  /** Instead of the usual look. */
  readonly class?: string
  /** What it is called where its words are too short for that. */
  readonly name?: string
  /** Stays while it is held. */
  readonly icon?: ComponentChildren
  readonly children: ComponentChildren
}

/** With the pointer, or with Enter or Space held down. */
export function HoldButton({
  label,
  onHeld,
  disabled = false,
  class: look = 'hold-button',
  name,
  icon,
  children,
}: HoldButtonProps) {
  const held = useSignal(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const release = (): void => {
    clearTimeout(timer.current)
    held.value = false
  }
  const press = (): void => {
    if (held.value || disabled) return
    held.value = true
    timer.current = setTimeout(() => {
      release()
      onHeld()
    }, HOLD_MILLIS)
  }
  useEffect(() => release, [])

  return (
    <button
      type="button"
      class={`${look} ${held.value ? 'held' : ''}`}
      aria-label={name}
      disabled={disabled}
      title={`${label} Hold for one and a half seconds, or hold Enter or Space.`}
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
      {icon}
      <span>{held.value ? 'Keep holding' : children}</span>
    </button>
  )
}
