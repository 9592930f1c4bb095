// What is said over the WebSocket, and between a run's process and the server: topics of rows, a snapshot and then what changed.
import Type, { type Static } from 'typebox'
import { AccountRow, FillRow, LimitRow, OrderRow, PositionRow, StopState, TradeRow } from './account.ts'
import { closed, Instant, InstrumentId, RunId } from './forms.ts'
import { BookRow, FailoverLine, FeedRow, OpinionRow, PrintRow, QuoteRow, SignalRow } from './market.ts'
import type { Right } from './route.ts'
import { JobRow } from './runs.ts'
import { HealthPart, LogLine, SystemRow } from './system.ts'

/** The bar in the making and the newest closed ones of a living run. Prices in units, time in UTC seconds of the opening. */
export const BarRow = Type.Object(
  {
    /** INSTRUMENT, so that the newest bar replaces the one before. */
    key: InstrumentId,
    resolution: Type.String(),
    time: Type.Number(),
    open: Type.Number(),
    high: Type.Number(),
    low: Type.Number(),
    close: Type.Number(),
    volume: Type.Number(),
    closed: Type.Boolean(),
    source: Type.String(),
  },
  closed,
)
/** What `run --json` prints: one line of what happened, in words. */
export const NoteRow = Type.Object(
  { key: Type.String(), run: RunId, time: Instant, type: Type.String(), words: Type.String(), correlationId: Type.String() },
  closed,
)
export const LivingRunRow = Type.Object(
  {
    key: RunId,
    /** Of its configuration. */
    name: Type.String(),
    account: Type.String(),
    mode: Type.String(),
    running: Type.Boolean(),
    /** The run's own clock: of a replay, the time that is being played. */
    time: Instant,
    started: Instant,
    /** The run's own clock at its first event; when it was started, until there is one. */
    from: Instant,
    /** What it reads. */
    instruments: Type.Array(InstrumentId),
    events: Type.Integer(),
    sequence: Type.Integer(),
    environment: Type.String(),
  },
  closed,
)

/** A round trip of a living run; the key is RUN/NUMBER, counted from 0 in the order in which they closed. */
export const ClosedTradeRow = Type.Object({ key: Type.String(), ...TradeRow.properties }, closed)

/**
 * A table's rows replace those with the same key, and may be left out when a newer one is there: a slow reader gets fewer
 * frames, never old ones. A log's rows are each delivered, in order; a reader that fell behind the kept ones gets a snapshot.
 */
export const TOPICS = {
  runs: { kind: 'table', row: LivingRunRow, right: 'market.read' },
  quotes: { kind: 'table', row: QuoteRow, right: 'market.read' },
  books: { kind: 'table', row: BookRow, right: 'market.read' },
  bars: { kind: 'table', row: BarRow, right: 'market.read' },
  prints: { kind: 'log', row: PrintRow, right: 'market.read' },
  opinions: { kind: 'table', row: OpinionRow, right: 'market.read' },
  signals: { kind: 'log', row: SignalRow, right: 'market.read' },
  feeds: { kind: 'table', row: FeedRow, right: 'market.read' },
  failovers: { kind: 'log', row: FailoverLine, right: 'market.read' },
  orders: { kind: 'table', row: OrderRow, right: 'account.read' },
  fills: { kind: 'log', row: FillRow, right: 'account.read' },
  trades: { kind: 'log', row: ClosedTradeRow, right: 'account.read' },
  positions: { kind: 'table', row: PositionRow, right: 'account.read' },
  accounts: { kind: 'table', row: AccountRow, right: 'account.read' },
  limits: { kind: 'table', row: LimitRow, right: 'account.read' },
  jobs: { kind: 'table', row: JobRow, right: 'market.read' },
  notes: { kind: 'log', row: NoteRow, right: 'account.read' },
  stop: { kind: 'table', row: Type.Object({ key: Type.Literal('stop'), ...StopState.properties }, closed), right: 'market.read' },
  health: { kind: 'table', row: Type.Object({ key: Type.String(), ...HealthPart.properties }, closed), right: 'market.read' },
  system: { kind: 'table', row: SystemRow, right: 'system.read' },
  logs: { kind: 'log', row: LogLine, right: 'system.read' },
} as const satisfies Readonly<Record<string, { readonly kind: 'table' | 'log'; readonly row: unknown; readonly right: Right }>>

