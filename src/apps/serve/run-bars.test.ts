// What a finished run's chart is drawn of, by what its configuration reads.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bookSnapshot, plain, quote, trade } from '../../../test/market-facts.ts'
import { ROOT } from '../../../test/source.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import type { LakeKind } from '../../adapters/lake/layout.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { specOf } from '../../domain/instrument.ts'
import { SECOND } from '../../domain/numbers.ts'
import { lakeFolder } from '../home.ts'
import type { Bars } from './lake/lake-bars.ts'
import { LakeView } from './lake/lake-view.ts'
import { barItem, barsOfRun } from './run-bars.ts'
import type { History, ServerContext } from './server-context.ts'

const SPEC = specOf(plain({}))
const START = Date.UTC(2024, 7, 8) * 1000
/** A book first, then quotes and trades. */
const YAML = readFileSync(join(ROOT, 'config/bitcoin-four-senses.yaml'), 'utf8').replaceAll('BTCUSDT.BINANCE', SPEC.id)

let home: string
let lake: LakeView

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-run-bars-'))
  const writing = new Lake(lakeFolder(home))
  const kept: readonly (readonly [LakeKind, readonly FeedEvent[]])[] = [
    ['book', [bookSnapshot(1, [[9_990, 1]], [[10_010, 1]], { time: START, sequence: 0 })]],
    ['quote', [0, 1, 2].map(at => quote(START + at * SECOND, 9_990, 10_010, { sequence: at }))],
    ['trade', [trade(START + SECOND, 10_005, 1)]],
  ]
  for (const [kind, events] of kept) {
    const provenance = { source: 'venue', kind: 'synthetic', origin: 'test', checksum: kind, licence: '' } as const
    await writing.importing(async importer => {
      const writer = importer.write({ kind, instrument: SPEC, resolution: undefined, series: undefined, provenance, notes: [] })
      await writer.add(events)
      await writer.seal()
      await writer.commit()
    })
  }
  writing.close()
  lake = new LakeView(home)
})
afterEach(() => {
  lake.close()
  rmSync(home, { recursive: true, force: true })
})

/** A context that knows one run. */
const knowing = (yaml: string, bars?: Bars): Pick<ServerContext, 'history' | 'lake'> => ({
  lake,
  history: {
    run: async () => ({ run: { from: '2024-08-08T00:00:00Z', to: '2024-08-08T00:00:01Z' }, yaml }),
    bars: async () => bars,
  } as unknown as History,
})
const WANTED = { instrument: SPEC.id, resolution: '1s', limit: 10 }

test('a run that reads a book first is drawn of its quotes, to its last event', async () => {
  const bars = await barsOfRun(knowing(YAML), 'r', WANTED)

  // The middle of 99.90 and 100.10; the quote of the third second came after the run.
  expect(bars.time).toEqual([START / 1e6, START / 1e6 + 1])
  expect(bars.close).toEqual([100, 100])
})

test('a run that reads only a book is drawn of what was kept of it, else of what the lake has', async () => {
  const bookOnly = YAML.replace(/^ {2}- \{ instrument: \S+ kind: (quote|trade) \}\n/gm, '')
  expect(bookOnly).not.toContain('kind: quote')
  const kept: Bars = {
    instrument: SPEC.id,
    resolution: '1m',
    source: 'the run',
    time: [1],
    open: [1],
    high: [1],
    low: [1],
    close: [1],
    volume: [0],
  }

  expect(await barsOfRun(knowing(bookOnly, kept), 'r', WANTED)).toEqual(kept)
  // Trades know volume, so the lake's own choice is those: one at 100.05.
  expect(await barsOfRun(knowing(bookOnly), 'r', WANTED)).toMatchObject({ close: [100.05], volume: [1] })
})

test('bars come before quotes and trades, and trades first where a strategy asks for their price', () => {
  const of = (kind: 'bar' | 'quote' | 'trade' | 'book') => ({ instrument: SPEC.id, kind }) as never
  const kindOf = (kinds: readonly Parameters<typeof of>[0][], basis?: 'mid' | 'trade') =>
    barItem(kinds.map(of), SPEC.id, basis)?.kind

  expect(kindOf(['book', 'trade', 'quote', 'bar'])).toBe('bar')
  expect(kindOf(['book', 'trade', 'quote'], 'mid')).toBe('quote')
  expect(kindOf(['book', 'quote', 'trade'], 'trade')).toBe('trade')
  expect(kindOf(['book'])).toBeUndefined()
  expect(barItem([of('bar')], 'OTHER.TEST', undefined)).toBeUndefined()
})
