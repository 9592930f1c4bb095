// Ctrl K (⌘ K): pages, instruments and actions by a few letters of their name.
import { signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { api } from '../api.ts'
import { useLoad } from '../load.ts'
import { PAGES } from '../pages.ts'
import { preferences } from '../preferences.ts'
import { go } from '../router.ts'
import { may, signOut } from '../session.ts'
import { Icon, type IconName } from './icon.tsx'

export interface PaletteAction {
  readonly label: string
  readonly hint: string
  readonly icon: IconName
  readonly act: () => void
}

const open = signal(false)
export const openPalette = (): void => {
  open.value = true
}

export function Palette() {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      open.value = !open.value
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
  return open.value ? <OpenPalette /> : null
}

function OpenPalette() {
  const dialog = useRef<HTMLDialogElement>(null)
  const words = useSignal('')
  const active = useSignal(0)
  const instruments = useLoad(signal => api('GET /instruments', { signal }), [])
  useEffect(() => {
    dialog.current?.showModal()
  }, [])

  const all = useMemo(
    () => [...pages(), ...(instruments.value.value?.items ?? []).map(({ id, name }) => instrument(id, name)), ...actions()],
    [instruments.value.value],
  )
  const found = all
    .filter(({ label, hint }) => fits(words.value, `${label} ${hint}`))
    .toSorted((a, b) => Number(begins(words.value, b.label)) - Number(begins(words.value, a.label)))
    .slice(0, 12)
  const choose = (action: PaletteAction | undefined): void => {
    if (!action) return
    open.value = false
    action.act()
  }
  const move = (by: number): void => {
    active.value = Math.max(0, Math.min(found.length - 1, active.value + by))
  }

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Search or act"
      onClose={() => (open.value = false)}
      onClick={event => {
        if (event.target === event.currentTarget) open.value = false
      }}
    >
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${active.value}` : undefined}
        aria-label="Page, instrument or action"
        placeholder="Page, instrument or action"
        value={words.value}
        onInput={event => {
          words.value = event.currentTarget.value
          active.value = 0
        }}
        onKeyDown={event => {
          if (event.key === 'ArrowDown') move(1)
          else if (event.key === 'ArrowUp') move(-1)
          else if (event.key === 'Enter') choose(found[active.value])
          else return
          event.preventDefault()
        }}
      />
      <div class="palette-list" id="palette-list" role="listbox" aria-label="Found">
        {found.map((action, i) => (
          <div
            key={action.label + action.hint}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === active.value}
            onClick={() => choose(action)}
            onPointerMove={() => (active.value = i)}
          >
            <Icon name={action.icon} /> <span>{action.label}</span> <em>{action.hint}</em>
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="palette-none">Nothing is called “{words.value}”.</p>}
    </dialog>
  )
}

const pages = (): PaletteAction[] =>
  PAGES.filter(({ group, right }) => group && (!right || may(right))).map(({ path, title, icon }) => ({
    label: title,
    hint: 'page',
    icon,
    act: () => go(path),
  }))

const instrument = (id: string, name: string): PaletteAction => ({
  label: id,
  hint: name,
  icon: 'markets',
  act: () => go(`/instruments/${encodeURIComponent(id)}`),
})

const actions = (): PaletteAction[] => [
  {
    label: 'Change between dark and light',
    hint: 'action',
    icon: 'settings',
    act: () => {
      const theme = document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark'
      preferences.value = { ...preferences.value, theme }
      void api('PUT /settings', { body: preferences.value }).catch(() => {})
    },
  },
  {
    label: 'API documentation',
    hint: 'opens /api/docs',
    icon: 'link',
    act: () => window.open('/api/docs', '_blank', 'noopener'),
  },
  { label: 'Sign out', hint: 'action', icon: 'out', act: () => void signOut() },
]

const begins = (words: string, label: string): boolean => label.toLowerCase().startsWith(words.trim().toLowerCase())

/** Every word that was typed begins somewhere in the text. */
const fits = (words: string, text: string): boolean => {
  const target = text.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every(word => target.includes(word))
}
