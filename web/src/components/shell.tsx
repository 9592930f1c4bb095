// The frame around every page: navigation, the mode, the emergency stop, how old the live word is.
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { type NavigationGroup, PAGES, type PageRow } from '../pages.ts'
import { match, place } from '../router.ts'
import { may, session, signOut } from '../session.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { Icon } from './icon.tsx'
import { ModeBanner } from './mode-banner.tsx'
import { openPalette, Palette } from './palette.tsx'
import { StopBanner, StopButton } from './stop-button.tsx'

const GROUPS: readonly { readonly id: NavigationGroup; readonly title: string }[] = [
  { id: 'watch', title: 'Watch' },
  { id: 'trade', title: 'Trade' },
  { id: 'research', title: 'Research' },
  { id: 'house', title: 'House' },
]

export function Shell({ children }: { readonly children: ComponentChildren }) {
  const sheet = useSignal(false)
  const pages = PAGES.filter(({ group, right }) => group && (!right || may(right)))
  // A tap on a page closes the sheet.
  const close = (): void => {
    sheet.value = false
  }

  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <nav class="side-nav" aria-label="Pages">
        <Brand />
        {GROUPS.map(group => (
          <NavigationList key={group.id} title={group.title} pages={pages.filter(page => page.group === group.id)} />
        ))}
        <Person />
      </nav>
      <div class="stage">
        <header class="top">
          <Brand />
          <ModeBanner />
          <button type="button" class="palette-button" aria-label="Search or act Ctrl K" onClick={openPalette}>
            <Icon name="search" /> <span>Search or act</span> <kbd>Ctrl K</kbd>
          </button>
          <StopButton />
        </header>
        <StopBanner />
        <ConnectionBanner />
        {children}
      </div>
      <nav class="bar" aria-label="Main pages">
        {pages
          .filter(({ bar }) => bar)
          .map(page => (
            <NavigationLink key={page.path} page={page} />
          ))}
        <button type="button" class="nav-link" aria-expanded={sheet.value} onClick={() => (sheet.value = !sheet.value)}>
          <Icon name="more" size={20} /> <span>More</span>
        </button>
      </nav>
      {sheet.value && (
        <div class="sheet">
          <button type="button" class="sheet-scrim" aria-label="Close the list of pages" onClick={close} />
          <nav aria-label="All pages" onClick={close}>
            {GROUPS.map(group => (
              <NavigationList key={group.id} title={group.title} pages={pages.filter(page => page.group === group.id)} />
            ))}
            <Person />
          </nav>
        </div>
      )}
      <Palette />
    </div>
  )
}

const Brand = () => (
  <a class="brand" href="/" aria-label="Quadrant, home">
    <img src="/favicon.svg" alt="" width="22" height="22" />
    <span>Quadrant</span>
  </a>
)

function NavigationList({ title, pages }: { readonly title: string; readonly pages: readonly PageRow[] }) {
  if (pages.length === 0) return null
  return (
    <section class="nav-group">
      <h2>{title}</h2>
      <ul>
        {pages.map(page => (
          <li key={page.path}>
            <NavigationLink page={page} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function NavigationLink({ page }: { readonly page: PageRow }) {
  const path = place.value.path
  const here = match(page.path, path) !== undefined || (page.path !== '/' && path.startsWith(`${page.path}/`))
  return (
    <a class="nav-link" href={page.path} aria-current={here ? 'page' : undefined}>
      <Icon name={page.icon} size={18} /> <span>{page.title}</span>
    </a>
  )
}

function Person() {
  const user = session.value?.user
  if (!user) return null
  return (
    <div class="person">
      <div class="person-name">
        <strong>{user.name}</strong>
        <span>{user.roles.join(' · ')}</span>
      </div>
      <button type="button" class="icon-button" aria-label="Sign out" title="Sign out" onClick={() => void signOut()}>
        <Icon name="out" />
      </button>
    </div>
  )
}
