// The wire's words for markets: instruments with their senses, bars, marks, books, the calendar, signals, feeds, data.
import Type from 'typebox'
import { closed, Decimal, Instant, InstrumentId, limit, offset, orNull, page, Reason, RunId, Sense, Side, When } from './forms.ts'
import { routes } from './route.ts'

export const EvidenceLine = Type.Object(
  {
    id: Type.String(),
    metric: Type.String(),
    value: Type.Number(),
    unit: Type.String(),
    time: Instant,
    direction: Type.Integer({ minimum: -1, maximum: 1 }),
    source: Type.String(),
  },
  closed,
)

/** One sense's word: a reading, or why it abstains (then direction, strength and confidence are 0). */
export const ReadingLine = Type.Object(
  {
    sense: Sense,
    abstains: Type.Boolean(),
    reason: Type.String(),
    direction: Type.Number(),
    strength: Type.Number(),
    confidence: Type.Number(),
    horizonSeconds: Type.Number(),
    standAside: Type.String(),
    time: Instant,
    evidence: Type.Array(EvidenceLine),
  },
  closed,
)

export const OpinionRow = Type.Object(
  {
    key: InstrumentId,
    run: RunId,
    time: Instant,
    probabilityUp: Type.Number(),
    confidence: Type.Number(),
    disagreement: Type.Number(),
    conflict: Type.Boolean(),
    standAside: Type.String(),
    /** In words, each number from the evidence. */
    narrative: Type.String(),
    readings: Type.Array(ReadingLine),
  },
  closed,
)

/** The newest price of an instrument. `source` is who said it; `live` is false for recorded history. */
export const QuoteRow = Type.Object(
  {
    key: InstrumentId,
    bid: orNull(Decimal),
    ask: orNull(Decimal),
    /** Last trade, or the middle of bid and ask, or the last bar's close. */
    last: Decimal,
    /** Change against the close before this session, as a fraction; null where that is not known. */
    change: orNull(Type.Number()),
    time: Instant,
    source: Type.String(),
    live: Type.Boolean(),
    /** Score of the source, 0…100; null for history. */
    quality: orNull(Type.Number()),
  },
  closed,
)

export const MarketHours = Type.Object(
  {
    calendar: Type.String(),
    /** What people call it: 'London', 'NYSE and Nasdaq'. */
    name: Type.String(),
    open: Type.Boolean(),
    /** In words: 'regular session', 'weekend', 'Thanksgiving Day'. */
    phase: Type.String(),
    /** When it next opens or closes; null where the calendar ends. */
    changes: orNull(Instant),
  },
  closed,
)

export const InstrumentLine = Type.Object(
  {
    id: InstrumentId,
    name: Type.String(),
    assetClass: Type.String(),
    unit: Type.String(),
    priceDecimals: Type.Integer(),
    quantityDecimals: Type.Integer(),
    hours: orNull(MarketHours),
    quote: orNull(QuoteRow),
    opinion: orNull(OpinionRow),
    /** Closes of the latest bars, for a sparkline. */
    spark: Type.Array(Type.Number()),
    /** What the lake holds of it, in words: 'quote', 'bar 1m'. */
    kinds: Type.Array(Type.String()),
  },
  closed,
)

export const Bars = Type.Object(
  {
    instrument: InstrumentId,
    resolution: Type.String(),
    source: Type.String(),
    /** Parallel arrays; times are UTC seconds of the opening. */
    time: Type.Array(Type.Number()),
    open: Type.Array(Type.Number()),
    high: Type.Array(Type.Number()),
    low: Type.Array(Type.Number()),
    close: Type.Array(Type.Number()),
    volume: Type.Array(Type.Number()),
  },
  closed,
)

/** Something to draw on a price chart at a time, or over a span of time. */
export const Mark = Type.Object(
  {
    kind: Type.Enum(['entry', 'exit', 'stop', 'target', 'swing-high', 'swing-low', 'session', 'news', 'release']),
    time: Instant,
    until: orNull(Instant),
    price: orNull(Type.Number()),
    label: Type.String(),
    /** An order's id, a calendar entry's name. */
    refers: Type.String(),
    side: orNull(Side),
  },
  closed,
)

export const BookRow = Type.Object(
  {
    key: InstrumentId,
    time: Instant,
    source: Type.String(),
    live: Type.Boolean(),
    /** Best first: price, quantity. */
    bids: Type.Array(Type.Tuple([Decimal, Decimal])),
    asks: Type.Array(Type.Tuple([Decimal, Decimal])),
  },
  closed,
)

