// What the gate misses of planted faults, and what it keeps out of clean data, on real recorded ticks and bars.
import { readdirSync } from 'node:fs'
import { binanceCapture } from '../src/adapters/files/binance-capture.ts'
import type { ImportFormat } from '../src/adapters/files/format.ts'
import { lean } from '../src/adapters/files/lean.ts'
import { Digest } from '../src/domain/digest.ts'
import { instrument } from '../src/domain/instrument.ts'
import { falseAlarms, misses, type Rate, type Scene } from '../test/corruption/campaign.ts'
import { CATASTROPHIC, SUBTLE } from '../test/corruption/corruptor.ts'
import { recordedQuotes } from '../test/corruption/tape.ts'
import { PACK, packPath } from '../test/pack.ts'
import { parsed } from '../test/parsed.ts'
import { writeFigure } from './figure.ts'

/** Incidents wanted per class of fault and tape; the whole campaign plants more than 2,000 of each catastrophic class. */
const COUNT = Number(process.env['COUNT'] ?? 1300)
/** A share of each tape, to look at something quickly: DAYS=1. */
const DAYS = Number(process.env['DAYS'] ?? 100)

interface Tape {
  readonly title: string
  readonly format: ImportFormat
  readonly folder: readonly string[]
}

const TAPES: readonly Tape[] = [
  { title: 'euro ticks', format: lean, folder: ['fx', 'lean', 'oanda', 'tick', 'eurusd'] },
  { title: 'gold ticks', format: lean, folder: ['cfd', 'lean', 'oanda', 'tick', 'xauusd'] },
  { title: 'bitcoin quotes', format: binanceCapture, folder: ['crypto', 'hftbacktest', 'usdm'] },
]

if (PACK === undefined) process.stdout.write('quality · skipped: needs the data pack\n')
else for (const tape of TAPES) await measure(tape)

async function measure({ title, format, folder }: Tape): Promise<void> {
  const paths = readdirSync(packPath(...folder))
    .sort()
    .slice(0, DAYS)
    .map(file => packPath(...folder, file))
  const tape = await recordedQuotes(format, paths)
  const spec = (await parsed(format, paths[0]!)).find(({ about: { kind } }) => kind === 'quote')?.about.instrument
  if (spec === undefined) throw new Error(`${title} has no quotes`)
  for (const peers of [true, false]) {
    const scene: Scene = { instrument: instrument(spec), tape, peers, seed: 1 }
    const where = `${title}, ${peers ? 'three sources' : 'one source'}`
    const { all, volatile, reasons } = falseAlarms(scene)
    report(`clean facts kept out, ${where}`, all, 1e-4, JSON.stringify(reasons))
    report(`clean facts kept out in the widest 1 % of minutes, ${where}`, volatile, 1e-3, '')
    for (const corruption of CATASTROPHIC) {
      const { missed, slowest } = misses(scene, corruption, COUNT)
      report(
        `${corruption}: missed, ${where}`,
        missed,
        0,
        slowest > 0 ? `noticed after ${slowest.toFixed(1)} s at the latest` : '',
      )
    }
    if (!peers) continue
    for (const corruption of SUBTLE) {
      const { missed, slowest } = misses(scene, corruption, COUNT)
      report(
        `${corruption}: missed, ${where}`,
        missed,
        0.02,
        slowest > 0 ? `noticed after ${slowest.toFixed(1)} s at the latest` : '',
      )
    }
  }
}

function report(metric: string, { hits, of, low, high }: Rate, atMost: number, note: string): void {
  writeFigure({
    bench: 'quality',
    metric,
    value: of === 0 ? 0 : hits / of,
    unit: 'share',
    target: { atMost },
    correctnessHash: new Digest().text(metric).number(hits).number(of).hex,
    note: `${hits} of ${of}, 95 % between ${low.toExponential(1)} and ${high.toExponential(1)}${note === '' || note === '{}' ? '' : `; ${note}`}`,
  })
}
