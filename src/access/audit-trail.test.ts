// The trail as it is written, and everything that can be done to it afterwards: each must be found.
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { MemoryAudit } from '../../test/memory-audit.ts'
import { GENESIS, recordHash } from './audit-chain.ts'
import type { AuditEntry, AuditHead, AuditRecord } from './audit-entry.ts'
import { readAuditLine } from './audit-export.ts'
import { AuditSigner } from './audit-key.ts'
import { AuditTrail } from './audit-trail.ts'
import { verifyAudit } from './audit-verify.ts'

const newSigner = () =>
  new AuditSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
const signer = newSigner()

const entry = (i: number): AuditEntry => ({
  actor: `user-${i % 3}`,
  session: `s${i}`,
  address: '127.0.0.1',
  action: i % 2 === 0 ? 'order.place' : 'session.create',
  object: `order:${i}`,
  before: null,
  after: { quantity: i, note: `number ${i}` },
  reason: '',
  result: 'done',
  correlationId: `c${i}`,
})

/** A minute for each record. */
const clock = () => {
  let time = Date.UTC(2026, 10, 21)
  return () => (time += 60_000)
}

async function written(count: number, headRecords = 8): Promise<MemoryAudit> {
  const store = new MemoryAudit()
  const trail = await AuditTrail.open({ store, signer, now: clock(), headRecords })
  for (let i = 1; i <= count; i++) await trail.record(entry(i))
  await trail.close()
  return store
}

/** Of a trail that nobody writes any more. */
const verdict = (records: readonly AuditRecord[], heads: readonly AuditHead[], keys = [signer.public]) =>
  verifyAudit({ records, heads, keys, sealed: true })

describe('a trail', () => {
  test('is whole as it was written, over several openings', async () => {
    const store = await written(20)
    const trail = await AuditTrail.open({ store, signer, now: clock() })
    await trail.record(entry(21))
    await trail.close()
    await trail.close()
    expect(store.records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
    expect(store.records[0]?.previousHash).toBe(GENESIS)
    expect(store.records.every((record, i) => i === 0 || record.previousHash === store.records[i - 1]!.hash)).toBe(true)
    // Over the first, then every eight further on, at the first close, and at the second.
    expect(store.signed.map(({ size }) => size)).toEqual([1, 9, 17, 20, 21])
    expect(await verdict(store.records, store.signed)).toEqual({
      whole: true,
      records: 21,
      heads: 5,
      head: { size: 21, root: store.signed[4]!.root, time: store.signed[4]!.time },
      faults: [],
    })
  })

  test('an empty one is whole, and no head is signed over nothing', async () => {
    const store = await written(0)
    expect(store.signed).toEqual([])
    expect(await verdict([], [])).toMatchObject({ whole: true, records: 0, head: null })
  })

  test('gives each of many at the same time its own place, in the order they came', async () => {
    const store = new MemoryAudit()
    const trail = await AuditTrail.open({ store, signer, now: clock() })
    const records = await Promise.all(Array.from({ length: 50 }, (_, i) => trail.record(entry(i))))
    expect(records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(store.records.map(({ object }) => object)).toEqual(Array.from({ length: 50 }, (_, i) => `order:${i}`))
  })

  test('a record that cannot be kept fails its action, and the next takes its place', async () => {
    const store = new MemoryAudit()
    store.fault = ({ object }) => (object === 'order:2' ? 'before' : undefined)
    const trail = await AuditTrail.open({ store, signer, now: clock() })
    await trail.record(entry(1))
    await expect(trail.record(entry(2))).rejects.toThrow('the disk is full')
    expect((await trail.record(entry(3))).sequence).toBe(2)
    await trail.close()
    expect((await verdict(store.records, store.signed)).whole).toBe(true)
  })

  test('a record whose answer was lost is there once', async () => {
    const store = new MemoryAudit()
    store.fault = ({ object }) => (object === 'order:2' ? 'after' : undefined)
    const trail = await AuditTrail.open({ store, signer, now: clock() })
    for (let i = 1; i <= 3; i++) expect((await trail.record(entry(i))).sequence).toBe(i)
    await trail.close()
    expect(store.records).toHaveLength(3)
    expect((await verdict(store.records, store.signed)).whole).toBe(true)
  })

  test('two processes on one store make one chain', async () => {
    const store = new MemoryAudit()
    const trails = await Promise.all([0, 1].map(() => AuditTrail.open({ store, signer, now: clock(), headRecords: 4 })))
    await Promise.all(Array.from({ length: 30 }, (_, i) => trails[i % 2]!.record(entry(i))))
    for (const trail of trails) await trail.close()
    expect(store.records).toHaveLength(30)
    expect((await verdict(store.records, store.signed)).faults).toEqual([])
  })

  test('a head is beside the store before the store has it, and where it cannot be put there the signing fails', async () => {
    const store = new MemoryAudit()
    const beside: AuditHead[] = []
    let full = true
    const keepHead = (head: AuditHead) => {
      if (full) throw new Error('the disk is full')
      expect(store.signed).not.toContainEqual(head)
      beside.push(head)
    }
    const trail = await AuditTrail.open({ store, signer, now: clock(), keepHead })
    await expect(trail.record(entry(1))).rejects.toThrow('the disk is full')
    await expect(trail.sign()).rejects.toThrow('the disk is full')
    full = false
    expect((await trail.sign())?.size).toBe(1)
    expect(await trail.sign()).toBeUndefined()
    expect(beside).toEqual(store.signed)
  })

  test('times have microseconds, where the clock has them', async () => {
    const store = new MemoryAudit()
    const trail = await AuditTrail.open({ store, signer, now: () => Date.UTC(2026, 10, 21, 9, 30, 0, 5) + 0.25 })
    expect((await trail.record(entry(1))).time).toBe('2026-11-21T09:30:00.005250Z')
  })

  test('a line of an export is a key, a record or a head, and nothing else', async () => {
    const store = await written(1)
    const [record, head] = [store.records[0]!, store.signed[0]!]
    const key = { id: signer.public.id, pem: signer.public.pem }
    for (const line of [{ record }, { head }, { key }]) expect(readAuditLine(JSON.stringify(line))).toEqual(line)
    for (const strange of ['', 'null', '[]', '{}', '{"head":{}}', '{"key":{"pem":"none"}}', '{"record":1}', '{"record":']) {
      expect(readAuditLine(strange)).toBeUndefined()
    }
  })
})

/** What can be done to the records of a store, and to the heads in it; those beside it stay. */
type Tampering = (records: AuditRecord[], pick: (below: number) => number) => void

const FIELDS = Object.keys(entry(0)).concat('sequence', 'time', 'previousHash', 'hash')

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'string')
    return value === '' ? ' ' : value.endsWith('0') ? `${value.slice(0, -1)}1` : `${value.slice(0, -1)}0`
  return value === null ? {} : null
}