export type Topic = keyof typeof TOPICS
export type RowOf<Name extends Topic> = Static<(typeof TOPICS)[Name]['row']>
/** Topics whose rows carry the `account` (or a run) that a reader must have been given. Notes tell of orders and fills in words. */
export const ACCOUNT_TOPICS: readonly Topic[] = ['orders', 'fills', 'trades', 'positions', 'accounts', 'limits', 'notes']

const TopicName = Type.Enum(Object.keys(TOPICS) as Topic[])

/** What a client may say. `keys` narrows a table to rows with these keys (instruments), a log to these instruments. */
export const ClientMessage = Type.Union([
  Type.Object(
    {
      type: Type.Literal('subscribe'),
      topic: TopicName,
      keys: Type.Optional(Type.Array(Type.String({ maxLength: 220 }), { maxItems: 200 })),
      /** The sequence after which to go on, from an earlier connection to the same `epoch`. */
      after: Type.Optional(Type.Integer({ minimum: 0 })),
      epoch: Type.Optional(Type.String({ maxLength: 60 })),
      /** At most so many frames a second of a table; 1…50. */
      rate: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
    },
    closed,
  ),
  Type.Object({ type: Type.Literal('unsubscribe'), topic: TopicName }, closed),
  Type.Object({ type: Type.Literal('ping') }, closed),
])
export type ClientMessage = Static<typeof ClientMessage>

/**
 * What the server says. `sequence` counts a topic's changes; `previous` is the one this frame follows: a client whose last
 * sequence is another has missed something and subscribes again.
 */
export type ServerMessage =
  | {
      readonly type: 'hello'
      readonly epoch: string
      readonly user: string
      readonly time: string
      readonly sessionExpires: string
    }
  | { readonly type: 'snapshot'; readonly topic: Topic; readonly sequence: number; readonly rows: readonly unknown[] }
  | {
      readonly type: 'delta'
      readonly topic: Topic
      readonly previous: number
      readonly sequence: number
      readonly rows: readonly unknown[]
      /** Keys of rows that are no more. */
      readonly gone?: readonly string[]
    }
  | { readonly type: 'pong'; readonly time: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly fix: string }

/** Between a run's process and the server: rows of topics as they change, and what the server asks of the run. */
export type RunFrame =
  | { readonly type: 'run'; readonly run: string; readonly account: string; readonly mode: string; readonly pid: number }
  | {
      readonly type: 'rows'
      readonly topic: Topic
      readonly rows: readonly unknown[]
      readonly gone?: readonly string[]
      /** Of a log: the place of the first of these rows among all the run has said, so that one who connects again drops what it has. */
      readonly first?: number
      /** Of a table: with this frame everything that is in it has been said since the connection. */
      readonly whole?: true
    }
  | {
      readonly type: 'answer'
      readonly id: string
      readonly ok: boolean
      readonly code?: string
      readonly message?: string
      readonly fix?: string
    }
export type RunRequest =
  | { readonly type: 'stop-changed'; readonly id: string }
  | {
      readonly type: 'order'
      readonly id: string
      readonly operator: string
      readonly reason: string
      readonly instrument: string
      readonly side: 'buy' | 'sell'
      readonly quantity: string
      readonly orderType: 'market' | 'limit' | 'stop'
      readonly price?: string
      readonly stop?: string
      readonly target?: string
      readonly key: string
    }
  | { readonly type: 'cancel'; readonly id: string; readonly operator: string; readonly order: string }
