// Findings as they are reported: made of a rule, a place and its evidence, and put in order.
import type { Finding, Place, Rule } from './rule.ts'

export const finding = (rule: Rule, at: Place, message: string, evidence: readonly Place[]): Finding => ({
  ...{ rule: rule.id, severity: rule.severity, file: at.file, line: at.line, column: at.column, message, evidence },
})

/** File, line, column, rule; by code units, so that every machine agrees. */
export const byPlace = (a: Finding, b: Finding): number =>
  compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
