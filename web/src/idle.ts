// Signs out a page that nobody touches: it asks the server for news by itself, so only the page knows that its person is gone.

const CHECK_MILLIS = 15_000
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

let touched = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

const touch = (): void => {
  touched = Date.now()
}

/** Calls `then` once when nothing was touched for so many minutes. Another call replaces the watch; zero ends it. */
export function watchIdle(minutes: number, then: () => void): void {
  clearInterval(timer)
  for (const kind of TOUCHES) removeEventListener(kind, touch)
  if (minutes <= 0) return

  touch()
  for (const kind of TOUCHES) addEventListener(kind, touch, { passive: true })
  timer = setInterval(() => {
    if (Date.now() - touched < minutes * 60_000) return
    watchIdle(0, then)
    then()
  }, CHECK_MILLIS)
}
