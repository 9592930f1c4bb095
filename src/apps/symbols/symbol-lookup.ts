// Finds the instrument a person means, or says which one is near.

import { findInstrument } from '../../adapters/files/instruments.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { Failure } from '../failure.ts'
import { InstrumentRegistry, knownMetas, metaOfSpec } from './instruments.ts'

export const registryOf = (home: string): InstrumentRegistry => new InstrumentRegistry(knownMetas(home))

/** By id or by a spelling that only one instrument has. Throws Failure SYMBOL_NOT_FOUND, with what is near. */
export function lookUp(registry: InstrumentRegistry, text: string): InstrumentMeta {
  const found = registry.get(text)
  if (found) return found
  // The catalogue's rules cover more than is listed.
  const ruled = findInstrument(text.toUpperCase())
  if (ruled) return metaOfSpec(ruled)
  throw notFound(registry, text)
}

export function notFound(registry: InstrumentRegistry, text: string): Failure {
  const { matches } = registry.find(text)
  const near = registry.suggest(text)
  const fix =
    matches.length > 0
      ? `say which: ${matches
          .slice(0, 8)
          .map(({ meta }) => meta.id)
          .join(', ')}`
      : `${near === undefined ? '' : `did you mean '${near}'? `}\`quadrant symbols find TEXT\` searches every source's spelling`
  return new Failure('SYMBOL_NOT_FOUND', {
    message: matches.length > 0 ? `'${text}' is ${matches.length} instruments` : `nothing known is called '${text}'`,
    fix,
  })
}
