// The wire's words for the house itself: health with its reasons, figures of the process, logs, settings.
import Type from 'typebox'
import { closed, Instant, limit, orNull } from './forms.ts'
import { routes } from './route.ts'

export const HealthPart = Type.Object(
  {
    /** data-pipeline, symbols, dashboard, journal, database. */
    name: Type.String(),
    /** 0…100. */
    score: Type.Number(),
    state: Type.Enum(['good', 'degraded', 'bad', 'idle']),
    reason: Type.String(),
  },
  closed,
)
export const Health = Type.Object(
  {
    /** 0…100: the worst part pulls it down. */
    score: Type.Number(),
    state: Type.Enum(['good', 'degraded', 'bad']),
    time: Instant,
    parts: Type.Array(HealthPart),
  },
  closed,
)
export const SystemRow = Type.Object(
  {
    /** 'server', or the run whose process it is. */
    key: Type.String(),
    version: Type.String(),
    node: Type.String(),
    pid: Type.Integer(),
    started: Instant,
    time: Instant,
    residentBytes: Type.Integer(),
    heapBytes: Type.Integer(),
    processorShare: Type.Number(),
    eventLoopMillis: Type.Object({ p50: Type.Number(), p99: Type.Number(), max: Type.Number() }, closed),
    decisionMicros: orNull(Type.Object({ p50: Type.Number(), p99: Type.Number(), p999: Type.Number() }, closed)),
    journalSyncMicros: orNull(Type.Object({ p50: Type.Number(), p99: Type.Number() }, closed)),
    queueDepth: Type.Integer(),
    sockets: Type.Integer(),
    events: Type.Integer(),
  },
  closed,
)
export const LogLine = Type.Object(
  {
    time: Instant,
    level: Type.Enum(['debug', 'info', 'warn', 'error']),
    component: Type.String(),
    message: Type.String(),
    correlationId: Type.String(),
    code: Type.String(),
  },
  closed,
)

/** What one person prefers; kept with the account, so that it is the same on every device. */
export const Preferences = Type.Object(
  {
    theme: Type.Enum(['system', 'light', 'dark'], { default: 'system' }),
    timeZone: Type.Enum(['UTC', 'local'], { default: 'UTC' }),
    upColour: Type.Enum(['green', 'red'], { default: 'green' }),
    density: Type.Enum(['comfortable', 'compact'], { default: 'comfortable' }),
    watchlist: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 200, default: [] }),
  },
  closed,
)

export const systemRoutes = routes({
  'GET /health': {
    summary: 'How well everything is, part by part, with reasons',
    tag: 'system',
    right: 'market.read',
    rate: 'read',
    reply: Health,
  },
  'GET /system': {
    summary: 'Figures of the server and of every living run',
    tag: 'system',
    right: 'system.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(SystemRow), databasePath: Type.String(), home: Type.String() }, closed),
  },
  'GET /logs': {
    summary: 'The newest log lines',
    tag: 'system',
    right: 'system.read',
    rate: 'read',
    query: Type.Object(
      {
        level: Type.Optional(Type.Enum(['debug', 'info', 'warn', 'error'])),
        component: Type.Optional(Type.String({ maxLength: 40 })),
        correlationId: Type.Optional(Type.String({ maxLength: 60 })),
        text: Type.Optional(Type.String({ maxLength: 100 })),
        limit: limit(1_000, 200),
      },
      closed,
    ),
    reply: Type.Object({ items: Type.Array(LogLine) }, closed),
  },
  'GET /settings': {
    summary: 'Your preferences, and how the house is set up',
    tag: 'system',
    right: 'self',
    rate: 'read',
    reply: Type.Object(
      {
        preferences: Preferences,
        house: Type.Object(
          {
            version: Type.String(),
            database: Type.String(),
            sessions: Type.String(),
            accessMinutes: Type.Number(),
            idleMinutes: Type.Number(),
            sessionHours: Type.Number(),
            certificateExpires: orNull(Instant),
            clientCertificates: Type.Boolean(),
          },
          closed,
        ),
      },
      closed,
    ),
  },
  'PUT /settings': {
    summary: 'Keep your preferences',
    tag: 'system',
    right: 'self',
    rate: 'read',
    body: Preferences,
    reply: Type.Object({ preferences: Preferences }, closed),
  },
})
