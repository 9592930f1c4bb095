// The client of the API, typed by the contract: api('GET /orders', { query: { run } }). Knows CSRF, refresh and errors.
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteName } from '../../src/wire/contract.ts'

/** Fields with a usual value on the server need not be given. */
type Lenient<Query> = Omit<Query, 'limit' | 'offset' | 'levels'> &
  Partial<Pick<Query, Extract<keyof Query, 'limit' | 'offset' | 'levels'>>>
type Needs<Key extends string, Value> = [Value] extends [undefined] ? unknown : { readonly [K in Key]: Value }
type MayGive<Query> = [Query] extends [undefined]
  ? unknown
  : Record<never, never> extends Lenient<Query>
    ? { readonly query?: Lenient<Query> }
    : { readonly query: Lenient<Query> }

export type ApiInput<Name extends RouteName> = Needs<'params', ParamsOf<Name>> &
  Needs<'body', BodyOf<Name>> &
  MayGive<QueryOf<Name>> & { readonly signal?: AbortSignal }

/** Required only where the route needs something. */
type Arguments<Name extends RouteName> =
  Record<never, never> extends ApiInput<Name> ? [input?: ApiInput<Name>] : [input: ApiInput<Name>]

/** What the server answered instead of what was asked for; `code` NETWORK when it did not answer. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly fix: string
  readonly correlationId: string

  constructor(status: number, { code, message, fix, correlationId }: ErrorBody) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.fix = fix
    this.correlationId = correlationId
  }
}

interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly correlationId: string
}

interface Loose {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const ROOT = '/api/v1'
/** Refusals that a new access token may cure: it has ended, or the browser has let go of its cookie. A wrong password is none. */
const RENEWABLE: ReadonlySet<string> = new Set(['ACCESS_EXPIRED', 'SIGN_IN_REQUIRED'])
/** The name of the lock that the pages of this browser pass on to each other. */
const REFRESH = 'quadrant-refresh'
let csrf = ''
let refreshing: Promise<boolean> | undefined
let signedOut: () => void = () => {}
let renewed: (session: ReplyOf<'GET /session'>) => void = () => {}

/** Called with every session the server gives; its word goes with each request that changes something. */
export const useCsrf = (word: string): void => {
  csrf = word
}
/** What to do when neither the access token nor the refresh token is good any more. */
export const onSignedOut = (then: () => void): void => {
  signedOut = then
}

/** What to do with each session that a refresh gave, or that another page of this browser began. */
export const onRenewed = (then: typeof renewed): void => {
  renewed = then
}
/** Takes the next access token before the present one ends; false when there is none to be had. */
export const renew = (): Promise<boolean> => refreshed()

/** Throws ApiError. A reply that is not JSON comes as text. */
export async function api<Name extends RouteName>(name: Name, ...[input]: Arguments<Name>): Promise<ReplyOf<Name>> {
  const given: Loose = (input ?? {}) as Loose
  const response = await send(name, given)

  if (response.ok) return (await reply(response)) as ReplyOf<Name>

  const first = await failure(response)
  // Another page of this browser has begun another session: a changed password, a second factor.
  if (first.code === 'CSRF_REFUSED' && (await readSession())) return (await reply(await send(name, given))) as ReplyOf<Name>
  if (response.status !== 401 || name.endsWith('/refresh') || !RENEWABLE.has(first.code)) {
    if (first.code === 'SESSION_ENDED') signedOut()
    throw first
  }
  if (!(await refreshed())) {
    signedOut()
    throw first
  }
  return (await reply(await send(name, given))) as ReplyOf<Name>
}

/** The address of a route, for links: pathOf('GET /runs/:id/report', { id }). */
export function pathOf(name: RouteName, params: Readonly<Record<string, string>> = {}, query: Loose['query'] = {}): string {
  const path = name.slice(name.indexOf(' ') + 1).replace(/:([a-z]+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(key, String(value))
  const text = search.toString()
  return `${ROOT}${path}${text === '' ? '' : `?${text}`}`
}

async function send(name: RouteName, { params, query, body, signal }: Loose): Promise<Response> {
  const method = name.slice(0, name.indexOf(' '))
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') {
    headers['content-type'] = 'application/json'
    if (csrf !== '') headers['x-csrf'] = csrf
  }

  try {
    return await fetch(pathOf(name, params, query), {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, {
      code: 'NETWORK',
      message: 'The server did not answer.',
      fix: 'See that `quadrant serve` runs and that this machine reaches it; the page goes on by itself when it is back.',
      correlationId: '',
    })
  }
}

async function reply(response: Response): Promise<unknown> {
  if (!response.ok) throw await failure(response)
  if (response.status === 204) return undefined
  return response.headers.get('content-type')?.includes('json') && !response.headers.get('content-type')?.includes('ndjson')
    ? await response.json()
    : await response.text()
}

async function failure(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { readonly error: ErrorBody }
    return new ApiError(response.status, error)
  } catch {
    return new ApiError(response.status, {
      code: `HTTP_${response.status}`,
      message: `The server answered with status ${response.status}.`,
      fix: 'Try again; if it stays, look into the log of the server.',
      correlationId: '',
    })
  }
}

/** However many requests meet an expired token, one refresh is asked for: a refresh token is good once. */
function refreshed(): Promise<boolean> {
  refreshing ??= alone().finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/**
 * The pages of a browser share their cookies, and a refresh token that comes twice ends the session as stolen: one page asks at
 * a time, and those that had to wait take what the first was given.
 */
function alone(): Promise<boolean> {
  const { locks } = navigator
  return locks.request(REFRESH, { ifAvailable: true }, lock =>
    lock === null ? locks.request(REFRESH, async () => (await readSession()) || (await refresh())) : refresh(),
  )
}

async function refresh(): Promise<boolean> {
  const response = await send('POST /session/refresh', {})
  if (!response.ok) return false
  take((await response.json()) as ReplyOf<'POST /session/refresh'>)
  return true
}

/** Takes the session that the browser's cookies stand for now; false when they stand for none. */
export async function readSession(): Promise<boolean> {
  const response = await send('GET /session', {})
  if (!response.ok) return false
  take((await response.json()) as ReplyOf<'GET /session'>)
  return true
}

function take(session: ReplyOf<'GET /session'>): void {
  useCsrf(session.csrf)
  renewed(session)
}
