// The newest exchange rates that the lake has: for showing what something costs, never for booking.
import type { Lake } from '../../adapters/lake/lake.ts'
import { lastMid } from '../../adapters/lake/spread.ts'
import type { RateTo } from './symbol-comparison.ts'

/** Asked of quotes of the pair itself or of its inverse. */
export async function latestRates(
  lake: Lake,
  { to, from }: { readonly to: string; readonly from: readonly string[] },
): Promise<RateTo> {
  const rates = new Map<string, number>()
  for (const currency of new Set(from)) {
    if (currency === to) continue
    const direct = await lastMid(lake, { base: currency, quote: to })
    const inverse = direct === undefined ? await lastMid(lake, { base: to, quote: currency }) : undefined
    const rate = direct ?? (inverse === undefined ? undefined : 1 / inverse)
    if (rate !== undefined) rates.set(currency, rate)
  }
  return currency => rates.get(currency)
}
