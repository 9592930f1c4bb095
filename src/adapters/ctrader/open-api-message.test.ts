// Numbers of 64 bits from both encodings: exact as ids, and as counts only where a double holds them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idOf, PAYLOAD, wholeOf } from './open-api-message.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'

/** A field of 64 bits through the wire: unsigned `symbolId` of a depth event, signed `low` of a bar. */
function travelled(name: 'symbolId' | 'low', value: bigint) {
  const isBar = name === 'low'
  const fields = isBar
    ? { ctidTraderAccountId: 1, period: 1, trendbar: [{ volume: 1, low: String(value) }] }
    : { ctidTraderAccountId: 1, symbolId: String(value) }
  const type = isBar ? PAYLOAD.trendbarsAnswer : PAYLOAD.depth
  const message = PROTOBUF_CODEC.decode(PROTOBUF_CODEC.encode({ type, id: '', fields }))!
  const carrier = isBar ? (message.fields['trendbar'] as readonly Record<string, unknown>[])[0]! : message.fields
  return { id: idOf(carrier, name), whole: wholeOf(carrier, name) }
}

const safe = (value: bigint): number | undefined => (Number.isSafeInteger(Number(value)) ? Number(value) : undefined)

test('every number of 64 bits keeps its digits, and is a count where a double holds it', () => {
  const edges = [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n]
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...edges, 2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), value => {
      expect(travelled('symbolId', value)).toEqual({ id: String(value), whole: safe(value) })
    }),
  )
  const signed = fc.oneof(
    fc.constantFrom(...edges.flatMap(edge => [edge, -edge])),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  )
  fc.assert(
    fc.property(signed, value => {
      expect(travelled('low', value)).toEqual({ id: String(value), whole: safe(value) })
    }),
  )
})

test('in JSON a number is itself, its digits, or nothing', () => {
  expect([wholeOf({ n: 7 }, 'n'), wholeOf({ n: '-7' }, 'n'), wholeOf({ n: 7.5 }, 'n'), wholeOf({ n: '7e3' }, 'n')]).toEqual([
    ...[7, -7, undefined, undefined],
  ])
  expect(wholeOf({ n: '9007199254740993' }, 'n'), '2^53 + 1 is no double').toBeUndefined()
  expect(idOf({ n: '9007199254740993' }, 'n')).toBe('9007199254740993')
  expect([wholeOf({}, 'n'), idOf({}, 'n'), wholeOf({ n: null }, 'n')]).toEqual([undefined, undefined, undefined])
})
