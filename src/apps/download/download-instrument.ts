// Which instrument of a source a person means, and how the source spells it.
import { findInstrument } from '../../adapters/files/instruments.ts'
import type { SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import { type InstrumentSpec, specOf } from '../../domain/instrument.ts'
import { Failure } from '../failure.ts'
import { InstrumentRegistry, knownMetas, storeMetas } from '../symbols/instruments.ts'

export interface FoundInstrument {
  readonly spec: InstrumentSpec
  /** As the source spells it: 'EUR-USD'. */
  readonly symbol: string
}

/**
 * From what the source has told before, from the catalogue, and at last by asking the source. Throws Failure
 * INSTRUMENT_NOT_FOUND, and SourceError where asking fails.
 */
export async function instrumentAt(
  source: SourceDescriptor,
  name: string,
  { home, parts }: { readonly home: string; readonly parts: SourceParts },
): Promise<FoundInstrument> {
  const known = told(source, name, home) ?? listed(source, name)
  if (known !== undefined) return known

  if (source.instruments !== undefined) {
    storeMetas(home, source.name, await source.instruments(parts))
    const now = told(source, name, home)
    if (now !== undefined) return now
  }
  throw new Failure('INSTRUMENT_NOT_FOUND', {
    message: `${source.name} has no instrument that is known here as '${name}'`,
    fix: `spell it as ${source.name} does, such as ${source.symbolExample}; quadrant symbols find ${name} shows who has it`,
  })
}

function told(source: SourceDescriptor, name: string, home: string): FoundInstrument | undefined {
  const own = knownMetas(home).filter(({ venue, fetchedTime }) => venue === source.name && fetchedTime > 0)
  const registry = new InstrumentRegistry(own)
  const meta = registry.get(name) ?? registry.find(name).matches.find(({ why }) => why === 'same instrument')?.meta
  return meta && { spec: specOf(meta), symbol: meta.venueSymbol }
}

/** Pairs by rule: two currencies, joined as in the source's own example. */
function listed(source: SourceDescriptor, name: string): FoundInstrument | undefined {
  const letters = name
    .toUpperCase()
    .replace(`.${source.name.toUpperCase()}`, '')
    .replaceAll(/[^A-Z0-9]/g, '')
  const spec = findInstrument(`${letters}.${source.name.toUpperCase()}`)
  const joint = /^[A-Z]{3}([^A-Z]?)[A-Z]{3}$/.exec(source.symbolExample)?.[1]
  return spec === undefined || joint === undefined ? undefined : { spec, symbol: `${spec.base}${joint}${spec.quote}` }
}
