// The run configuration as a schema: the one place for its keys, forms and defaults. config/run.schema.json is made from it.
import Type from 'typebox'
import { Default } from 'typebox/value'

/**
 * `title` is the form a value must have, worded to follow "is not"; fault messages and editors show it.
 * `description` is what the value means.
 */
interface Words {
  readonly title: string
  readonly description?: string
}

export const SENSES = ['why', 'how', 'what', 'when'] as const
export const RESOLUTIONS = ['1s', '1m', '5m', '15m', '1h', '4h', '1d'] as const

const PERCENT = '^\\d+(\\.\\d+)?%$'
const AMOUNT = '^\\d+(\\.\\d{1,18})?$'
const DURATION = '^[1-9]\\d*(ms|s|m|h|d)$'

const closed = { additionalProperties: false } as const

const text = (pattern: string, words: Words) => Type.String({ pattern, ...words })
const amount = (description: string, words: { readonly title?: string; readonly default?: string } = {}) =>
  Type.Union([Type.String({ pattern: AMOUNT }), Type.Number({ minimum: 0 })], {
    title: "an amount such as 1000 or '0.25'",
    description,
    ...words,
  })
const duration = (description: string, value: string) =>
  Type.String({ pattern: DURATION, title: 'a duration such as 50ms, 10s, 5m, 4h or 1d', description, default: value })
const percent = (description: string, value?: string) =>
  Type.String({ pattern: PERCENT, title: "a percentage such as '0.5%'", description, ...withDefault(value) })
const limit = (description: string, value: string) =>
  Type.Union([Type.String({ pattern: `${PERCENT}|${AMOUNT}` }), Type.Number({ exclusiveMinimum: 0 })], {
    title: "a limit: 'N%' of equity, or an amount in the account's currency",
    description,
    default: value,
  })
const instant = (description: string) =>
  text('^\\d{4}-\\d\\d-\\d\\d', { title: 'a date such as 2014-05-01 or an instant such as 2014-05-01T09:30:00Z', description })
const instrument = (description: string) =>
  text('^[A-Z0-9][A-Z0-9_-]*\\.[A-Z0-9]+$', {
    title: 'an instrument such as XAUUSD.OANDA (symbol and venue, in capitals)',
    description,
  })
const withDefault = (value: string | undefined) => (value === undefined ? {} : { default: value })
const weight = () => Type.Number({ minimum: 0, title: 'a weight: a number, zero or more', default: 1 })

const account = Type.Object(
  {
    currency: Type.String({
      pattern: '^[A-Z]{3,5}$',
      title: 'a currency such as USD',
      description: 'What equity is counted in.',
      default: 'USD',
    }),
    equity: amount('Cash at the start.', { title: "an amount such as '1000000'", default: '100000' }),
  },
  { ...closed, title: 'a group of currency and equity', default: {} },
)

const data = Type.Array(
  Type.Object(
    {
      instrument: instrument('What to read.'),
      kind: Type.Enum(['quote', 'trade', 'bar', 'book'], {
        title: 'one of quote, trade, bar, book',
        description: 'Which facts of it.',
      }),
      bar: Type.Optional(
        Type.Enum([...RESOLUTIONS], {
          title: `one of ${RESOLUTIONS.join(', ')}`,
          description: 'With kind bar: the resolution in the lake.',
        }),
      ),
      prices: Type.Enum(['both', 'bid'], {
        title: 'one of both, bid',
        description: 'bid reads the bid as the only price, so that there is no spread.',
        default: 'both',
      }),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, title: 'a whole number of rows, one or more', description: 'Only the first N rows.' }),
      ),
      sources: Type.Optional(
        Type.Array(
          Type.Object(
            {
              source: text('^[a-z0-9-]+$', {
                title: 'a source such as kraken; `quadrant data sources` lists them',
                description: 'Who provides it.',
              }),
              symbol: Type.String({
                minLength: 1,
                title: 'a symbol such as BTC/USD',
                description: 'The instrument as this source spells it.',
              }),
            },
            { ...closed, title: 'a group such as { source: kraken, symbol: BTC/USD }' },
          ),
          {
            minItems: 1,
            title: 'a list of sources, the preferred one first',
            description: 'Where `run` reads it live. A backtest reads the lake and passes over this.',
          },
        ),
      ),
    },
    { ...closed, title: 'a group such as { instrument: XAUUSD.OANDA, kind: quote }' },
  ),
  { minItems: 1, title: 'a list with at least one instrument', description: 'The market data that flow in.' },
)

