// The wire's words for runs: the finished, the living and those about to start, with reports and the time machine.
import Type from 'typebox'
import { AccountRow, EquitySeries, ExplanationReply, OrderRow, PositionRow } from './account.ts'
import { closed, Decimal, Instant, Mode, orNull, RunId, When } from './forms.ts'
import { OpinionRow, QuoteRow, SignalRow } from './market.ts'
import { routes } from './route.ts'

export const RunLine = Type.Object(
  {
    id: RunId,
    name: Type.String(),
    mode: Mode,
    running: Type.Boolean(),
    events: Type.Integer(),
    elapsedSeconds: Type.Number(),
    bars: Type.Integer(),
    decisions: Type.Integer(),
    signals: Type.Integer(),
    refused: Type.Record(Type.String(), Type.Integer()),
    quarantined: Type.Record(Type.String(), Type.Integer()),
    orders: Type.Integer(),
    fills: Type.Integer(),
    trades: Type.Integer(),
    netProfit: Decimal,
    return: Type.Number(),
    sharpe: orNull(Type.Number()),
    sortino: orNull(Type.Number()),
    maxDrawdown: Type.Number(),
    profitFactor: orNull(Type.Number()),
    winRate: orNull(Type.Number()),
    costs: Decimal,
    currency: Type.String(),
    startEquity: Decimal,
    finalEquity: Decimal,
    stateHash: Type.String(),
    dataHash: Type.String(),
    configHash: Type.String(),
    from: Type.String(),
    to: Type.String(),
    instruments: Type.Array(Type.String()),
    /** When the folder was written. */
    finished: orNull(Instant),
  },
  closed,
)

/** Work in a process of its own: a backtest, a replay, a paper run that the server started. */
export const JobRow = Type.Object(
  {
    key: Type.String(),
    kind: Type.Enum(['backtest', 'replay', 'paper']),
    configuration: Type.String(),
    state: Type.Enum(['running', 'done', 'failed', 'canceled']),
    /** 0…1; null where the end is not known. */
    progress: orNull(Type.Number()),
    words: Type.String(),
    run: orNull(RunId),
    error: orNull(Type.Object({ code: Type.String(), message: Type.String(), fix: Type.String() }, closed)),
    by: Type.String(),
    started: Instant,
    ended: orNull(Instant),
  },
  closed,
)

export const ConfigurationLine = Type.Object(
  {
    /** The file's name without .yaml; what POST /runs takes. */
    name: Type.String(),
    strategies: Type.Array(Type.String()),
    instruments: Type.Array(Type.String()),
    live: Type.Boolean(),
    /** Why it cannot be run now; empty when it can. */
    missing: Type.String(),
    yaml: Type.String(),
  },
  closed,
)

/** A session of live feeds as it was kept: it can be played again with any configuration of its instruments. */
export const RecordingLine = Type.Object(
  {
    /** Its folder's name; what POST /runs takes. */
    name: Type.String(),
    /** The configuration it was made with; of feeds alone, the same as the name. */
    configuration: Type.String(),
    instruments: Type.Array(Type.String()),
    environment: Type.String(),
    started: Type.String(),
    /** Null while it is made, and where whoever made it was killed. */
    ended: orNull(Type.String()),
  },
  closed,
)

/** What was known and held at one moment of a run. */
export const Moment = Type.Object(
  {
    run: RunId,
    at: Instant,
    quotes: Type.Array(QuoteRow),
    opinions: Type.Array(OpinionRow),
    positions: Type.Array(PositionRow),
    openOrders: Type.Array(OrderRow),
    /** The last signals until then, newest first. */
    signals: Type.Array(SignalRow),
    account: orNull(AccountRow),
  },
  closed,
)

const runParam = Type.Object({ id: RunId }, closed)

export const runRoutes = routes({
  'GET /runs': {
    summary: 'Every run: finished and living',
    tag: 'runs',
    right: 'market.read',
    rate: 'read',
    query: Type.Object({ mode: Type.Optional(Mode) }, closed),
    reply: Type.Object({ items: Type.Array(RunLine) }, closed),
  },
  'POST /runs': {
    summary: 'Start a backtest, a replay or a paper run in a process of its own',
    tag: 'runs',
    right: 'runs.write',
    rate: 'admin',
    body: Type.Object(
      {
        kind: Type.Enum(['backtest', 'replay', 'paper']),
        configuration: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', maxLength: 80 }),
        set: Type.Optional(
          Type.Array(Type.String({ pattern: '^[A-Za-z0-9_.-]+=[^\\u0000-\\u001f\\u007f]*$', maxLength: 200 }), { maxItems: 30 }),
        ),
        /** Of a paper run: the name of a recording that is played instead of living prices. */
        recording: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', maxLength: 160 })),
        /** Of a replay or a recording: how many times faster than life; absent is as fast as it goes. */
        speed: Type.Optional(Type.Number({ minimum: 0.01, maximum: 1_000_000 })),
      },
      closed,
    ),
    reply: JobRow,
    status: 202,
  },
  'GET /runs/:id': {
    summary: 'One run with its configuration',
    tag: 'runs',
    right: 'market.read',
    rate: 'read',
    params: runParam,
    reply: Type.Object({ run: RunLine, yaml: Type.String(), overrides: Type.Array(Type.String()) }, closed),
  },
  'GET /runs/:id/equity': {
    summary: 'Equity and drawdown over the run',
    tag: 'runs',
    right: 'account.read',
    rate: 'read',
    params: runParam,
    reply: EquitySeries,
  },
  'GET /runs/:id/report': {
    summary: 'The report, one page that opens offline',
    tag: 'runs',
    right: 'account.read',
    rate: 'read',
    params: runParam,
    reply: Type.String(),
    mediaType: 'text/html',
  },
  'GET /runs/:id/moment': {
    summary: 'The time machine: what was known, decided and held at a moment',
    tag: 'runs',
    right: 'account.read',
    rate: 'read',
    params: runParam,
    query: Type.Object({ at: When }, closed),
    reply: Moment,
  },
  'GET /runs/:id/explanation': {
    summary: 'Why there was no trade at a moment',
    tag: 'runs',
    right: 'account.read',
    rate: 'admin',
    params: runParam,
    query: Type.Object({ at: When }, closed),
    reply: ExplanationReply,
  },
  'GET /configurations': {
    summary: 'What can be run, and which recordings can be played',
    tag: 'runs',
    right: 'market.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(ConfigurationLine), recordings: Type.Array(RecordingLine) }, closed),
  },
  'GET /jobs': {
    summary: 'What the server started: running and ended',
    tag: 'runs',
    right: 'market.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(JobRow) }, closed),
  },
  'DELETE /jobs/:id': {
    summary: 'Stop a job',
    tag: 'runs',
    right: 'runs.write',
    rate: 'admin',
    params: Type.Object({ id: Type.String({ maxLength: 60 }) }, closed),
    reply: JobRow,
  },
})
