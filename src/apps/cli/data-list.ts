// quadrant data list: what the lake holds, one line for each instrument or series and kind.
import type { Command } from 'commander'
import type { Manifest } from '../../adapters/lake/manifest.ts'
import { lakeFolder, stateHome } from '../home.ts'
import { count, instant } from './figures.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Holding {
  readonly kind: string
  readonly name: string
  readonly resolution: string
  readonly datasets: number
  readonly rows: number
  readonly quarantined: number
  readonly firstTime: number | null
  readonly lastTime: number | null
  readonly sources: readonly string[]
  readonly licences: readonly string[]
}

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const { Lake } = await import('../../adapters/lake/lake.ts')
    const lake = new Lake(lakeFolder(stateHome()))
    const holdings = group(await lake.list())

    terminal.answer({ lake: lake.root, holdings }, () => {
      if (holdings.length === 0) return 'The lake is empty. Fill it: quadrant quickstart, or quadrant data import FORMAT PATH'
      return table(
        [
          { title: 'kind' },
          { title: 'name' },
          { title: 'bar' },
          { title: 'rows', align: 'right' },
          { title: 'quarantined', align: 'right' },
          { title: 'first (UTC)' },
          { title: 'last (UTC)' },
          { title: 'source' },
        ],
        holdings.map(one => [
          one.kind,
          one.name,
          one.resolution,
          count(one.rows),
          count(one.quarantined),
          instant(one.firstTime),
          instant(one.lastTime),
          one.sources.join(', '),
        ]),
      )
    })
  })
}

function group(manifests: readonly Manifest[]): Holding[] {
  const groups = Map.groupBy(manifests, ({ kind, instrument, series, resolution }) =>
    [kind, instrument?.id ?? series ?? '', resolution ?? ''].join('\t'),
  )
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => {
      const [kind = '', name = '', resolution = ''] = key.split('\t')
      return {
        kind,
        name,
        resolution,
        datasets: members.length,
        rows: sum(members.map(({ accepted }) => accepted)),
        quarantined: sum(members.map(({ rows, accepted }) => rows - accepted)),
        firstTime: extreme(
          Math.min,
          members.map(({ firstTime }) => firstTime),
        ),
        lastTime: extreme(
          Math.max,
          members.map(({ lastTime }) => lastTime),
        ),
        sources: [...new Set(members.map(({ provenance }) => provenance.source))],
        licences: [...new Set(members.map(({ provenance }) => provenance.licence))],
      }
    })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function extreme(pick: (a: number, b: number) => number, times: readonly (number | null)[]): number | null {
  return times.reduce((found, time) => (found === null ? time : time === null ? found : pick(found, time)), null)
}