/** As one would who knows how the chain is made: every hash behind a change is made again. */
function forge(records: AuditRecord[], from: number): void {
  for (let i = from; i < records.length; i++) {
    const record = { ...records[i]!, sequence: i + 1, previousHash: records[i - 1]?.hash ?? GENESIS }
    records[i] = { ...record, hash: recordHash(record) }
  }
}

const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  edit: (records, pick) => {
    const [i, field] = [pick(records.length), FIELDS[pick(FIELDS.length)]!]
    const record = records[i]! as unknown as Record<string, unknown>
    records[i] = { ...record, [field]: other(record[field]) } as unknown as AuditRecord
  },
  'edit inside': (records, pick) => {
    const i = pick(records.length)
    records[i] = { ...records[i]!, after: { ...(records[i]!.after as object), quantity: -1 } }
  },
  'add a field': (records, pick) => {
    const i = pick(records.length)
    records[i] = { ...records[i]!, extra: 1 } as AuditRecord
  },
  'edit and forge what follows': (records, pick) => {
    const i = pick(records.length)
    records[i] = { ...records[i]!, actor: 'somebody else' }
    forge(records, i)
  },
  delete: (records, pick) => void records.splice(pick(records.length), 1 + pick(3)),
  'delete and forge what follows': (records, pick) => {
    const i = pick(records.length)
    records.splice(i, 1)
    forge(records, i)
  },
  insert: (records, pick) => {
    const i = pick(records.length + 1)
    records.splice(i, 0, { ...records[pick(records.length)]!, object: 'order:forged' })
  },
  'insert and forge what follows': (records, pick) => {
    const i = pick(records.length + 1)
    records.splice(i, 0, { ...records[pick(records.length)]!, object: 'order:forged' })
    forge(records, i)
  },
  double: (records, pick) => {
    const i = pick(records.length)
    records.splice(i, 0, records[i]!)
  },
  reorder: (records, pick) => {
    const i = pick(records.length - 1)
    const j = i + 1 + pick(records.length - 1 - i)
    ;[records[i], records[j]] = [records[j]!, records[i]!]
  },
  'reorder and forge what follows': (records, pick) => {
    const i = pick(records.length - 1)
    ;[records[i], records[i + 1]] = [records[i + 1]!, records[i]!]
    forge(records, i)
  },
  'cut off the end': (records, pick) => void records.splice(pick(records.length)),
  'cut off the beginning': (records, pick) => void records.splice(0, 1 + pick(records.length)),
  'cut off the beginning and forge the rest': (records, pick) => {
    records.splice(0, 1 + pick(records.length))
    forge(records, 0)
  },
  'replace all': records => {
    for (let i = 0; i < records.length; i++) records[i] = { ...records[i]!, object: 'order:forged' }
    forge(records, 0)
  },
}

