// Which data may enter a run that lives, and which one that is played again.
import { expect, test } from 'vitest'
import { DERIVED, type Provenance, type ProvenanceKind } from '../../domain/provenance.ts'
import { type DoorMode, ProvenanceDoor } from './provenance-door.ts'

const from = (source: string, kind: ProvenanceKind): Provenance => ({ source, kind, origin: 'wss://', checksum: '', licence: '' })
const KINDS: readonly ProvenanceKind[] = ['live', 'recorded', 'derived', 'synthetic']
const admitted = (mode: DoorMode, source: string) =>
  KINDS.filter(kind => new ProvenanceDoor(mode, ['kraken', 'oanda']).admits(from(source, kind)))

test('a living run admits what is live and from a source of its plan', () => {
  expect(admitted('live', 'kraken')).toEqual(['live'])
})

test('a replay admits what was recorded as well', () => {
  expect(admitted('replay', 'kraken')).toEqual(['live', 'recorded'])
})

test('a source that is not in the plan is admitted by neither', () => {
  expect([admitted('live', 'nobody'), admitted('replay', 'nobody')]).toEqual([[], []])
})

test('only the platform itself derives', () => {
  const door = new ProvenanceDoor('live', ['kraken'])
  expect([door.admits(DERIVED), door.admits(from('quadrant', 'derived')), door.admits(from('kraken', 'derived'))]).toEqual([
    true,
    true,
    false,
  ])
})

test('nothing made up enters, whatever came before it', () => {
  const door = new ProvenanceDoor('live', ['kraken', 'oanda'])
  const [one, other, made] = [from('kraken', 'live'), from('oanda', 'live'), from('kraken', 'synthetic')]
  const answers = [one, other, made, one, made, other, other, made].map(provenance => door.admits(provenance))
  expect(answers).toEqual([true, true, false, true, false, true, true, false])
})