const strategies = Type.Array(
  Type.Object(
    {
      use: Type.String({
        minLength: 1,
        title: "a strategy's name or the path of a .ts file",
        description: 'Paths are relative to this file.',
      }),
      instrument: instrument('What it trades.'),
      bar: Type.Optional(
        text(`^quote$|${DURATION}`, {
          title: "'quote' or a duration such as 1m",
          description: "How often it decides; without it, the strategy's own.",
        }),
      ),
      price: Type.Optional(
        Type.Enum(['bid', 'mid', 'trade'], {
          title: 'one of bid, mid, trade',
          description: 'What its bars are built from. Default: trade with trade data, else bid.',
        }),
      ),
      params: Type.Record(
        Type.String(),
        Type.Union([Type.Number(), Type.String(), Type.Boolean()], { title: 'a number, a text, true or false' }),
        {
          title: 'a group of parameters such as { fast: 10, slow: 20 }',
          description: "The strategy's own parameters; `quadrant strategy list` shows them.",
          default: {},
        },
      ),
    },
    { ...closed, title: 'a group such as { use: ema-cross, instrument: XAUUSD.OANDA }' },
  ),
  { minItems: 1, title: 'a list with at least one strategy' },
)

const allocation = Type.Object(
  {
    method: Type.Enum(['risk', 'volatility', 'fixed'], {
      title: 'one of risk, volatility, fixed',
      description: 'How a signal becomes a size.',
      default: 'risk',
    }),
    risk: Type.Optional(percent('With method risk: equity lost if the stop is hit. Default 0.5%.')),
    target: Type.Optional(percent('With method volatility: yearly volatility of the position, of equity. Default 10%.')),
    quantity: Type.Optional(
      amount('With method fixed: units of the instrument in every order.', { title: "a quantity such as '100'" }),
    ),
  },
  { ...closed, title: "a group such as { method: risk, risk: '0.5%' }", default: {} },
)

const risk = Type.Object(
  {
    orderNotional: limit('Largest value of one order.', '100%'),
    positionNotional: limit('Largest value of one position.', '100%'),
    grossNotional: limit('Largest sum of all positions, long and short.', '300%'),
    marginRate: percent('Margin a position needs, of its value: 3.33% is a leverage of 30.', '3.33%'),
    dailyLoss: limit('Loss within a UTC day after which no new risk is taken.', '3%'),
    drawdown: limit('Fall from the highest equity after which no new risk is taken.', '10%'),
    collar: percent('How far an order may be from the reference price.', '1%'),
    dataAge: duration('Older prices allow no new risk.', '10s'),
    orderRate: Type.Object(
      {
        count: Type.Integer({ minimum: 1, title: 'a whole number, one or more', default: 10 }),
        per: duration('The window in which they are counted.', '1s'),
      },
      {
        ...closed,
        title: 'a group such as { count: 10, per: 1s }',
        description: 'How many orders are allowed in a window.',
        default: {},
      },
    ),
    marketHours: Type.Boolean({
      title: 'true or false',
      description: "Orders only while the instrument's session is open.",
      default: true,
    }),
  },
  {
    ...closed,
    title: 'a group of limits',
    description: "A limit is 'N%' of equity or an amount in the account's currency.",
    default: {},
  },
)

const venue = Type.Object(
  {
    latency: Type.String({
      pattern: '^\\d+(ms|s|m|h|d)$',
      title: 'a duration such as 0ms, 50ms or 1s',
      description: 'From our order to the venue.',
      default: '50ms',
    }),
    commission: Type.Object(
      {
        rate: percent('Of the value of each fill.', '0.002%'),
        minimum: amount('Per fill, in the settlement currency.', { default: '0' }),
      },
      { ...closed, title: "a group such as { rate: '0.002%', minimum: '0' }", default: {} },
    ),
    fill: Type.Enum(['next', 'close'], {
      title: 'one of next, close',
      description: 'next: at the next price after the latency. close: at the price of the bar that was decided on.',
      default: 'next',
    }),
  },
  { ...closed, title: 'a group of latency, commission and fill', default: {} },
)

