// What the engine and recovery rely on in every journal, whatever it is made of.
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { StoredJournal } from '../../src/adapters/journal/stored-journal.ts'
import { arbitraryEvent } from '../arbitrary-event.ts'
import { tick } from './ticks.ts'

/** `begin` gives a new, empty journal each time. */
export function journalContract(name: string, begin: () => StoredJournal): void {
  const opened: StoredJournal[] = []
  const open = (): StoredJournal => {
    const journal = begin()
    opened.push(journal)
    return journal
  }

  afterEach(async () => {
    for (const journal of opened.splice(0)) await journal.close()
  })

  describe(`${name} keeps the journal's contract`, () => {
    test('a new journal holds nothing', () => {
      const journal = open()

      expect(journal.lastSequence).toBeUndefined()
      expect(journal.consumed).toBe(0)
      expect(journal.pending).toBe(0)
      expect([...journal.read()]).toEqual([])
    })

    test('what was appended is durable after the flush and not before', () => {
      const journal = open()

      journal.append(tick(1))
      journal.append(tick(2))
      expect([...journal.read()], 'nothing is promised before the flush').toEqual([])
      expect(journal.pending).toBe(2)

      journal.flush(7)
      expect([...journal.read()]).toEqual([tick(1), tick(2)])
      expect(journal).toMatchObject({ lastSequence: 2, consumed: 7, pending: 0 })
    })

    test('every kind of event comes back as it was, in its order', () => {
      fc.assert(
        fc.property(fc.array(arbitraryEvent, { minLength: 1, maxLength: 20 }), fc.nat(5), (events, first) => {
          const journal = begin()
          try {
            const records = events.map((event, i) => ({ sequence: first + i, event }))
            for (const record of records) journal.append(record)
            journal.flush(events.length)

            expect([...journal.read()]).toEqual(records)
          } finally {
            void journal.close()
          }
        }),
        { numRuns: 25 },
      )
    })

    test('reading can begin at any sequence, inside and outside of what is stored', () => {
      const journal = open()
      for (const upTo of [12, 15, 16]) {
        for (let sequence = (journal.lastSequence ?? 9) + 1; sequence <= upTo; sequence++) journal.append(tick(sequence))
        journal.flush(upTo)
      }

      const from = (sequence: number) => [...journal.read(sequence)].map(record => record.sequence)
      expect(from(0)).toEqual([10, 11, 12, 13, 14, 15, 16])
      expect(from(10)).toEqual([10, 11, 12, 13, 14, 15, 16])
      expect(from(14)).toEqual([14, 15, 16])
      expect(from(16)).toEqual([16])
      expect(from(17)).toEqual([])
    })

    test('data of one origin go on sharing one provenance', () => {
      const journal = open()
      journal.append(tick(1))
      journal.flush(1)
      journal.append(tick(2))
      journal.flush(2)

      const [first, second] = [...journal.read()]
      expect(first!.event.provenance).toBe(second!.event.provenance)
    })

    test('an empty flush changes nothing', () => {
      const journal = open()
      journal.append(tick(1))
      journal.flush(3)
      journal.flush(9)

      expect(journal, 'how far feeds were read is kept together with records').toMatchObject({ lastSequence: 1, consumed: 3 })
    })

    test('a gap, a repetition and a broken number are bugs of the writer', () => {
      const journal = open()
      journal.append(tick(4))

      expect(() => journal.append(tick(6))).toThrow('no gaps: 6 cannot follow 4')
      expect(() => journal.append(tick(4))).toThrow('no gaps: 4 cannot follow 4')
      expect(() => journal.append(tick(4.5))).toThrow('whole number')
      expect(() => open().append(tick(-1))).toThrow('whole number')
    })

    test('feeds are never read backwards', () => {
      const journal = open()
      journal.append(tick(1))
      journal.flush(10)
      journal.append(tick(2))

      expect(() => journal.flush(9)).toThrow('feeds are read forward: 9 cannot follow 10')
    })

    test('a closed journal takes and gives nothing more, and closing twice is once', async () => {
      const journal = open()
      await journal.close()
      await journal.close()

      expect(() => journal.append(tick(1))).toThrow(expect.objectContaining({ code: 'JOURNAL_CLOSED' }))
      expect(() => journal.flush(1)).toThrow(expect.objectContaining({ code: 'JOURNAL_CLOSED' }))
      expect(() => [...journal.read()]).toThrow(expect.objectContaining({ code: 'JOURNAL_CLOSED' }))
    })
  })
}