describe('tampering', () => {
  let store: MemoryAudit
  beforeAll(async () => {
    store = await written(40)
  })

  const runs = process.env['CAMPAIGN'] ? 10_000 : 500
  test(`is found, whatever was done to the records: ${runs} times at random`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(TAMPERINGS)),
        fc.infiniteStream(fc.nat()),
        fc.boolean(),
        async (name, numbers, alsoHeads) => {
          const records: AuditRecord[] = JSON.parse(JSON.stringify(store.records))
          TAMPERINGS[name]!(records, below => (numbers.next().value as number) % below)
          // The store's own heads may go with the records; those beside it are still there.
          const heads = alsoHeads ? store.signed : [...store.signed, ...store.signed]
          const { whole, faults } = await verdict(records, heads)
          expect(whole, `${name} was not found`).toBe(false)
          expect(faults.length, name).toBeGreaterThan(0)
        },
      ),
      { numRuns: runs },
    )
  })

  test.each(Object.keys(TAMPERINGS))('%s is found at the beginning, in the middle and at the end', async name => {
    for (const place of [0, 17, 39]) {
      const records: AuditRecord[] = JSON.parse(JSON.stringify(store.records))
      TAMPERINGS[name]!(records, below => Math.min(place, below - 1))
      expect((await verdict(records, store.signed)).whole, `at ${place}`).toBe(false)
    }
  })

  test('an edit is found at the record it was made in', async () => {
    const records = store.records.map(record => (record.sequence === 11 ? { ...record, reason: 'another' } : record))
    const { faults } = await verdict(records, store.signed)
    expect(faults[0]).toEqual({ sequence: 11, fault: 'it was changed after it was written' })
  })

  test('heads that were changed, or signed by somebody else, are found', async () => {
    const newest = store.signed.at(-1)!
    const strangers = newSigner()
    const changed = [
      { ...newest, root: GENESIS },
      { ...newest, size: newest.size - 1 },
      { ...newest, time: '2020-01-01T00:00:00.000000Z' },
      { ...newest, signature: `A${newest.signature.slice(1)}` },
      { ...newest, signature: '' },
      strangers.sign({ size: newest.size, root: newest.root, time: newest.time }),
      { ...strangers.sign({ size: newest.size, root: newest.root, time: newest.time }), keyId: signer.public.id },
    ]
    for (const head of changed) {
      expect((await verdict(store.records, [...store.signed.slice(0, -1), head])).whole, JSON.stringify(head)).toBe(false)
    }
  })

  test('what is put behind the newest head is found once nobody writes any more; until then it may be the newest record', async () => {
    const records = [...store.records, { ...store.records[0]!, object: 'order:forged' }]
    forge(records, 40)
    expect(await verdict(records, store.signed)).toMatchObject({ whole: false, faults: [{ sequence: 41 }] })
    expect((await verifyAudit({ records, heads: store.signed, keys: [signer.public] })).whole).toBe(true)
  })

  test('a trail without any head is not called whole', async () => {
    expect(await verdict(store.records, [])).toMatchObject({ whole: false, head: null })
  })

  test('records that are not of the right form are faults, not accidents', async () => {
    for (const strange of [null, 1, 'text', [], {}, { hash: 5 }]) {
      const records = [...store.records.slice(0, 5), strange as unknown as AuditRecord, ...store.records.slice(6)]
      expect((await verdict(records, store.signed)).whole).toBe(false)
    }
  })

  test('only so many faults are listed, however many there are', async () => {
    const records = Array.from({ length: 1_000 }, () => store.records[0]!)
    expect((await verdict(records, store.signed)).faults).toHaveLength(100)
  })
})
