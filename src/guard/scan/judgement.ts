// From what was seen in files to findings: places for offsets, what other files bear out, what a comment answers for.
import type { Allowance } from './allowances.ts'
import type { Examined } from './examination/examined.ts'
import { finding } from './findings.ts'
import type { FarPlace, ProjectFlow } from './flow/project-flow.ts'
import { suppression, unreadable } from './own-rules.ts'
import type { Places } from './program/places.ts'
import type { Finding, Hit, Place, Rule } from './rule.ts'
import { ruleNamed } from './rule-book.ts'

/** A finding that a comment beside it answers for. */
export interface Suppressed extends Finding {
  readonly reason: string
}

/** What is found in a file; a hit that depends on other files only where they bear it out. */
export function findingsOf({ file, fault, hits, allowances }: Examined, places: Places, flow: ProjectFlow): Finding[] {
  const broken = fault === undefined ? [] : [unread(places.at(file, fault.at), fault.message)]
  // One rule says one thing of one place, however many ways led there.
  const found = new Map<string, Finding>()
  for (const { rule, hit } of hits) {
    const [known, key] = [ruleNamed(rule), `${rule} ${hit.at}`]
    if (known === undefined || found.has(key)) continue
    const before = flow.standing(file, hit)
    if (before !== undefined) found.set(key, ofHit(known, file, hit, { places, before }))
  }
  return [...broken, ...found.values(), ...allowances.flatMap(allowance => faultOf(allowance, file, places) ?? [])]
}

const unread = (place: Place, why: string): Finding => finding(unreadable, place, `cannot be read: ${why}`, [place])

interface Way {
  readonly places: Places
  /** What lies in other files, source first. */
  readonly before: readonly FarPlace[]
}

function ofHit(rule: Rule, file: string, hit: Hit, { places, before }: Way): Finding {
  const through = hit.through ?? []
  const own = through.includes(hit.at) ? through : [...through, hit.at]
  const chain = [...before.map(far => places.at(far.file, far.at)), ...own.map(at => places.at(file, at))]
  return finding(rule, places.at(file, hit.at), hit.message, withoutRepeats(chain))
}

function faultOf({ rule, reason, at }: Allowance, file: string, places: Places): Finding | undefined {
  const place = places.at(file, at)
  if (ruleNamed(rule) === undefined) {
    return finding(suppression, place, `there is no rule '${rule}', so this comment allows nothing`, [place])
  }
  if (reason !== '') return undefined
  return finding(suppression, place, `it gives no reason, so it allows nothing: guard-allow ${rule}: why`, [place])
}

/** Those that stand, and those let through by the comments of their files. */
export function divided(
  findings: readonly Finding[],
  allowances: ReadonlyMap<string, readonly Allowance[]>,
): { readonly findings: Finding[]; readonly suppressed: Suppressed[] } {
  const [standing, suppressed]: [Finding[], Suppressed[]] = [[], []]
  for (const each of findings) {
    const reason = reasonFor(each, allowances.get(each.file) ?? [])
    if (reason === undefined) standing.push(each)
    else suppressed.push({ ...each, reason })
  }
  return { findings: standing, suppressed }
}

function reasonFor({ rule, line }: Finding, allowances: readonly Allowance[]): string | undefined {
  if (rule === suppression.id) return undefined
  return allowances.find(allowance => allowance.rule === rule && allowance.line === line && allowance.reason !== '')?.reason
}

/** The same place twice in a row says nothing twice. */
const withoutRepeats = (chain: readonly Place[]): Place[] =>
  chain.filter((place, i) => i === 0 || !samePlace(place, chain[i - 1]!))

const samePlace = (a: Place, b: Place): boolean => a.file === b.file && a.line === b.line && a.column === b.column
