// Which page is open: the History API as a signal, so that every page and its state has an address of its own.
import { signal } from '@preact/signals'

export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

const here = (): Place => ({ path: decoded(location.pathname), query: new URLSearchParams(location.search) })

export const place = signal<Place>(typeof location === 'undefined' ? { path: '/', query: new URLSearchParams() } : here())

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Goes to an address of the dashboard. Scrolls up when the page is another one. */
export function go(address: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const before = location.pathname
  history[replace ? 'replaceState' : 'pushState']({}, '', address)
  place.value = here()
  if (location.pathname !== before) scrollTo(0, 0)
}

/** Changes the state of the open page in its address; an empty value takes the word away. */
export function setQuery(changes: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(location.search)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === '') query.delete(key)
    else query.set(key, value)
  }
  const text = query.toString()
  go(`${location.pathname}${text === '' ? '' : `?${text}`}`, { replace: true })
}

/** Words of a path that fit a pattern: match('/instruments/:id', '/instruments/EURUSD.OTC') → { id: 'EURUSD.OTC' }. */
export function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const given = path.replace(/(.)\/$/, '$1').split('/')
  if (wanted.length !== given.length) return undefined

  const words: Record<string, string> = {}
  for (const [i, word] of wanted.entries()) {
    if (word.startsWith(':')) words[word.slice(1)] = given[i]!
    else if (word !== given[i]) return undefined
  }
  return words
}

/** Listens to the back button and to links; links to elsewhere, to files and with modifier keys stay the browser's. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    place.value = here()
  })
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return
    if (link.pathname.startsWith('/api/')) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}
