// Chooses what is drawn: first run, sign in, or the shell with the page of the address, loaded when it is first opened.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError } from './api.ts'
import { ConfirmPassword } from './components/confirm-password.tsx'
import { Shell } from './components/shell.tsx'
import { EmptyState, ErrorPanel, Skeleton } from './components/states.tsx'
import { Toasts } from './components/toasts.tsx'
import { PAGES, type PageProps, type PageRow } from './pages.ts'
import { match, place } from './router.ts'
import { may, session, sessionError, setupNeeded, startSession } from './session.ts'

type Door = ComponentType<Record<never, never>>
const DOORS = {
  setup: { title: 'First run', load: () => import('./pages/first-run.tsx') },
  signIn: { title: 'Sign in', load: () => import('./pages/sign-in.tsx') },
} as const

/** Pages that were loaded, or why one could not be. */
const loaded = signal<ReadonlyMap<unknown, ComponentType<PageProps> | ApiError>>(new Map())

export function App() {
  const who = session.value
  return (
    <>
      {sessionError.value ? (
        <main class="door">
          <ErrorPanel error={sessionError.value} retry={() => void startSession()} />
        </main>
      ) : who === undefined ? (
        <main class="door" aria-busy="true" />
      ) : who === null ? (
        <Loaded from={setupNeeded.value ? DOORS.setup : DOORS.signIn} props={{ params: {}, query: place.value.query }} />
      ) : (
        <Shell>
          <OpenPage />
        </Shell>
      )}
      <ConfirmPassword />
      <Toasts />
    </>
  )
}

function OpenPage() {
  const { path, query } = place.value
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  const found = findPage(path)

  // A new page is announced and walked from its beginning; the first one leaves the focus where the browser put it.
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true })
    first.current = false
  }, [path])

  return (
    <main id="main" ref={main} tabIndex={-1}>
      {!found ? (
        <NotFound path={path} />
      ) : found.page.right && !may(found.page.right) ? (
        <EmptyState icon="key" title="This page is not for your role">
          It needs the right {found.page.right}. An admin can give it on the page of users.
        </EmptyState>
      ) : (
        <Loaded key={path} from={found.page} props={{ params: found.params, query }} />
      )}
    </main>
  )
}

export function findPage(
  path: string,
): { readonly page: PageRow; readonly params: Readonly<Record<string, string>> } | undefined {
  for (const page of PAGES) {
    const params = match(page.path, path)
    if (params) return { page, params }
  }
  return undefined
}

interface LoadedProps {
  readonly from: { readonly title: string; readonly load: () => Promise<{ readonly default: ComponentType<PageProps> | Door }> }
  readonly props: PageProps
}

function Loaded({ from, props }: LoadedProps) {
  useEffect(() => {
    document.title = `${props.params['id'] ?? from.title} · Quadrant`
    if (loaded.value.get(from) === undefined) void load(from)
  }, [from, props.params['id']])

  const Component = loaded.value.get(from)
  if (Component instanceof ApiError) return <ErrorPanel error={Component} retry={() => location.reload()} />
  return Component ? <Component {...props} /> : <Skeleton lines={8} />
}

async function load(from: LoadedProps['from']): Promise<void> {
  const component = await from.load().then(
    module => module.default as ComponentType<PageProps>,
    () =>
      new ApiError(0, {
        code: 'PAGE_NOT_LOADED',
        message: 'The script of this page could not be loaded.',
        fix: 'The server was updated or is away: load the page again.',
        correlationId: '',
      }),
  )
  loaded.value = new Map(loaded.value).set(from, component)
}

const NotFound = ({ path }: { readonly path: string }) => (
  <>
    <h1 class="visually-hidden">Not found</h1>
    <EmptyState
      icon="search"
      title={`There is no page ${path}`}
      action={
        <a class="button primary" href="/">
          Go to Home
        </a>
      }
    >
      It may have moved. Press Ctrl K (⌘ K) to find pages and instruments.
    </EmptyState>
  </>
)
