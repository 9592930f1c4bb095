// The wire's words for accounts and safety: orders, fills, positions, equity, limits, the emergency stop.
import Type from 'typebox'
import {
  closed,
  Decimal,
  Instant,
  InstrumentId,
  limit,
  OrderId,
  offset,
  orNull,
  PositiveDecimal,
  page,
  Reason,
  RunId,
  Side,
} from './forms.ts'
import { routes } from './route.ts'

export const OrderChangeLine = Type.Object({ time: Instant, state: Type.String(), reason: Type.String() }, closed)

export const OrderRow = Type.Object(
  {
    /** RUN/ORDER: unique over all runs. */
    key: Type.String(),
    run: RunId,
    account: Type.String(),
    id: OrderId,
    instrument: InstrumentId,
    strategy: Type.String(),
    side: Side,
    type: Type.Enum(['market', 'limit', 'stop']),
    role: Type.Enum(['entry', 'exit', 'stop', 'target']),
    quantity: Decimal,
    filled: Decimal,
    price: orNull(Decimal),
    state: Type.String(),
    reason: Type.String(),
    why: Type.String(),
    created: Instant,
    changed: Instant,
    /** RUN:SEQUENCE of the event it was placed at; the same in notes and logs. */
    correlationId: Type.Optional(Type.String()),
  },
  closed,
)
export const FillRow = Type.Object(
  {
    key: Type.String(),
    run: RunId,
    account: Type.String(),
    id: Type.String(),
    order: OrderId,
    instrument: InstrumentId,
    strategy: Type.String(),
    side: Side,
    quantity: Decimal,
    price: Decimal,
    commission: Decimal,
    currency: Type.String(),
    time: Instant,
    /** RUN:SEQUENCE of the event that filled it. */
    correlationId: Type.Optional(Type.String()),
  },
  closed,
)
export const TradeRow = Type.Object(
  {
    run: RunId,
    account: Type.String(),
    instrument: InstrumentId,
    strategy: Type.String(),
    side: Side,
    quantity: Decimal,
    entryPrice: Type.Number(),
    exitPrice: Type.Number(),
    commission: Decimal,
    profit: Decimal,
    currency: Type.String(),
    entryOrder: OrderId,
    exitOrder: OrderId,
    entryReason: Type.String(),
    exitReason: Type.String(),
    entry: Instant,
    exit: Instant,
  },
  closed,
)
export const PositionRow = Type.Object(
  {
    /** RUN/INSTRUMENT. */
    key: Type.String(),
    run: RunId,
    account: Type.String(),
    instrument: InstrumentId,
    strategy: Type.String(),
    /** Signed; '0' when it was closed. */
    quantity: Decimal,
    averagePrice: Type.Number(),
    mark: orNull(Decimal),
    /** Of the open part, in the instrument's settle currency; null without a price. */
    unrealised: orNull(Decimal),
    realised: orNull(Decimal),
    currency: Type.String(),
    value: orNull(Decimal),
    stop: orNull(Decimal),
    target: orNull(Decimal),
    since: orNull(Instant),
    time: Instant,
    /** Whose prices value it. */
    source: Type.String(),
  },
  closed,
)
/** An account as it stands: one row per run that lives, or that ended. */
export const AccountRow = Type.Object(
  {
    /** The run. */
    key: RunId,
    account: Type.String(),
    mode: Type.String(),
    running: Type.Boolean(),
    currency: Type.String(),
    equity: Decimal,
    startEquity: Decimal,
    dayStartEquity: orNull(Decimal),
    highEquity: orNull(Decimal),
    /** Fraction of the high, not negative. */
    drawdown: Type.Number(),
    exposure: orNull(Decimal),
    openOrders: Type.Integer(),
    openPositions: Type.Integer(),
    fills: Type.Integer(),
    time: Instant,
    source: Type.String(),
  },
  closed,
)
export const EquitySeries = Type.Object(
  {
    run: RunId,
    currency: Type.String(),
    /** Parallel arrays: UTC seconds, equity, drawdown as a fraction of the high. */
    time: Type.Array(Type.Number()),
    equity: Type.Array(Type.Number()),
    drawdown: Type.Array(Type.Number()),
    source: Type.String(),
  },
  closed,
)
export const LimitRow = Type.Object(
  {
    /** RUN/CODE, or house/CODE. */
    key: Type.String(),
    run: orNull(RunId),
    /** 'orderNotional', 'dailyLoss' … as in a configuration's `risk` group. */
    name: Type.String(),
    /** The number of the check in the risk standard. */
    check: Type.Integer(),
    code: Type.String(),
    limit: Type.String(),
    /** How much of it is used, in words; null where nothing was measured. */
    used: orNull(Type.String()),
    /** 0…1 and beyond; null where it cannot be said. */
    share: orNull(Type.Number()),
    /** The house's ceiling, where there is one. */
    ceiling: orNull(Type.String()),
    refusals: Type.Integer(),
    time: Instant,
    source: Type.String(),
  },
  closed,
)
export const StopState = Type.Object(
  {
    engaged: Type.Boolean(),
    mode: orNull(Type.Enum(['halt', 'cancel', 'flatten'])),
    reason: Type.String(),
    operator: Type.String(),
    time: orNull(Instant),
    /** Runs that have taken it to heart. */
    obeyed: Type.Array(Type.Object({ run: RunId, time: Instant }, closed)),
  },
  closed,
)
/** One link of an explanation, from the order back to the raw datum. */
export const ExplanationReply = Type.Object(
  {
    run: RunId,
    order: orNull(OrderId),
    at: orNull(Instant),
    links: Type.Array(Type.Object({ stage: Type.String(), reason: Type.String(), ids: Type.Array(Type.String()) }, closed)),
  },
  closed,
)

