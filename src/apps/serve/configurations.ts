// What can be run: the shipped configurations and those of the folder the server stands in.
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Manifest } from '../../adapters/lake/manifest.ts'
import type { ReplyOf } from '../../wire/contract.ts'
import { judgeRunConfig } from '../config.ts'
import { Failure, isExplained } from '../failure.ts'
import { planLive } from '../live/live-plan.ts'
import type { RunConfig } from '../run-config.ts'
import { lookAtCredentials } from '../source-credentials.ts'
import { SOURCES } from '../sources.ts'
import { didYouMean } from '../suggest.ts'
import type { LakeView } from './lake/lake-view.ts'

type Line = ReplyOf<'GET /configurations'>['items'][number]

const SHIPPED = resolve(import.meta.dirname, '../../../config')

export class Configurations {
  readonly #home: string
  readonly #lake: LakeView
  readonly #folders: readonly string[]
  readonly #known = new Map<string, { readonly state: string; readonly line: Line }>()

  /** `folders`: a name found in an earlier one hides the same in a later one. */
  constructor(home: string, lake: LakeView, folders: readonly string[] = [resolve('config'), SHIPPED]) {
    this.#home = home
    this.#lake = lake
    this.#folders = [...new Set(folders)]
  }

  /** By name. */
  async list(): Promise<Line[]> {
    const lines: Line[] = []
    for (const [name, file] of this.#files()) {
      lines.push(this.#line(name, file))
      // Each takes some milliseconds to judge, which nobody else should wait for.
      await nextTurn()
    }
    return lines.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The file of that name. Throws Failure CONFIG_NOT_FOUND. */
  file(name: string): string {
    const files = this.#files()
    const file = files.get(name)
    if (file !== undefined) return file
    throw new Failure('CONFIG_NOT_FOUND', {
      message: `there is no configuration '${name}' in ${this.#folders.join(' or ')}.${didYouMean(name, [...files.keys()])}`,
      fix: 'take a name of GET /api/v1/configurations, or put NAME.yaml into config/ where the server was started',
    })
  }

  #files(): Map<string, string> {
    const files = new Map<string, string>()
    for (const folder of this.#folders) {
      for (const name of namesIn(folder)) if (!files.has(name)) files.set(name, join(folder, `${name}.yaml`))
    }
    return files
  }

  #line(name: string, file: string): Line {
    const state = `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs} ${this.#lake.state}`
    const known = this.#known.get(name)
    if (known?.state === state) return known.line
    const line = this.#judge(name, file)
    this.#known.set(name, { state, line })
    return line
  }

  #judge(name: string, file: string): Line {
    try {
      const { config, faults } = judgeRunConfig(file)
      const live = config.data.every(({ instrument }) => config.data.some(item => item.instrument === instrument && item.sources))
      return {
        name,
        strategies: [...new Set(config.strategies.map(({ use }) => use))],
        instruments: [...new Set(config.data.map(({ instrument }) => instrument))],
        live,
        missing: faults.length > 0 ? faults.join('; ') : this.#missing(config, live),
        yaml: config.yaml,
      }
    } catch (error) {
      if (!isExplained(error)) throw error
      return { name, strategies: [], instruments: [], live: false, missing: error.message, yaml: '' }
    }
  }

  /** What is neither in the lake nor to be had live. */
  #missing(config: RunConfig, live: boolean): string {
    const absent = absentData(config, this.#lake.manifests())
    if (absent.length === 0) return ''
    const history = `the lake has no ${absent.join(', ')}`
    if (!live) return history
    const keys = this.#missingKeys(config)
    return keys === '' ? '' : `${history}; live, ${keys}`
  }

  #missingKeys(config: RunConfig): string {
    try {
      const { descriptors } = planLive(config, SOURCES)
      const environment = config.feeds?.environment ?? 'live'
      const missing = descriptors.flatMap(descriptor =>
        lookAtCredentials(descriptor, { home: this.#home, environment })
          .findings.filter(({ status }) => status === 'missing')
          .map(({ variable }) => `${descriptor.title} needs ${variable}`),
      )
      return missing.join(', ')
    } catch (error) {
      if (isExplained(error)) return error.message
      throw error
    }
  }
}

function absentData({ data, macro, calendar }: RunConfig, held: readonly Manifest[]): string[] {
  const market = data
    .filter(
      wanted =>
        !held.some(
          ({ instrument, kind, resolution }) =>
            instrument?.id === wanted.instrument && kind === wanted.kind && resolution === (wanted.bar ?? null),
        ),
    )
    .map(({ kind, instrument, bar }) => [kind, instrument, bar].filter(Boolean).join(' '))
  const series = macro.filter(name => !held.some(manifest => manifest.kind === 'release' && manifest.series === name))
  return [...market, ...series, ...(calendar && !held.some(({ kind }) => kind === 'calendar') ? ['calendar'] : [])]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => /^[A-Za-z0-9][A-Za-z0-9._-]*\.yaml$/.test(name))
      .map(name => name.slice(0, -'.yaml'.length))
  } catch {
    return []
  }
}
