// The slider of the time machine with its buttons, and below it what happened when.
import { useEffect, useRef } from 'preact/hooks'
import { colour } from '../../charts/colours.ts'
import { Icon } from '../../components/icon.tsx'
import { themeChanges } from '../../preferences.ts'
import { at, zoneName } from '../../text/time.ts'
import type { Player } from './player.ts'
import { type Happening, nextHappening, placeOf, type Span, timeAt } from './timeline.ts'

/** Steps of the slider: an arrow key moves one of them. */
const STEPS = 1_000
const TONES: Readonly<Record<Happening['kind'], string>> = { signal: 'violet', order: 'cyan', fill: 'amber' }
const ROWS: readonly Happening['kind'][] = ['signal', 'order', 'fill']
const STRIP_HEIGHT = 24

export interface TransportProps {
  readonly span: Span
  readonly player: Player
  readonly happenings: readonly Happening[]
  readonly kinds: ReadonlySet<Happening['kind']>
  readonly onKinds: (kinds: ReadonlySet<Happening['kind']>) => void
  /** The moment was chosen by hand: its address is written. */
  readonly onSettled: (time: number) => void
}

export function Transport({ span, player, happenings, kinds, onKinds, onSettled }: TransportProps) {
  const { time, playing } = player
  const step = (backwards: boolean): void => {
    const next = nextHappening(happenings, time.value, { kinds, backwards })
    if (!next) return
    player.goTo(next.time)
    onSettled(next.time)
  }
  const toggle = (): void => {
    if (playing.value) {
      player.pause()
      onSettled(time.value)
    } else player.play()
  }

  return (
    <div class="transport">
      <div class="transport-row">
        <button
          type="button"
          class="icon-button"
          aria-label="Step back to what happened before"
          title="Step back"
          onClick={() => step(true)}
        >
          <span class="flipped">
            <Icon name="right" size={20} />
          </span>
        </button>
        <button type="button" class="transport-play" aria-label={playing.value ? 'Pause' : 'Play'} onClick={toggle}>
          <Icon name={playing.value ? 'pause' : 'play'} size={18} />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label="Step to what happens next"
          title="Step on"
          onClick={() => step(false)}
        >
          <Icon name="right" size={20} />
        </button>
        <output class="transport-time" aria-live="off">
          {at(time.value, 'date-time-seconds')} <small>{zoneName()}</small>
        </output>
        <fieldset class="transport-kinds" aria-label="What a step goes to">
          {ROWS.map(kind => (
            <label key={kind} class="toggle">
              <input
                type="checkbox"
                checked={kinds.has(kind)}
                onChange={event => {
                  const next = new Set(kinds)
                  if (event.currentTarget.checked) next.add(kind)
                  else next.delete(kind)
                  onKinds(next)
                }}
              />
              <span class={`kind-dot ${kind}`} aria-hidden="true" />
              <span>{kind}s</span>
            </label>
          ))}
        </fieldset>
      </div>
      <input
        class="transport-slider"
        type="range"
        min={0}
        max={STEPS}
        step="any"
        value={placeOf(span, time.value) * STEPS}
        aria-label="Moment of the run"
        aria-valuetext={`${at(time.value, 'date-time-seconds')} ${zoneName()}`}
        onInput={event => player.goTo(timeAt(span, Number(event.currentTarget.value) / STEPS))}
        onChange={() => onSettled(time.value)}
        onKeyDown={event => {
          const move = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 50, PageDown: -50 }[event.key]
          if (event.key === ' ') {
            event.preventDefault()
            toggle()
          } else if (event.key === 'n' || event.key === 'p') step(event.key === 'p')
          else if (move !== undefined) {
            event.preventDefault()
            const next = timeAt(span, placeOf(span, time.value) + move / STEPS)
            player.goTo(next)
            onSettled(next)
          }
        }}
      />
      <Strip span={span} happenings={happenings} />
      <div class="transport-ends">
        <span>{at(span.from)}</span>
        <span class="transport-keys">
          <kbd>Space</kbd> play · <kbd>←</kbd> <kbd>→</kbd> move · <kbd>n</kbd> <kbd>p</kbd> next, previous
        </span>
        <span>{at(span.to)}</span>
      </div>
    </div>
  )
}

/** One thin line for each happening, a row for each kind. */
function Strip({ span, happenings }: { readonly span: Span; readonly happenings: readonly Happening[] }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const look = themeChanges.value
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = (): void => {
      const scale = devicePixelRatio
      const width = element.clientWidth
      element.width = width * scale
      element.height = STRIP_HEIGHT * scale
      const pen = element.getContext('2d')
      if (!pen) return
      pen.scale(scale, scale)
      const row = STRIP_HEIGHT / ROWS.length
      for (const [i, kind] of ROWS.entries()) {
        pen.fillStyle = colour('line')
        pen.fillRect(0, i * row + row / 2, width, 1)
        pen.fillStyle = colour(TONES[kind])
        for (const one of happenings)
          if (one.kind === kind) pen.fillRect(placeOf(span, one.time) * (width - 1), i * row + 1, 1, row - 2)
      }
    }
    const observer = new ResizeObserver(draw)
    observer.observe(element)
    return () => observer.disconnect()
  }, [happenings, span.from, span.to, look])

  const counts = ROWS.map(kind => `${happenings.filter(one => one.kind === kind).length} ${kind}s`).join(', ')
  return <canvas ref={canvas} class="transport-strip" role="img" aria-label={`Over the run: ${counts}`} />
}