const selection = {
  run: Type.Optional(RunId),
  instrument: Type.Optional(InstrumentId),
  limit: limit(1_000, 100),
  offset,
}
const orderParam = Type.Object({ run: RunId, order: OrderId }, closed)

export const accountRoutes = routes({
  'GET /accounts': {
    summary: 'Accounts you were given: equity, drawdown, exposure',
    tag: 'account',
    right: 'account.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(AccountRow) }, closed),
  },
  'GET /orders': {
    summary: 'Orders of your accounts, newest first',
    tag: 'account',
    right: 'account.read',
    rate: 'read',
    query: Type.Object({ ...selection, state: Type.Optional(Type.String({ pattern: '^[a-z-]+$', maxLength: 20 })) }, closed),
    reply: page(OrderRow),
  },
  'POST /orders': {
    summary: 'Place an order of your own in a living paper run; risk reviews it like any other',
    tag: 'account',
    right: 'orders.write',
    rate: 'order',
    body: Type.Object(
      {
        run: RunId,
        instrument: InstrumentId,
        side: Side,
        quantity: PositiveDecimal,
        type: Type.Enum(['market', 'limit', 'stop']),
        price: Type.Optional(Decimal),
        /** Where the loss is taken; required where the order opens a position. */
        stop: Type.Optional(Decimal),
        target: Type.Optional(Decimal),
        reason: Reason,
        /** The same key never places two orders. */
        key: Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$', maxLength: 64 }),
      },
      closed,
    ),
    reply: Type.Object({ requested: Type.Literal(true), key: Type.String() }, closed),
    status: 202,
  },
  'DELETE /orders/:run/:order': {
    summary: 'Cancel an open order of a living paper run',
    tag: 'account',
    right: 'orders.write',
    rate: 'order',
    params: orderParam,
    reply: Type.Object({ requested: Type.Literal(true) }, closed),
    status: 202,
  },
  'GET /orders/:run/:order': {
    summary: 'One order with its fills',
    tag: 'account',
    right: 'account.read',
    rate: 'read',
    params: orderParam,
    reply: Type.Object({ order: OrderRow, fills: Type.Array(FillRow), history: Type.Array(OrderChangeLine) }, closed),
  },
  'GET /orders/:run/:order/explanation': {
    summary: 'Why it was sent, from the fill back to the raw datum; makes the run again up to then',
    tag: 'account',
    right: 'account.read',
    rate: 'admin',
    params: orderParam,
    reply: ExplanationReply,
  },
  'GET /fills': {
    summary: 'Fills of your accounts, newest first',
    tag: 'account',
    right: 'account.read',
    rate: 'read',
    query: Type.Object(selection, closed),
    reply: page(FillRow),
  },
  'GET /trades': {
    summary: 'Closed round trips of your accounts, newest first',
    tag: 'account',
    right: 'account.read',
    rate: 'read',
    query: Type.Object(selection, closed),
    reply: page(TradeRow),
  },
  'GET /positions': {
    summary: 'Open positions of your accounts',
    tag: 'account',
    right: 'account.read',
    rate: 'read',
    query: Type.Object({ run: Type.Optional(RunId) }, closed),
    reply: Type.Object({ items: Type.Array(PositionRow) }, closed),
  },
  'GET /risk/limits': {
    summary: 'Every limit with what is used of it',
    tag: 'safety',
    right: 'account.read',
    rate: 'read',
    query: Type.Object({ run: Type.Optional(RunId) }, closed),
    reply: Type.Object({ items: Type.Array(LimitRow) }, closed),
  },
  'PUT /risk/limits': {
    summary: 'Set a ceiling of the house: no paper run starts with a wider limit. A trader may lower one, an admin raise it',
    tag: 'safety',
    right: 'limits.write',
    rate: 'admin',
    fresh: true,
    body: Type.Object(
      {
        name: Type.Enum(['orderNotional', 'positionNotional', 'grossNotional', 'dailyLoss', 'drawdown']),
        /** 'N%' of equity, or an amount; null takes the ceiling away. */
        ceiling: orNull(Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,4})?%?$', maxLength: 20 })),
        reason: Reason,
      },
      closed,
    ),
    reply: Type.Object({ items: Type.Array(LimitRow) }, closed),
  },
  'GET /emergency-stop': {
    summary: 'Whether an emergency stop is in force',
    tag: 'safety',
    right: 'market.read',
    rate: 'read',
    reply: StopState,
  },
  'POST /emergency-stop': {
    summary: 'Stop: no new risk anywhere from now on. Everybody who is signed in may; only an admin takes it back',
    tag: 'safety',
    right: 'stop.trip',
    rate: 'unlimited',
    body: Type.Object(
      { mode: Type.Optional(Type.Enum(['halt', 'cancel', 'flatten'], { default: 'halt' })), reason: Reason },
      closed,
    ),
    reply: StopState,
  },
  'POST /emergency-stop/reset': {
    summary: 'Allow new risk again',
    tag: 'safety',
    right: 'stop.reset',
    rate: 'admin',
    fresh: true,
    body: Type.Object({ reason: Reason }, closed),
    reply: StopState,
  },
})
