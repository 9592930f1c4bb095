// The quickstart: real data into the lake, every shipped configuration whose data are there through the full river.
import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Lake } from '../adapters/lake/lake.ts'
import type { Manifest } from '../adapters/lake/manifest.ts'
import type { RunSummary } from '../research/summary.ts'
import { runBacktest } from './backtest.ts'
import { readRunConfig } from './config.ts'
import { dataPack } from './data-pack.ts'
import { type DatasetResult, importBundled, importPack } from './datasets.ts'
import { lakeFolder } from './home.ts'
import type { RunConfig } from './run-config.ts'

export interface QuickstartResult {
  readonly dataset: 'pack' | 'bundled'
  readonly runs: readonly RunSummary[]
}

export interface QuickstartWatch {
  readonly signal?: AbortSignal
  /** `title` changes with every job: the import, then each run. */
  readonly onProgress?: (title: string, done: number, total: number) => void
  readonly onImported?: (dataset: 'pack' | 'bundled', from: string, result: DatasetResult) => void
}

const CONFIGS = resolve(import.meta.dirname, '../../config')

export async function quickstart(
  home: string,
  { signal, onProgress, onImported }: QuickstartWatch = {},
): Promise<QuickstartResult> {
  const pack = dataPack()
  const dataset = pack === undefined ? 'bundled' : 'pack'
  const interruptible = signal && { signal }

  const lake = new Lake(lakeFolder(home))
  const watch = {
    ...interruptible,
    onProgress: (at: { bytesDone: number; bytes: number }) => onProgress?.('Importing', at.bytesDone, at.bytes),
  }
  const imported = pack === undefined ? await importBundled(lake, watch) : await importPack(pack, lake, watch)
  onImported?.(dataset, pack ?? 'data/', imported)
  const held = await lake.list()
  lake.close()

  const runs: RunSummary[] = []
  for (const config of shippedConfigs().filter(config => isCovered(config, held))) {
    runs.push(
      await runBacktest(config, {
        home,
        ...interruptible,
        reuse: true,
        onProgress: (done, total) => onProgress?.(config.name, done, total),
      }),
    )
  }
  return { dataset, runs }
}

/** Every configuration of config/ but the parity ones, which are for comparing speeds with other engines. */
function shippedConfigs(): RunConfig[] {
  return readdirSync(CONFIGS)
    .filter(file => file.endsWith('.yaml') && !file.startsWith('parity-'))
    .sort()
    .map(file => readRunConfig(relative(process.cwd(), join(CONFIGS, file))))
}

function isCovered({ data, macro, calendar }: RunConfig, held: readonly Manifest[]): boolean {
  const hasMarket = data.every(wanted =>
    held.some(
      ({ instrument, kind, resolution }) =>
        instrument?.id === wanted.instrument && kind === wanted.kind && resolution === (wanted.bar ?? null),
    ),
  )
  const hasSeries = macro.every(name => held.some(({ kind, series }) => kind === 'release' && series === name))
  return hasMarket && hasSeries && (!calendar || held.some(({ kind }) => kind === 'calendar'))
}
