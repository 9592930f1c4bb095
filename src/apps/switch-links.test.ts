// Which decisions are explained by a switch of the source, and in which words.
import { expect, test } from 'vitest'
import type { Micros } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { SourceChange } from '../domain/source.ts'
import { switchLinks } from './switch-links.ts'

const time = (Date.UTC(2024, 0, 3, 10) * 1000) as Micros
const change = (parts: Partial<SourceChange> = {}): SourceChange => ({
  ...{ kind: 'source-change', eventTime: time, receivedTime: time, sequence: 2, provenance: DERIVED, epoch: 2 },
  ...{ instrumentId: 'BTCUSD.KRAKEN', from: 'kraken', to: 'coinbase', level: 'live', reason: 'kraken silent since 2.0 s' },
  ...parts,
})
const waits = (why: string) => ({
  signal: { kind: 'none', strategy: 'ema-cross', instrumentId: 'BTCUSD.KRAKEN', why } as const,
})

test('a bar that is a mix of two sources is explained by the switch', () => {
  expect(switchLinks(waits('source-switched'), [], change())).toEqual([
    {
      stage: 'source',
      reason: 'BTCUSD.KRAKEN is read from coinbase, not kraken since 2024-01-03T10:00:00.000000Z: kraken silent since 2.0 s',
      ids: ['BTCUSD.KRAKEN switch 2'],
    },
  ])
})

test('a refusal for want of a live source is too, and says that the last known is for reading only', () => {
  const refusal = { check: 35, code: 'DATA_SOURCE_DEGRADED', limit: 'a live source', observed: 'last known prices' }
  const verdict = { kind: 'refused', refusals: [refusal] } as unknown as Parameters<typeof switchLinks>[1][number]
  const [link] = switchLinks(waits('no new cross'), [verdict], change({ to: 'kraken', level: 'cache' }))
  expect(link?.reason).toContain('is read from kraken, for reading only since')
})

test('any other decision is not', () => {
  expect(switchLinks(waits('warming up'), [], change())).toEqual([])
  expect(switchLinks(waits('source-switched'), [], undefined)).toEqual([])
})
