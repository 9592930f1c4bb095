// What the gate misses of planted faults, and what it keeps out of clean data, on real recorded ticks and bars.
import { readdirSync } from 'node:fs'
import { binanceCapture } from '../src/adapters/files/binance-capture.ts'
import type { ImportFormat } from '../src/adapters/files/format.ts'
import { lean } from '../src/adapters/files/lean.ts'
import { Digest } from '../src/domain/digest.ts'
import { instrument } from '../src/domain/instrument.ts'
import { falseAlarms, misses, type Rate, type Scene, wilson } from '../test/corruption/campaign.ts'
import { capturedAlarms } from '../test/corruption/captured-sessions.ts'
import { CATASTROPHIC, OF_TRADES, SUBTLE } from '../test/corruption/corruptor.ts'
import { judgePair, type PairVerdict, repairPairs } from '../test/corruption/repair-pairs.ts'
import { recordedQuotes, recordedTrades } from '../test/corruption/tape.ts'
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
  readonly trades?: boolean
  /** The first files to leave out. */
  readonly skip?: number
}

const TAPES: readonly Tape[] = [
  { title: 'euro ticks', format: lean, folder: ['fx', 'lean', 'oanda', 'tick', 'eurusd'] },
  { title: 'gold ticks', format: lean, folder: ['cfd', 'lean', 'oanda', 'tick', 'xauusd'] },
  { title: 'bitcoin futures quotes', format: binanceCapture, folder: ['crypto', 'hftbacktest', 'usdm'] },
  // No rule of the gate was chosen by these two; of SPY even the days were not looked at.
  { title: 'bitcoin spot quotes (not tuned on)', format: binanceCapture, folder: ['crypto', 'hftbacktest', 'spot'] },
  { title: 'SPY prints (not tuned on)', format: lean, folder: ['equity', 'lean', 'usa', 'tick', 'spy'], trades: true, skip: 1 },
]

if (PACK === undefined) process.stdout.write('quality · skipped: needs the data pack\n')
else {
  for (const file of repairPairs(packPath('equity', 'yfinance_repair')))
    reportPair(judgePair(packPath('equity', 'yfinance_repair'), file))
  for (const { session, kept, reasons } of capturedAlarms())
    report(`clean facts kept out, captured session ${session}`, kept, 1e-4, JSON.stringify(reasons))
  for (const tape of TAPES) await measure(tape)
}

async function measure({ title, format, folder, trades = false, skip = 0 }: Tape): Promise<void> {
  const paths = readdirSync(packPath(...folder))
    .sort()
    .slice(skip, skip + DAYS)
    .map(file => packPath(...folder, file))
  const tape = await (trades ? recordedTrades : recordedQuotes)(format, paths)
  const kindOf = trades ? 'trade' : 'quote'
  const spec = (await parsed(format, paths[0]!)).find(({ about: { kind } }) => kind === kindOf)?.about.instrument
  if (spec === undefined) throw new Error(`${title} has no quotes`)
  for (const peers of [true, false]) {
    const scene: Scene = { instrument: instrument(spec), tape, peers, seed: 1, trades }
    const where = `${title}, ${peers ? 'three sources' : 'one source'}`
    const { all, volatile, reasons } = falseAlarms(scene)
    report(`clean facts kept out, ${where}`, all, 1e-4, JSON.stringify(reasons))
    report(`clean facts kept out in the widest 1 % of minutes, ${where}`, volatile, 1e-3, '')
    for (const corruption of trades ? OF_TRADES : CATASTROPHIC) {
      const { missed, slowest } = misses(scene, corruption, COUNT)
      report(
        `${corruption}: missed, ${where}`,
        missed,
        0,
        slowest > 0 ? `noticed after ${slowest.toFixed(1)} s at the latest` : '',
      )
    }
    if (!peers || trades) continue
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

/** A row whose price is another's by magnitude and passes is a miss. Dividends and adjusted closes are no part of a bar. */
function reportPair({ name, magnitude, fraction, left, unfounded, seamNoticed, sound, soundRefused }: PairVerdict): void {
  const wrong = { caught: magnitude.caught + left.caught, of: magnitude.of + left.of }
  const notes = [
    `wrong by a split ${fraction.caught} of ${fraction.of} caught`,
    ...(unfounded > 0
      ? [`${unfounded} wrong before the first sound row, the change back ${seamNoticed ? '' : 'not '}noticed`]
      : []),
    `${soundRefused} of ${sound} sound rows kept out`,
  ]
  report(
    `bars, ${name}: other units, zeros and contradictions missed`,
    wilson(wrong.of - wrong.caught, wrong.of),
    0,
    notes.join('; '),
  )
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
