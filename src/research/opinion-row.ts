// An opinion as the wire and a run's folder tell it: in numbers, each with its evidence, and in words.
import type { Opinion, Reading } from '../domain/opinion.ts'
import { narrate } from '../stages/fusion/narrative.ts'
import type { RowOf } from '../wire/topics.ts'
import { microsText } from './record-text.ts'

export type OpinionRow = RowOf<'opinions'>

/** Building the words costs far more than the opinion did: for what a person will see, not for every bar. */
export function opinionRow(opinion: Opinion, run: string): OpinionRow {
  const { instrumentId, asOf, probabilityUp, confidence, disagreement, conflict, standAside, readings } = opinion
  return {
    key: instrumentId,
    run,
    time: microsText(asOf),
    ...{ probabilityUp, confidence, disagreement, conflict, standAside },
    narrative: narrate(opinion),
    readings: readings.map(readingLine),
  }
}

function readingLine(reading: Reading): OpinionRow['readings'][number] {
  const { sense, asOf } = reading
  const time = microsText(asOf)
  if (reading.kind === 'abstains') {
    const silent = { direction: 0, strength: 0, confidence: 0, horizonSeconds: 0, standAside: '', evidence: [] }
    return { sense, abstains: true, reason: reading.reason, ...silent, time }
  }
  const { direction, strength, confidence, horizonMicros, standAside, evidence } = reading
  return {
    ...{ sense, abstains: false, reason: '', direction, strength, confidence, standAside, time },
    horizonSeconds: horizonMicros / 1e6,
    evidence: evidence.map(({ id, metric, value, unit, asOf: known, direction: points, source }) => ({
      ...{ id, metric, value, unit, source, direction: points },
      time: microsText(known),
    })),
  }
}
