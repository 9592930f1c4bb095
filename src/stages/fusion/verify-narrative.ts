// Checks a narrative against the opinion it claims to tell: nothing unproven, nothing left out, no promises.
import type { Evidence, Opinion, Reading } from '../../domain/opinion.ts'
import { areOpposed } from './fuse.ts'
import { minuteOf, plain } from './wording.ts'

/** The words of the headline and the probability of the leaning side they stand for, half-open. */
const BANDS = [
  { words: 'no edge', from: 0.45, to: 0.55 },
  { words: 'a slight edge', from: 0.55, to: 0.65 },
  { words: 'a moderate edge', from: 0.65, to: 0.75 },
  { words: 'a strong edge', from: 0.75, to: 1.01 },
] as const

/** Words that no measured fact needs. */
const PROMISES = /\b(will|guaranteed?|certain(?:ly)?|surely|must|should|buy|sell|safe|risk-free|always|never)\b/i

const HEADLINE =
  /^(.*) at (\d{4}-\d\d-\d\d \d\d:\d\d UTC): (no edge|a (?:slight|moderate|strong) edge)(?: (up|down))?; probability of a rise (\d+) %, confidence (\d+) %\.$/
const ABSTENTION = /^(WHY|HOW|WHAT|WHEN) \([^)]*\) abstains: (.*)\.$/
const STATEMENT =
  /^(WHY|HOW|WHAT|WHEN) \([^)]*\) leans (up|down|neither way) \(strength (\d\.\d\d), confidence (\d\.\d\d)\)(?:: (.*))?\.$/
const CLAUSE =
  /^(.*) (-?[\d.]+(?:e[+-]?\d+)?) (\S+(?: \d+)?)(?:, speaks for (up|down))?(?:, known (\d{4}-\d\d-\d\d \d\d:\d\d UTC))? \[([^:\]]+): (.*)\]$/
const CONFLICT =
  /^Conflict: (WHY|HOW|WHAT|WHEN) \([^)]*\) leans up, (WHY|HOW|WHAT|WHEN) \([^)]*\) leans down over a similar time\.$/
const ASIDE = /^Stand aside: (.*)\.$/

type Awake = Extract<Reading, { kind: 'reading' }>

/**
 * The faults of a narrative, none when it is true: every line of a known form, every number, sign, unit, date and
 * direction equal to the fact it names at the digits shown, certainty words in their band, every sense, conflict and
 * warning told.
 */
export function verifyNarrative(text: string, opinion: Opinion): readonly string[] {
  const faults: string[] = []
  const told = new Set<string>()
  const [first = '', ...rest] = text.split('\n')

  faults.push(...checkHeadline(first, opinion))
  for (const line of rest) {
    faults.push(...checkLine(line, opinion, told))
  }

  for (const reading of opinion.readings) {
    if (!told.has(reading.sense)) faults.push(`${reading.sense} is not mentioned`)
  }
  if (opinion.conflict && !told.has('conflict')) faults.push('the conflict is not mentioned')
  if (opinion.standAside !== '' && !told.has('stand aside')) faults.push('the advice to stand aside is not mentioned')
  return faults
}

function checkHeadline(line: string, opinion: Opinion): readonly string[] {
  const match = HEADLINE.exec(line)
  if (!match) return [`not a headline: ${line}`]
  const [, instrument, time, words, side, up, confidence] = match

  const faults: string[] = []
  if (instrument !== plain(opinion.instrumentId)) faults.push(`another instrument: ${instrument}`)
  if (time !== minuteOf(opinion.asOf)) faults.push(`another time: ${time}`)
  if (Number(up) !== Math.round(100 * opinion.probabilityUp)) faults.push(`another probability: ${up}`)
  if (Number(confidence) !== Math.round(100 * opinion.confidence)) faults.push(`another confidence: ${confidence}`)

  const leaning = (50 + Math.round(100 * Math.abs(opinion.probabilityUp - 0.5))) / 100
  const band = BANDS.find(({ from, to }) => leaning >= from && leaning < to)
  if (words !== band?.words) faults.push(`'${words}' is not said of ${leaning}`)
  const lean = words === 'no edge' ? undefined : opinion.probabilityUp > 0.5 ? 'up' : 'down'
  if (side !== lean) faults.push(`the edge is ${lean ?? 'nowhere'}, not ${side ?? 'nowhere'}`)
  return faults
}

