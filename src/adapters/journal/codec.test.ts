import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryEvent } from '../../../test/arbitrary-event.ts'
import type { Event } from '../../domain/event.ts'
import { micros, money, price, quantity } from '../../domain/numbers.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { decodeEvent, encodeEvent } from './codec.ts'
import { JournalError } from './journal-error.ts'
import { Words } from './words.ts'

const PROVENANCE = { source: 'oanda', kind: 'recorded', origin: 'xauusd.zip', checksum: 'ab', licence: 'Apache-2.0' } as const

/** The bytes of an event, and the event read back by somebody who knows only the bytes. */
function thereAndBack(event: Event): { readonly bytes: Buffer; readonly back: Event } {
  const words = new Words()
  const [body, news] = [new ByteWriter(), new ByteWriter()]
  encodeEvent(event, words, body)
  words.writeNew(news)

  const learned = new Words()
  learned.learn(Buffer.from(news.written))
  const reader = new ByteReader(body.written)
  const back = decodeEvent(reader, learned)
  expect(reader.done, 'every byte was read').toBe(true)
  return { bytes: Buffer.from(body.written), back }
}

describe('the encoding of events', () => {
  test('gives every event back as it was', () => {
    fc.assert(
      fc.property(arbitraryEvent, event => {
        expect(thereAndBack(event).back).toEqual(event)
      }),
      { numRuns: 2000 },
    )
  })

  test('of a quote is these bytes', () => {
    const time = micros(1_398_902_400_000_000)
    const { bytes } = thereAndBack({
      kind: 'quote',
      eventTime: time,
      receivedTime: time,
      sequence: 100,
      provenance: PROVENANCE,
      instrumentId: 'XAUUSD.OANDA',
      bid: price(1_291_677),
      ask: price(-1),
      bidSize: quantity(0),
      askSize: quantity(63),
    })

    // 1398902400000000 as Python's struct.pack('<d', …). 100 = 36 + 64·1 → a4 01 (36 + 128 for "more follows").
    // 1291677 = 29 + 64·(86 + 128·(29 + 128·1)) → 9d d6 9d 01. -1 → sign bit and 1 → 41. 63 still fits one byte.
    expect(bytes.toString('hex')).toBe(['00', '008082622de11343', 'a401', '00', '00', '9dd69d01', '41', '00', '3f'].join(''))
  })

  test('of money is exact far beyond 2^53', () => {
    const commission = money(-123_456_789_012_345_678_901_234_567_890n)
    const { back } = thereAndBack({
      kind: 'order-event',
      eventTime: micros(1),
      receivedTime: micros(2),
      sequence: 1,
      provenance: PROVENANCE,
      instrumentId: 'XAUUSD.OANDA',
      orderId: 'q-17',
      outcome: 'filled',
      fillId: 'f-1',
      side: 'sell',
      price: price(1),
      quantity: quantity(1),
      commission,
    })

    expect(back).toMatchObject({ commission })
  })

  test('refuses a count that is no whole number, since a rounded price would be another price', () => {
    expect(() => new ByteWriter().count(1.5)).toThrow('a safe integer')
    expect(() => new ByteWriter().count(2 ** 53)).toThrow('a safe integer')
  })

  test('of bytes that nobody wrote is an error of its kind, or an event that could be', () => {
    const words = new Words()
    words.textNumber('XAUUSD.OANDA')
    words.provenanceNumber(PROVENANCE)

    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(10), (bytes, kind) => {
        bytes[0] = kind
        let event: Event
        try {
          event = decodeEvent(new ByteReader(bytes), words)
        } catch (error) {
          expect(error).toBeInstanceOf(JournalError)
          return
        }
        expect(thereAndBack(event).back).toEqual(event)
      }),
      { numRuns: 5000 },
    )
  })

  test('cut short at any byte is an error', () => {
    fc.assert(
      fc.property(arbitraryEvent, fc.nat(), (event, at) => {
        const words = new Words()
        const writer = new ByteWriter()
        encodeEvent(event, words, writer)
        const cut = writer.written.subarray(0, at % writer.length)

        expect(() => decodeEvent(new ByteReader(cut), words)).toThrow(JournalError)
      }),
    )
  })
})