const quality = Type.Object(
  {
    staleAfter: duration('A source silent for longer is stale.', '1h'),
    outlier: Type.Number({
      exclusiveMinimum: 0,
      title: 'a number above zero',
      description:
        'A jump of so many usual changes (scaled by the root of the time it took) is quarantined until others confirm it.',
      default: 100,
    }),
  },
  { ...closed, title: 'a group of staleAfter and outlier', default: {} },
)

const feeds = Type.Optional(
  Type.Object(
    {
      environment: Type.Enum(['live', 'practice'], {
        title: 'one of live, practice',
        description: "Which of the sources' worlds: practice has no money in it.",
        default: 'live',
      }),
      record: Type.Boolean({
        title: 'true or false',
        description: 'Keep what comes in, raw and read, so that the run can be played again.',
        default: true,
      }),
      failBack: duration('How long a better source stays clean before it is returned to.', '60s'),
      tolerance: duration("How far a source's time may be from ours, its measured clock offset taken out.", '5s'),
      patience: duration('How long the start waits for the first source to be live.', '20s'),
      settings: Type.Optional(
        Type.Record(
          Type.String({ pattern: '^[a-z0-9-]+$' }),
          Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
          {
            title: 'a group such as { kraken: { depth: 25 } }',
            description: "The sources' own settings; docs/live-feeds.md lists them. No keys: those come from the environment.",
          },
        ),
      ),
    },
    { ...closed, title: 'a group of settings for live feeds', description: 'Only `run` uses it.' },
  ),
)

const weights = Type.Object(
  { why: weight(), how: weight(), what: weight(), when: weight() },
  { ...closed, title: 'a group of weights', default: {} },
)

export const RunSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      title: 'a name of letters, digits, dots and dashes',
      description: 'What the run is called.',
    }),
    from: Type.Optional(instant('First instant, inclusive.')),
    to: Type.Optional(instant('Last instant, exclusive.')),
    account,
    data,
    macro: Type.Array(Type.String({ pattern: '^[A-Za-z0-9._-]+$', title: 'a series such as CPIAUCSL' }), {
      title: 'a list of series such as [CPIAUCSL, UNRATE]',
      description: 'Economic series of the lake whose releases flow in.',
      uniqueItems: true,
      default: [],
    }),
    calendar: Type.Boolean({
      title: 'true or false',
      description: 'The economic calendar of the lake flows in.',
      default: false,
    }),
    strategies,
    senses: Type.Array(Type.Enum([...SENSES], { title: `one of ${SENSES.join(', ')}` }), {
      title: `a list of ${SENSES.join(', ')}`,
      description: 'Which senses read the market; [] switches them off.',
      uniqueItems: true,
      default: [...SENSES],
    }),
    fusion: Type.Object(
      { weights },
      { ...closed, title: 'a group with weights', description: "How much each sense's word counts.", default: {} },
    ),
    allocation,
    risk,
    venue,
    quality,
    feeds,
  },
  { ...closed, title: 'a group of keys such as name, data and strategies', description: 'One run of Quadrant.' },
)

/** The configuration as a user writes it, with the defaults filled in. */
export type RunDocument = Type.Static<typeof RunSchema>

/** A document with every default filled in. Shapes that are wrong stay wrong, for the check that follows. */
export function withDefaults(document: unknown): unknown {
  const complete = Default(RunSchema, document) as { allocation?: { method?: unknown; risk?: unknown; target?: unknown } | null }

  // These two depend on the method, which a schema cannot say plainly.
  const allocation = complete?.allocation
  if (allocation?.method === 'risk') allocation.risk ??= '0.5%'
  if (allocation?.method === 'volatility') allocation.target ??= '10%'
  return complete
}

/** The text of config/run.schema.json. Keys with a default are not required of a user. */
export function runSchemaJson(): string {
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...(withoutDefaulted(RunSchema) as object) }, null, 2)}\n`
}

function withoutDefaulted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDefaulted)
  if (typeof node !== 'object' || node === null) return node

  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) copy[key] = withoutDefaulted(value)

  const properties = copy['properties'] as Record<string, { default?: unknown }> | undefined
  if (properties && Array.isArray(copy['required'])) {
    const required = copy['required'].filter(key => properties[key as string]?.default === undefined)
    if (required.length > 0) copy['required'] = required
    else delete copy['required']
  }
  return copy
}
