// quadrant data sources: every source with what it gives, what it needs, and how far it has been proven.
import type { Command } from 'commander'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import { stateHome } from '../home.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

const LEVELS = `L0 reads recorded payloads · L1 passes the conformance suite against a simulated venue ·
L2 verified by its owner against the real service (quadrant certify SOURCE) · L3 a week of live running`

interface Listed {
  readonly source: string
  readonly title: string
  readonly level: string
  readonly gives: readonly string[]
  readonly assetClasses: readonly string[]
  /** `set`: the environment has a value; the value is never shown. */
  readonly needs: readonly {
    readonly variable: string
    readonly what: string
    readonly optional: boolean
    readonly set: boolean
  }[]
  readonly hosts: readonly string[]
  readonly symbolExample: string
  readonly licence: string
}

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const [{ SOURCES }, { readCertificate }] = await Promise.all([import('../sources.ts'), import('../certify.ts')])
    const home = stateHome()
    const sources = SOURCES.map(source => listed(source, readCertificate(home, source.name)?.level))

    terminal.answer({ sources }, () => `${sourceTable(sources)}\n\n${LEVELS}\n${licences(sources)}`)
  })
}

function listed(
  { name, title, level, gives, assetClasses, needs, hosts, symbolExample, licence }: SourceDescriptor,
  proven?: string,
): Listed {
  return {
    source: name,
    title,
    // What this owner has proven on this machine counts for him.
    level: proven !== undefined && proven > level ? proven : level,
    gives,
    assetClasses,
    needs: needs.map(({ variable, what, optional = false }) => ({
      variable,
      what,
      optional,
      set: Boolean(process.env[variable]),
    })),
    hosts: [...new Set([...hosts.live, ...hosts.practice])],
    symbolExample,
    licence,
  }
}

const sourceTable = (sources: readonly Listed[]): string =>
  table(
    [{ title: 'source' }, { title: 'level' }, { title: 'gives' }, { title: 'of' }, { title: 'needs' }],
    sources.map(({ source, level, gives, assetClasses, needs }) => [
      source,
      level,
      gives.join(', '),
      assetClasses.join(', '),
      needs.length === 0
        ? 'nothing'
        : needs
            .map(({ variable, set, optional }) => `${variable} (${set ? 'set' : optional ? 'optional' : 'not set'})`)
            .join(', '),
    ]),
  )

const licences = (sources: readonly Listed[]): string => sources.map(({ source, licence }) => `${source}: ${licence}`).join('\n')
