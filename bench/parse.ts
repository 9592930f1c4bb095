// Rows a second out of packed files: archives of ticks and of bars read to the last byte, checksums included.
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportFormat } from '../src/adapters/files/format.ts'
import { dataPack } from '../src/apps/data-pack.ts'
import { importFormats } from '../src/apps/import-formats.ts'
import { Digest } from '../src/domain/digest.ts'
import { writeFigure } from './figure.ts'

const ROUNDS = 5

interface Case {
  readonly metric: string
  readonly format: string
  readonly files: string
  readonly target?: { readonly atLeast: number }
}

const CASES: readonly Case[] = [
  { metric: 'LEAN gold quote ticks', format: 'lean', files: 'cfd/lean/oanda/tick/xauusd/*.zip', target: { atLeast: 1_500_000 } },
  { metric: 'LEAN SPY trade ticks', format: 'lean', files: 'equity/lean/usa/tick/spy/*.zip', target: { atLeast: 1_500_000 } },
  { metric: 'LEAN hour bars', format: 'lean', files: '{cfd,fx}/lean/oanda/hour/*.zip' },
  { metric: 'Dukascopy ticks', format: 'bi5', files: 'fx/dukascopy_bi5/compressed/**/*.bi5' },
  { metric: 'Binance capture lines', format: 'binance-capture', files: 'crypto/hftbacktest/usdm/*.gz' },
]

const pack = dataPack()
if (pack === undefined) process.stdout.write('parse · skipped: needs the data pack\n')
else for (const each of CASES) await measure(each, pack)

async function measure({ metric, format, files, target }: Case, folder: string): Promise<void> {
  const paths = globSync(join(folder, files)).sort()
  let best = Number.POSITIVE_INFINITY
  let answer: Answer | undefined

  // The best of several rounds: the first compiles, and others on the machine only ever make it slower.
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    answer = await parse(importFormats[format]!, paths)
    best = Math.min(best, (performance.now() - start) / 1000)
  }
  if (!answer) return
  const { rows, correctnessHash, dataHash } = answer
  const note = `${rows} rows of ${paths.length} files, best of ${ROUNDS}, unpacking and SHA-256 included`
  writeFigure({
    bench: 'parse',
    metric,
    value: rows / best,
    unit: 'rows/s',
    correctnessHash,
    dataHash,
    note,
    ...(target ? { target } : {}),
  })
}

interface Answer {
  readonly rows: number
  readonly correctnessHash: string
  readonly dataHash: string
}

async function parse(format: ImportFormat, paths: readonly string[]): Promise<Answer> {
  const digest = new Digest()
  const checksums = createHash('sha256')
  let rows = 0
  for (const path of paths) {
    for await (const dataset of format.open(path, {})) {
      checksums.update(dataset.provenance.checksum)
      let last = 0
      for await (const batch of dataset.rows()) {
        rows += batch.length
        const row = batch.at(-1)!
        if (row.kind !== 'fault') last = row.eventTime
      }
      digest.text(dataset.kind).number(rows).number(last)
    }
  }
  return { rows, correctnessHash: digest.hex, dataHash: checksums.digest('hex') }
}