export const PrintRow = Type.Object(
  {
    key: Type.String(),
    instrument: InstrumentId,
    time: Instant,
    price: Decimal,
    quantity: Decimal,
    aggressor: Type.Enum(['buy', 'sell', 'unknown']),
    source: Type.String(),
  },
  closed,
)

export const CalendarLine = Type.Object(
  {
    time: Instant,
    currency: Type.String(),
    impact: Type.String(),
    title: Type.String(),
    actual: orNull(Type.String()),
    forecast: orNull(Type.String()),
    previous: orNull(Type.String()),
    source: Type.String(),
  },
  closed,
)

/** A strategy's wish and how far it came: seen → passed → refused, or to an order and its fill. */
export const SignalRow = Type.Object(
  {
    key: Type.String(),
    run: RunId,
    time: Instant,
    strategy: Type.String(),
    instrument: InstrumentId,
    direction: Type.Enum(['long', 'short', 'flat']),
    why: Type.String(),
    outcome: Type.Enum(['unsized', 'refused', 'ordered', 'filled', 'met']),
    /** Codes of allocation or risk that turned it down, with limit and observed value in words. */
    refusals: Type.Array(Type.Object({ code: Type.String(), limit: Type.String(), observed: Type.String() }, closed)),
    orders: Type.Array(Type.String()),
    probabilityUp: orNull(Type.Number()),
    confidence: orNull(Type.Number()),
    price: orNull(Decimal),
  },
  closed,
)

export const Funnel = Type.Object(
  {
    run: RunId,
    time: Instant,
    decisions: Type.Integer(),
    signals: Type.Integer(),
    sized: Type.Integer(),
    approved: Type.Integer(),
    orders: Type.Integer(),
    fills: Type.Integer(),
    /** Why nothing was wished, and why a wish came to nothing, most frequent first. */
    reasons: Type.Array(Type.Object({ stage: Type.String(), text: Type.String(), count: Type.Integer() }, closed)),
  },
  closed,
)

export const SourceLine = Type.Object(
  {
    source: Type.String(),
    level: Type.Enum(['live', 'cache']),
    state: Type.String(),
    link: Type.String(),
    score: Type.Number(),
    parts: Type.Record(Type.String(), Type.Number()),
    latencyMillis: orNull(Type.Number()),
    ageMillis: orNull(Type.Number()),
    gaps: Type.Integer(),
    selected: Type.Boolean(),
    why: Type.String(),
  },
  closed,
)
export const FeedRow = Type.Object(
  {
    key: InstrumentId,
    selected: Type.String(),
    level: Type.String(),
    epoch: Type.Integer(),
    time: Instant,
    sources: Type.Array(SourceLine),
  },
  closed,
)
export const FailoverLine = Type.Object(
  {
    time: Instant,
    instrument: InstrumentId,
    from: Type.String(),
    to: Type.String(),
    level: Type.String(),
    reason: Type.String(),
  },
  closed,
)
export const FeedsReply = Type.Object(
  {
    run: orNull(RunId),
    running: Type.Boolean(),
    environment: Type.String(),
    time: orNull(Instant),
    instruments: Type.Array(FeedRow),
    failovers: Type.Array(FailoverLine),
    events: Type.Integer(),
    quarantined: Type.Record(Type.String(), Type.Integer()),
    decisionMicros: Type.Object({ p50: Type.Number(), p99: Type.Number(), p999: Type.Number() }, closed),
    recording: orNull(Type.String()),
  },
  closed,
)

export const Coverage = Type.Object(
  {
    /** An instrument or a series. */
    name: Type.String(),
    kind: Type.String(),
    resolution: orNull(Type.String()),
    rows: Type.Integer(),
    partitions: Type.Integer(),
    bytes: Type.Integer(),
    from: orNull(Instant),
    to: orNull(Instant),
    quarantined: Type.Record(Type.String(), Type.Integer()),
    sources: Type.Array(Type.String()),
    licences: Type.Array(Type.String()),
    imported: orNull(Instant),
  },
  closed,
)
export const Gap = Type.Object({ from: Instant, to: Instant, seconds: Type.Number(), note: Type.String() }, closed)

