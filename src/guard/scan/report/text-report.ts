// Findings for people: place, rule, what is wrong, and the way the value went; then what was let through, and why.
import type { Finding, Rule } from '../rule.ts'
import type { Scan } from '../scanner.ts'

export interface TextReport extends Scan {
  readonly baselined: number
}

export function textReport({ files, lines, elapsedSeconds, findings, suppressed, skipped, baselined }: TextReport): string {
  const parts = [
    ...findings.map(told),
    ...(suppressed.length === 0
      ? []
      : [`Let through by comments:\n${suppressed.map(one => `  ${headOf(one)}\n    because: ${one.reason}`).join('\n')}`]),
    ...(skipped.length === 0 ? [] : [`Not read:\n${skipped.map(({ file, why }) => `  ${file}: ${why}`).join('\n')}`]),
    [
      findings.length === 0 ? 'Nothing found' : numbered(findings.length, 'finding'),
      `in ${numbered(files, 'file')}, ${numbered(lines, 'line')}, ${elapsedSeconds.toFixed(2)} s`,
      ...(suppressed.length > 0 ? [`· ${suppressed.length} let through by comments`] : []),
      ...(baselined > 0 ? [`· ${baselined} in the baseline`] : []),
      ...(skipped.length > 0 ? [`· ${numbered(skipped.length, 'place')} not read`] : []),
    ].join(' '),
  ]
  return parts.join('\n\n')
}

function told(finding: Finding): string {
  const way = finding.evidence.map(({ file, line, column, code }) => {
    const at = file === finding.file ? `${line}:${column}` : `${file}:${line}:${column}`
    return `    ${at}  ${code}`
  })
  return [`${headOf(finding)}\n  ${finding.message}`, ...way].join('\n')
}

const headOf = ({ file, line, column, severity, rule }: Finding): string => `${file}:${line}:${column}  ${severity}  ${rule}`

const numbered = (count: number, what: string): string => `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`

/** A rule with all its examples. */
export function explanation({ id, severity, summary, why, bad, good }: Rule): string {
  const indented = (code: string) => code.replace(/^(?=.)/gm, '    ')
  const examples = (title: string, all: Rule['bad']) =>
    all.map(({ language, code }) => `${title}, ${language}:\n\n${indented(code)}`)
  return [`${id} (${severity})`, `Finds: ${summary}.`, why, ...examples('Found', bad), ...examples('Not found', good)].join(
    '\n\n',
  )
}
