// Forms that many messages share: instants, decimals, names, pages.
import Type, { type TSchema } from 'typebox'

export const closed = { additionalProperties: false } as const

/** ISO 8601 in UTC, to the microsecond where it is known: 2026-11-20T14:30:00.000000Z. */
export const Instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?Z$', maxLength: 27 })
/** A date, or an instant: what a person writes. */
export const When = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?Z)?$',
  maxLength: 27,
})
/** An exact decimal as text: prices, quantities, money. */
export const Decimal = Type.String({ pattern: '^-?\\d{1,30}(\\.\\d{1,18})?$', maxLength: 50 })
export const PositiveDecimal = Type.String({ pattern: '^\\d{1,20}(\\.\\d{1,18})?$', maxLength: 40 })
export const InstrumentId = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]*\\.[A-Z0-9]+$', maxLength: 60 })
export const RunId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', maxLength: 160 })
export const OrderId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9-]*$', maxLength: 60 })
export const UserName = Type.String({ pattern: '^[a-z][a-z0-9._-]{0,39}$', maxLength: 40 })
export const Reason = Type.String({ minLength: 3, maxLength: 300, pattern: '^[^\\u0000-\\u001f\\u007f]+$' })
export const Password = Type.String({ minLength: 1, maxLength: 128 })
export const Code = Type.String({ pattern: '^([0-9]{6}|[A-Z2-7]{4}(-?[A-Z2-7]{4}){5})$', maxLength: 29 })
export const Sense = Type.Enum(['why', 'how', 'what', 'when'])
export const Side = Type.Enum(['buy', 'sell'])
export const Mode = Type.Enum(['BACKTEST', 'REPLAY', 'PAPER', 'LIVE'])
export const RoleForm = Type.Enum(['read', 'trade', 'admin'])

export const orNull = <Form extends TSchema>(form: Form) => Type.Union([form, Type.Null()])
/** Where a number came from and when: no page shows one without. */
export const From = Type.Object({ time: Instant, source: Type.String() }, closed)

export const limit = (most: number, usual: number) => Type.Integer({ minimum: 1, maximum: most, default: usual })
/** What comes after this many entries. */
export const offset = Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0 })
export const page = <Form extends TSchema>(form: Form) =>
  Type.Object(
    {
      items: Type.Array(form),
      /** How many there are altogether. */
      total: Type.Integer(),
    },
    closed,
  )

/** Every error of the API, whatever the status: what and why, the fix, a stable code, and the id it has in the log. */
export const ErrorReply = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.String(),
        message: Type.String(),
        fix: Type.String(),
        correlationId: Type.String(),
      },
      closed,
    ),
  },
  closed,
)