const instrumentParam = Type.Object({ id: InstrumentId }, closed)
const span = { from: Type.Optional(When), to: Type.Optional(When) }

export const marketRoutes = routes({
  'GET /instruments': {
    summary: 'The watchlist: every instrument with its newest price, session and the four senses',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(InstrumentLine) }, closed),
  },
  'GET /instruments/:id': {
    summary: 'One instrument',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    params: instrumentParam,
    reply: InstrumentLine,
  },
  'GET /instruments/:id/bars': {
    summary: 'Bars of the lake; with `run`, those the run saw',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    params: instrumentParam,
    query: Type.Object(
      {
        ...span,
        resolution: Type.Optional(Type.Enum(['1s', '1m', '5m', '15m', '1h', '4h', '1d'])),
        run: Type.Optional(RunId),
        limit: limit(5_000, 1_000),
      },
      closed,
    ),
    reply: Bars,
  },
  'GET /instruments/:id/marks': {
    summary: 'What to draw on the chart: orders of a run, swings, sessions, announcements',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    params: instrumentParam,
    query: Type.Object({ ...span, run: Type.Optional(RunId), limit: limit(5_000, 1_000) }, closed),
    reply: Type.Object({ items: Type.Array(Mark) }, closed),
  },
  'GET /instruments/:id/book': {
    summary: 'The order book: live, or as last recorded; with `at`, as of then',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    params: instrumentParam,
    query: Type.Object({ at: Type.Optional(When), levels: limit(50, 20) }, closed),
    reply: orNull(BookRow),
  },
  'GET /instruments/:id/prints': {
    summary: 'The tape: the newest trades, or those before `at`',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    params: instrumentParam,
    query: Type.Object({ at: Type.Optional(When), limit: limit(500, 100) }, closed),
    reply: Type.Object({ items: Type.Array(PrintRow) }, closed),
  },
  'GET /calendar': {
    summary: 'Economic announcements and what they said',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    query: Type.Object({ ...span, limit: limit(1_000, 200) }, closed),
    reply: Type.Object({ items: Type.Array(CalendarLine), /** Newest entry there is. */ until: orNull(Instant) }, closed),
  },
  'GET /market-hours': {
    summary: 'The trading centres and calendars: open or closed, and until when',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    query: Type.Object({ at: Type.Optional(When) }, closed),
    reply: Type.Object({ time: Instant, items: Type.Array(MarketHours) }, closed),
  },
  'GET /signals': {
    summary: 'Signals and what became of each, newest first',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    query: Type.Object(
      {
        run: Type.Optional(RunId),
        instrument: Type.Optional(InstrumentId),
        outcome: Type.Optional(Type.Enum(['unsized', 'refused', 'ordered', 'filled', 'met'])),
        ...span,
        limit: limit(500, 100),
        offset,
      },
      closed,
    ),
    reply: page(SignalRow),
  },
  'GET /signals/funnel': {
    summary: 'How many decisions became signals, orders and fills, and why the others did not',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    query: Type.Object({ run: RunId }, closed),
    reply: Funnel,
  },
  'GET /opinions': {
    summary: 'Fused opinions, newest first',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    query: Type.Object(
      { run: Type.Optional(RunId), instrument: Type.Optional(InstrumentId), ...span, limit: limit(200, 50), offset },
      closed,
    ),
    reply: page(OpinionRow),
  },
  'GET /feeds': {
    summary: 'The living sources: state, score, failovers',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    reply: FeedsReply,
  },
  'POST /feeds/failover': {
    summary: 'Read an instrument from another source',
    tag: 'market',
    right: 'feeds.write',
    rate: 'admin',
    body: Type.Object(
      {
        instrument: InstrumentId,
        source: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 40 })),
        reason: Reason,
      },
      closed,
    ),
    reply: Type.Object({ requested: Type.Literal(true) }, closed),
    status: 202,
  },
  'GET /data': {
    summary: 'What the lake holds',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(Coverage), bytes: Type.Integer(), rows: Type.Integer() }, closed),
  },
  'GET /data/gaps': {
    summary: 'Open-market time without data',
    tag: 'market',
    right: 'market.read',
    rate: 'read',
    query: Type.Object({ instrument: InstrumentId, kind: Type.Enum(['quote', 'trade', 'bar', 'book']) }, closed),
    reply: Type.Object({ items: Type.Array(Gap), total: Type.Integer() }, closed),
  },
})