function checkLine(line: string, opinion: Opinion, told: Set<string>): readonly string[] {
  const { readings } = opinion
  const abstention = ABSTENTION.exec(line)
  if (abstention) {
    const reading = readings.find(({ sense }) => sense === abstention[1]!.toLowerCase())
    told.add(abstention[1]!.toLowerCase())
    return reading?.kind === 'abstains' && plain(reading.reason) === abstention[2] ? [] : [`no such abstention: ${line}`]
  }

  const statement = STATEMENT.exec(line)
  if (statement) {
    const sense = statement[1]!.toLowerCase()
    const reading = readings.find(candidate => candidate.sense === sense)
    told.add(sense)
    return reading?.kind === 'reading' ? checkStatement(statement, reading) : [`no such reading: ${line}`]
  }

  const conflict = CONFLICT.exec(line)
  if (conflict) {
    told.add('conflict')
    const up = readings.find(({ sense }) => sense === conflict[1]!.toLowerCase())
    const down = readings.find(({ sense }) => sense === conflict[2]!.toLowerCase())
    const real = up?.kind === 'reading' && down?.kind === 'reading' && areOpposed(up, down) && up.direction > down.direction
    return real ? [] : [`no such conflict: ${line}`]
  }

  const aside = ASIDE.exec(line)
  if (aside) {
    told.add('stand aside')
    return aside[1] === plain(opinion.standAside) ? [] : [`no such warning: ${line}`]
  }
  return [`a line without a fact: ${line}`]
}

function checkStatement(statement: RegExpExecArray, reading: Awake): readonly string[] {
  const [, , lean, strength, confidence, clauses] = statement
  const faults: string[] = []
  const leaning = reading.direction * reading.strength
  if (lean !== (leaning > 0 ? 'up' : leaning < 0 ? 'down' : 'neither way')) faults.push(`${reading.sense} does not lean ${lean}`)
  if (strength !== reading.strength.toFixed(2)) faults.push(`another strength: ${strength}`)
  if (confidence !== reading.confidence.toFixed(2)) faults.push(`another confidence: ${confidence}`)

  const shown = new Set<string>()
  for (const clause of clauses?.split(/(?<=\]); /) ?? []) {
    faults.push(...checkClause(clause, reading))
    if (shown.has(clause)) faults.push(`told twice: ${clause}`)
    shown.add(clause)
  }
  if (clauses === undefined && reading.evidence.length > 0) faults.push(`${reading.sense} shows no evidence`)
  return faults
}

function checkClause(text: string, reading: Awake): readonly string[] {
  const match = CLAUSE.exec(text)
  if (!match) return [`a clause without a fact: ${text}`]
  const [, metric, value, unit, side, known, id, source] = match
  const fact = reading.evidence.find(candidate => candidate.id === id)
  if (!fact) return [`no evidence called ${id}`]

  const faults: string[] = []
  if (PROMISES.test(fact.metric)) faults.push(`a promise or advice: ${metric}`)
  if (metric !== fact.metric || source !== plain(fact.source)) faults.push(`${id} is ${fact.metric} of ${fact.source}`)
  if (unit !== fact.unit) faults.push(`${id} is in ${fact.unit}, not ${unit}`)
  if (value !== String(Number(fact.value.toPrecision(4)) + 0)) faults.push(`${id} is ${fact.value}, not ${value}`)
  if (side !== sideOf(fact)) faults.push(`${id} speaks for ${sideOf(fact) ?? 'neither side'}`)
  if (known !== (fact.asOf === reading.asOf ? undefined : minuteOf(fact.asOf))) faults.push(`${id} was known at another time`)
  return faults
}

const sideOf = ({ direction }: Evidence): string | undefined => (direction > 0 ? 'up' : direction < 0 ? 'down' : undefined)
