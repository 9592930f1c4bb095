// An opinion in plain words. Every number comes from the evidence it names; the same opinion gives the same text.
import { assert } from '../../domain/assert.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Evidence, Opinion, Reading } from '../../domain/opinion.ts'
import { areOpposed } from './fuse.ts'
import { verifyNarrative } from './verify-narrative.ts'
import { minuteOf, plain, SUBJECT } from './wording.ts'

/** Evidence shown per sense; the rest stays in the record. */
const EVIDENCE_SHOWN = 5

/**
 * One line per statement: the opinion, each sense with its evidence in the form `metric value unit, speaks for up [id: source]`,
 * conflicts, abstentions and the advice to stand aside. Checked before it leaves. For people: build it when one asks, not
 * while deciding.
 */
export function narrate(opinion: Opinion): string {
  const statements = opinion.readings.map(reading => statement(reading))
  const text = [headline(opinion), ...statements, ...conflicts(opinion), ...standAside(opinion)].join('\n')

  const faults = verifyNarrative(text, opinion)
  assert(faults.length === 0, `a narrative tells what the opinion holds, but ${faults[0]}`)
  return text
}

/** Bands of the probability of the side it leans to: below 0.55 none, then slight, from 0.65 moderate, from 0.75 strong. */
function certainty(probabilityUp: number): string {
  const lean = Math.abs(probabilityUp - 0.5)
  const side = probabilityUp > 0.5 ? 'up' : 'down'
  // Decided on whole percents, as they are printed.
  const shown = Math.round(lean * 100)
  if (shown < 5) return 'no edge'
  if (shown < 15) return `a slight edge ${side}`
  return shown < 25 ? `a moderate edge ${side}` : `a strong edge ${side}`
}

function headline({ instrumentId, asOf, probabilityUp, confidence }: Opinion): string {
  const up = `${Math.round(100 * probabilityUp)} %`
  return `${plain(instrumentId)} at ${minuteOf(asOf)}: ${certainty(probabilityUp)}; probability of a rise ${up}, confidence ${Math.round(100 * confidence)} %.`
}

function statement(reading: Reading): string {
  if (reading.kind === 'abstains') return `${SUBJECT[reading.sense]} abstains: ${plain(reading.reason)}.`

  const { sense, direction, strength, confidence, evidence, asOf } = reading
  const lean = direction === 0 || strength === 0 ? 'leans neither way' : direction > 0 ? 'leans up' : 'leans down'
  const weight = `strength ${ratio(strength)}, confidence ${ratio(confidence)}`
  const facts = evidence.slice(0, EVIDENCE_SHOWN).map(fact => clause(fact, asOf))
  return `${SUBJECT[sense]} ${lean} (${weight})${facts.length > 0 ? `: ${facts.join('; ')}` : ''}.`
}

/** 'RSI 61.3 points, speaks for up [what.rsi: rsi(14)]'; with the time it became known where that is earlier. */
function clause({ id, metric, value, unit, direction, asOf, source }: Evidence, readAt: Micros): string {
  const points = direction > 0 ? ', speaks for up' : direction < 0 ? ', speaks for down' : ''
  const known = asOf === readAt ? '' : `, known ${minuteOf(asOf)}`
  return `${metric} ${figure(value)} ${unit}${points}${known} [${id}: ${plain(source)}]`
}

function conflicts({ conflict, readings }: Opinion): readonly string[] {
  if (!conflict) return []
  const lines: string[] = []
  for (const [place, one] of readings.entries()) {
    for (const other of readings.slice(place + 1)) {
      if (!areOpposed(one, other) || one.kind === 'abstains' || other.kind === 'abstains') continue
      const [up, down] = one.direction > 0 ? [one, other] : [other, one]
      lines.push(`Conflict: ${SUBJECT[up.sense]} leans up, ${SUBJECT[down.sense]} leans down over a similar time.`)
    }
  }
  return lines
}

const standAside = (opinion: Opinion): readonly string[] =>
  opinion.standAside === '' ? [] : [`Stand aside: ${plain(opinion.standAside)}.`]

/** At most four significant digits; never an exponent for what a market prints. */
function figure(value: number): string {
  const digits = Number(value.toPrecision(4))
  return Object.is(digits, -0) ? '0' : String(digits)
}

const ratio = (value: number): string => value.toFixed(2)
