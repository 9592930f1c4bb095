// What the lists of thoughts show of a replay that plays again.
import { expect, test } from 'vitest'
import { Hub } from '../../../adapters/gateway/hub.ts'
import type { RowOf } from '../../../wire/topics.ts'
import { soFar } from './signals.ts'

const NOW = '2024-08-08T12:00:00.000000Z'
const living: RowOf<'runs'> = {
  ...{ key: 'replay-gold', name: 'gold', account: '(research)', mode: 'REPLAY', running: true, environment: '' },
  ...{ time: NOW, from: '2024-08-08T00:00:00.000000Z', started: '2026-11-21T11:00:00Z', instruments: [] },
  ...{ events: 1, sequence: 1 },
}

test('a replay that lives shows nothing that is past its own clock', () => {
  const hub = new Hub()
  hub.publish('runs', [living])

  expect(soFar({ hub }, { run: 'replay-gold' }).to).toBe(NOW)
  expect(soFar({ hub }, { run: 'replay-gold', to: '2024-08-09' }).to).toBe(NOW)
  expect(soFar({ hub }, { run: 'replay-gold', to: '2024-08-08T06:00:00Z' }).to).toBe('2024-08-08T06:00:00.000000Z')
  expect(soFar({ hub }, { run: 'another' }).to).toBeUndefined()

  hub.publish('runs', [{ ...living, running: false }])
  expect(soFar({ hub }, { run: 'replay-gold' }).to).toBeUndefined()
  hub.close()
})
