// Findings in the form that code hosts read: SARIF 2.1.0 (OASIS, 2020), rules with their help, evidence as code flows.
import { createHash } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Suppressed } from '../judgement.ts'
import type { Finding, Place, Rule } from '../rule.ts'

export interface SarifInput {
  readonly rules: readonly Rule[]
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  /** Found, and remembered in a baseline. */
  readonly baselined: readonly Finding[]
  readonly version: string
  /** What relative paths start from. */
  readonly startedIn: string
}

export function sarif({ rules, findings, suppressed, baselined, version, startedIn }: SarifInput): object {
  const order = new Map(rules.map((rule, i) => [rule.id, i]))
  const result = resultsOf(order)
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'quadrant guard', semanticVersion: version, rules: rules.map(described) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SCANNED: { uri: `${pathToFileURL(startedIn).href.replace(/\/$/, '')}/` } },
        results: [
          ...findings.map(finding => result(finding)),
          ...suppressed.map(finding => ({
            ...result(finding),
            suppressions: [{ kind: 'inSource', justification: finding.reason }],
          })),
          ...baselined.map(finding => ({
            ...result(finding),
            suppressions: [{ kind: 'external', justification: 'in the baseline' }],
          })),
        ],
      },
    ],
  }
}

const described = (rule: Rule): object => ({
  id: rule.id,
  name: rule.id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
  shortDescription: { text: sentence(rule.summary) },
  fullDescription: { text: rule.why },
  help: { text: `${sentence(rule.summary)} ${rule.why}`, markdown: helpOf(rule) },
  defaultConfiguration: { level: rule.severity },
})

function helpOf(rule: Rule): string {
  const fence = (title: string, examples: Rule['bad']) =>
    examples.slice(0, 1).flatMap(({ language, code }) => [`${title}:`, `\`\`\`${language}\n${code}\n\`\`\``])
  return [sentence(rule.summary), rule.why, ...fence('Found', rule.bad), ...fence('Not found', rule.good)].join('\n\n')
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

const resultsOf = (order: ReadonlyMap<string, number>) => (finding: Finding) => {
  const own = finding.evidence.find(
    ({ line, column, file }) => file === finding.file && line === finding.line && column === finding.column,
  )
  const ruleIndex = order.get(finding.rule)
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: finding.severity,
    message: { text: finding.message },
    locations: [{ physicalLocation: physical(own ?? { ...finding, code: '' }) }],
    partialFingerprints: {
      'codeLine/v1': createHash('sha256')
        .update(`${finding.rule} ${own?.code ?? ''}`)
        .digest('hex')
        .slice(0, 16),
    },
    ...(finding.evidence.length > 1 ? { codeFlows: [flowOf(finding.evidence)] } : {}),
  }
}

const flowOf = (evidence: readonly Place[]) => ({
  threadFlows: [
    { locations: evidence.map(place => ({ location: { physicalLocation: physical(place), message: { text: place.code } } })) },
  ],
})

const physical = ({ file, line, column, code }: Place) => ({
  artifactLocation: isAbsolute(file) ? { uri: pathToFileURL(file).href } : { uri: encodeURI(file), uriBaseId: 'SCANNED' },
  region: { startLine: line, startColumn: column, ...(code === '' ? {} : { snippet: { text: code } }) },
})
