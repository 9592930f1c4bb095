// Standard or ECN: what the broker says of its symbols, weighed with the spreads that the lake has of them and the commission.
import type { Lake } from '../../adapters/lake/lake.ts'
import { observedSpread } from '../../adapters/lake/spread.ts'
import { isResolvable, withObserved } from '../../adapters/mt5/observed-account-type.ts'
import type { Observed } from '../../adapters/mt5/symbol-resolver.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import type { InstrumentRegistry } from './instruments.ts'

/** The record with its account type decided among its twins at the same broker, by all that was seen of them until now. */
export async function withAccountType(registry: InstrumentRegistry, lake: Lake, meta: InstrumentMeta): Promise<InstrumentMeta> {
  if (!isResolvable(meta)) return meta
  const twins = registry.sameAs(registry.canonicalOf(meta)).filter(({ venue }) => venue === meta.venue)
  const observed = new Map<string, Observed>()
  for (const twin of twins) {
    const seen = await observedOf(lake, twin)
    if (seen !== undefined) observed.set(twin.id, seen)
  }
  return withObserved(twins, observed).find(({ id }) => id === meta.id) ?? meta
}

async function observedOf(lake: Lake, { id, pipSize, fees }: InstrumentMeta): Promise<Observed | undefined> {
  const spread = pipSize === undefined ? undefined : await observedSpread(lake, id)
  const commission = fees?.perLot !== undefined && Number(fees.perLot) > 0
  if (spread === undefined && !commission) return undefined
  return {
    ...(spread === undefined ? {} : { medianSpread: Math.round((spread.median / Number(pipSize)) * 100) / 100 }),
    ...(commission ? { commission } : {}),
  }
}
