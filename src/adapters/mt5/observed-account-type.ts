// Decides the account types of stored records anew, once spreads and commissions of them have been seen.
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { type SymbolFacts, symbolFacts } from './symbol-facts.ts'
import { type Observed, resolveSymbols } from './symbol-resolver.ts'

/**
 * `twins` are all records of one instrument at one broker's server: the resolver compares them. Records that carry no
 * properties of MetaTrader stay as they are, and so do all where nothing was observed.
 */
export function withObserved(
  twins: readonly InstrumentMeta[],
  observed: ReadonlyMap<string, Observed>,
): readonly InstrumentMeta[] {
  if (observed.size === 0) return twins
  const candidates = twins.flatMap(meta => {
    const facts = factsOf(meta)
    const seen = observed.get(meta.id)
    return facts === undefined ? [] : [{ facts, ...(seen === undefined ? {} : { observed: seen }) }]
  })
  const findings = Object.assign({}, ...resolveSymbols(candidates).map(group => group.findings))
  return twins.map(meta => {
    const accountType = findings[meta.venueSymbol]
    return accountType === undefined ? meta : { ...meta, accountType }
  })
}

/** True for a record that the resolver can look at again. */
export const isResolvable = (meta: InstrumentMeta): boolean => factsOf(meta) !== undefined

function factsOf({ properties, venueSymbol }: InstrumentMeta): SymbolFacts | undefined {
  if (properties === undefined) return undefined
  const facts = symbolFacts({ ...properties, sym: venueSymbol })
  return typeof facts === 'string' ? undefined : facts
}
