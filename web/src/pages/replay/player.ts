// Plays the time machine: the moment as a signal that moves while it plays, at so much history in a second.
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { playedOn, type Span, within } from './timeline.ts'

/** How often the moment moves while it plays: charts and tables are drawn anew each time. */
const TICK_MILLIS = 100

export interface Player {
  /** UTC milliseconds. */
  readonly time: Signal<number>
  readonly playing: Signal<boolean>
  readonly play: () => void
  readonly pause: () => void
  readonly goTo: (time: number) => void
}

export function usePlayer(span: Span, start: number, speed: number): Player {
  const time = useSignal(within(span, start))
  const playing = useSignal(false)

  useEffect(() => {
    if (!playing.value) return
    let before = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      time.value = playedOn(span, time.value, now - before, speed)
      before = now
      if (time.value >= span.to) playing.value = false
    }, TICK_MILLIS)
    return () => clearInterval(timer)
  }, [playing.value, speed, span.from, span.to])

  return useMemo(
    () => ({
      time,
      playing,
      play: () => {
        // At the end, playing begins again.
        if (time.value >= span.to) time.value = span.from
        playing.value = true
      },
      pause: () => {
        playing.value = false
      },
      goTo: to => {
        playing.value = false
        time.value = within(span, to)
      },
    }),
    [span.from, span.to],
  )
}
