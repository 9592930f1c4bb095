// quadrant data sources: every source with what it gives, what it needs, and how far it has been proven.
import type { Command } from 'commander'
import type { CredentialFinding } from '../../connectivity/credentials.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import { stateHome } from '../home.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

const LEVELS = `L0 reads recorded payloads · L1 passes the conformance suite against a simulated venue ·
L2 verified by its owner against the real service (quadrant certify SOURCE) · L3 a week of live running`

interface Needed {
  readonly variable: string
  readonly what: string
  readonly optional: boolean
  /** In the environment or the encrypted store. The value is never shown. */
  readonly set: boolean
  /** What its form says: 'valid', 'placeholder', 'missing'. */
  readonly status: string
}

interface Listed {
  readonly source: string
  readonly title: string
  readonly level: string
  readonly gives: readonly string[]
  readonly assetClasses: readonly string[]
  readonly needs: readonly Needed[]
  readonly hosts: readonly string[]
  readonly symbolExample: string
  readonly licence: string
}

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const [{ SOURCES }, { readCertificate }, { lookAtCredentials }] = await Promise.all([
      import('../sources.ts'),
      import('../live/certify.ts'),
      import('../source-credentials.ts'),
    ])
    const home = stateHome()
    const sources = SOURCES.map(source =>
      listed(source, {
        proven: readCertificate(home, source.name)?.level,
        findings: lookAtCredentials(source, { home, environment: 'practice' }).findings,
      }),
    )
    terminal.answer({ sources }, () => `${sourceTable(sources)}\n\n${LEVELS}\n\n${licences(sources)}`)
  })
}

interface Found {
  readonly proven: string | undefined
  readonly findings: readonly CredentialFinding[]
}

function listed(source: SourceDescriptor, { proven, findings }: Found): Listed {
  const { name, title, level, gives, assetClasses, needs, hosts, symbolExample, licence } = source
  return {
    source: name,
    title,
    // What this owner has proven on this machine counts for him.
    level: proven !== undefined && proven > level ? proven : level,
    gives,
    assetClasses,
    needs: needs.map(({ variable, what, optional = false }) => {
      const { from = 'nowhere', status = 'missing' } = findings.find(found => found.variable === variable) ?? {}
      return { variable, what, optional, set: from !== 'nowhere', status }
    }),
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
