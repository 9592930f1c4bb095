// What the person prefers, kept with the account; a copy in this browser lets the first paint have the right colours.
import { effect, signal } from '@preact/signals'
import type { ReplyOf } from '../../src/wire/contract.ts'

export type Preferences = ReplyOf<'GET /settings'>['preferences']

const KEPT = 'quadrant.preferences'
const USUAL: Preferences = { theme: 'system', timeZone: 'UTC', upColour: 'green', density: 'comfortable', watchlist: [] }

export const preferences = signal<Preferences>(kept())

function kept(): Preferences {
  try {
    return { ...USUAL, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Preferences>) }
  } catch {
    return USUAL
  }
}

/** Writes them on the document, where the design's tokens read them, and listens to the system's theme. */
export function applyPreferences(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const system = signal(dark.matches)
  dark.addEventListener('change', () => {
    system.value = dark.matches
  })

  effect(() => {
    const { theme, upColour, density } = preferences.value
    const root = document.documentElement
    root.dataset['theme'] = theme === 'system' ? (system.value ? 'dark' : 'light') : theme
    root.dataset['up'] = upColour
    root.dataset['density'] = density
    themeChanges.value = `${root.dataset['theme']} ${upColour} ${density}`
    try {
      localStorage.setItem(KEPT, JSON.stringify(preferences.value))
    } catch {
      // Storage is off: the account keeps them anyway.
    }
  })
}

/** Changes whenever colours do: what is drawn on a canvas is drawn again. */
export const themeChanges = signal('')
