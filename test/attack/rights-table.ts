// Who may call what, written out by hand: when a route's right changes, or a route is new, somebody has to say so here.
import type { RouteName } from '../../src/wire/contract.ts'
import type { Role } from '../../src/wire/route.ts'
import type { Topic } from '../../src/wire/topics.ts'

export interface Row {
  /** In person, signed in. 'nobody' needs no sign-in at all. */
  readonly people: 'nobody' | readonly Role[]
  /** Scopes of API tokens that are enough, of an owner who has every role. */
  readonly tokens: readonly Role[]
  /** Only with a sign-in of the last five minutes; a token never has one. */
  readonly fresh?: true
}

const ALL: readonly Role[] = ['read', 'trade', 'admin']

const OPEN: Row = { people: 'nobody', tokens: ALL }
const OWN: Row = { people: ALL, tokens: [] }
const OWN_FRESH: Row = { people: ALL, tokens: [], fresh: true }
const EVERYBODY: Row = { people: ALL, tokens: ALL }
const TRADERS: Row = { people: ['trade'], tokens: ['trade'] }
const TRADERS_AND_ADMINS: Row = { people: ['trade', 'admin'], tokens: ['trade', 'admin'] }
const ADMINS: Row = { people: ['admin'], tokens: ['admin'] }
const ADMINS_FRESH: Row = { people: ['admin'], tokens: [], fresh: true }

/** A route of the contract without a row here is a type error. */
export const ROWS: Readonly<Record<RouteName, Row>> = {
  'GET /setup': OPEN,
  'POST /setup': OPEN,
  'POST /session': OPEN,
  'GET /session': OWN,
  'DELETE /session': OWN,
  'POST /session/refresh': OPEN,
  'POST /session/confirm': OWN,
  'GET /sessions': OWN,
  'DELETE /sessions/:id': OWN,
  'POST /password': OWN,
  'POST /second-factor': OWN_FRESH,
  'PUT /second-factor': OWN,
  'DELETE /second-factor': OWN_FRESH,
  'POST /ws-ticket': OWN,
  'GET /users': ADMINS,
  'POST /users': ADMINS_FRESH,
  'PATCH /users/:name': ADMINS_FRESH,
  'GET /tokens': OWN,
  'POST /tokens': OWN_FRESH,
  'DELETE /tokens/:id': OWN,
  'GET /audit': EVERYBODY,
  'POST /audit/verify': ADMINS,
  'GET /audit/export': ADMINS_FRESH,

  'GET /instruments': EVERYBODY,
  'GET /instruments/:id': EVERYBODY,
  'GET /instruments/:id/bars': EVERYBODY,
  'GET /instruments/:id/marks': EVERYBODY,
  'GET /instruments/:id/book': EVERYBODY,
  'GET /instruments/:id/prints': EVERYBODY,
  'GET /calendar': EVERYBODY,
  'GET /market-hours': EVERYBODY,
  'GET /signals': EVERYBODY,
  'GET /signals/funnel': EVERYBODY,
  'GET /opinions': EVERYBODY,
  'GET /feeds': EVERYBODY,
  'POST /feeds/failover': TRADERS_AND_ADMINS,
  'GET /data': EVERYBODY,
  'GET /data/gaps': EVERYBODY,

  'GET /accounts': EVERYBODY,
  'GET /orders': EVERYBODY,
  'POST /orders': TRADERS,
  'DELETE /orders/:run/:order': TRADERS,
  'GET /orders/:run/:order': EVERYBODY,
  'GET /orders/:run/:order/explanation': EVERYBODY,
  'GET /fills': EVERYBODY,
  'GET /trades': EVERYBODY,
  'GET /positions': EVERYBODY,
  'GET /risk/limits': EVERYBODY,
  'PUT /risk/limits': { people: ['trade', 'admin'], tokens: [], fresh: true },
  'GET /emergency-stop': EVERYBODY,
  'POST /emergency-stop': EVERYBODY,
  'POST /emergency-stop/reset': ADMINS_FRESH,

  'GET /runs': EVERYBODY,
  'POST /runs': TRADERS_AND_ADMINS,
  'GET /runs/:id': EVERYBODY,
  'GET /runs/:id/equity': EVERYBODY,
  'GET /runs/:id/report': EVERYBODY,
  'GET /runs/:id/moment': EVERYBODY,
  'GET /runs/:id/explanation': EVERYBODY,
  'GET /configurations': EVERYBODY,
  'GET /jobs': EVERYBODY,
  'DELETE /jobs/:id': TRADERS_AND_ADMINS,

  'GET /health': EVERYBODY,
  'GET /system': ADMINS,
  'GET /logs': ADMINS,
  'GET /settings': OWN,
  'PUT /settings': OWN,
}

/** Whose rows of a topic of the WebSocket are shown; a topic without a line here is a type error. */
export const TOPIC_ROWS: Readonly<Record<Topic, 'all' | 'own accounts' | 'for admins'>> = {
  runs: 'all',
  quotes: 'all',
  books: 'all',
  bars: 'all',
  prints: 'all',
  opinions: 'all',
  signals: 'all',
  feeds: 'all',
  failovers: 'all',
  orders: 'own accounts',
  fills: 'own accounts',
  trades: 'own accounts',
  positions: 'own accounts',
  accounts: 'own accounts',
  limits: 'own accounts',
  jobs: 'all',
  // They tell of orders, fills and profits in words.
  notes: 'own accounts',
  stop: 'all',
  health: 'all',
  system: 'for admins',
  logs: 'for admins',
}

/** What the gateway answers beside the contract, as it is written in its source: nothing else may be there. */
export const BESIDE: Readonly<Record<string, string>> = {
  "get('/')": 'the page of the dashboard, without anything of anybody in it',
  "get('/healthz')": 'a bare yes',
  "get('/readyz')": 'yes or no; why only for who is signed in',
  'post(CSP_REPORTS)': 'what a browser refused, counted by address',
  'route({)': 'the routes of the contract',
}
