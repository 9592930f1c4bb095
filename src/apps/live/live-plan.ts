// What a live run needs of whom: the sources of a configuration, what is asked of each, and the instruments in decimals that fit all.
import type { SourceDescriptor, Subscription } from '../../connectivity/source.ts'
import { type Instrument, type InstrumentSpec, instrument } from '../../domain/instrument.ts'
import { invalidConfig } from '../config.ts'
import { Failure } from '../failure.ts'
import type { RunConfig, SourceUse } from '../run-config.ts'
import { didYouMean } from '../suggest.ts'

type Want = Subscription['wants'][number]

export interface PlannedInstrument {
  readonly id: string
  readonly wants: readonly Want[]
  /** The preferred one first. */
  readonly sources: readonly SourceUse[]
}

export interface LivePlan {
  readonly instruments: readonly PlannedInstrument[]
  readonly descriptors: readonly SourceDescriptor[]
}

/** Throws Failure CONFIG_INVALID with everything that keeps this configuration from running live. */
export function planLive(config: RunConfig, known: readonly SourceDescriptor[]): LivePlan {
  const faults: string[] = []
  const byName = new Map(known.map(descriptor => [descriptor.name, descriptor]))
  const names = known.filter(descriptor => descriptor.live !== undefined).map(({ name }) => name)

  const instruments = [...new Set(config.data.map(item => item.instrument))].map(id => {
    const items = config.data.filter(item => item.instrument === id)
    const sources = items.find(item => item.sources !== undefined)?.sources ?? []
    if (sources.length === 0) {
      faults.push(`data: ${id} has no sources; say where it is read live, such as sources: [{ source: kraken, symbol: BTC/USD }]`)
    }
    for (const { source } of sources) {
      const descriptor = byName.get(source)
      if (descriptor === undefined) {
        faults.push(
          `data: ${id} names the unknown source '${source}'.${didYouMean(source, names) || ` There: ${names.join(', ')}.`}`,
        )
      } else if (descriptor.live === undefined) {
        faults.push(`data: ${id} is to be read live from ${source}, which has history only`)
      }
    }
    if (new Set(sources.map(({ source }) => source)).size < sources.length) faults.push(`data: ${id} names a source twice`)
    const wants = [...new Set(items.map(({ kind }) => (kind === 'bar' ? barWant(config, id) : kind)))]
    return { id, wants, sources }
  })

  if (faults.length > 0) throw invalidConfig(config.file, faults)
  const used = new Set(instruments.flatMap(({ sources }) => sources.map(({ source }) => source)))
  return { instruments, descriptors: [...used].map(name => byName.get(name)!) }
}

/** The same for a recording: which source an instrument was heard from is in the recording, not in the configuration. */
export function planReplay(
  config: RunConfig,
  recorded: readonly { readonly spec: InstrumentSpec; readonly sources: readonly SourceUse[] }[],
): LivePlan {
  const heard = new Map(recorded.map(({ spec, sources }) => [spec.id, sources]))
  const ids = [...new Set(config.data.map(item => item.instrument))]
  const missing = ids.filter(id => !heard.has(id))
  if (missing.length > 0) {
    const known = [...heard.keys()]
    throw new Failure('DATA_MISSING', {
      message: `the recording has no ${missing.join(', ')}; it has ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' …' : ''}`,
      fix: 'play it with the configuration it was made with, or with one that names its instruments',
    })
  }
  return { descriptors: [], instruments: ids.map(id => ({ id, wants: [], sources: heard.get(id)! })) }
}

/** Bars are built here: of trades where the strategy asks for them, else of quotes. */
const barWant = (config: RunConfig, id: string): Want =>
  config.strategies.some(use => use.instrument === id && use.price === 'trade') ? 'trade' : 'quote'

export function subscriptionsOf(
  plan: LivePlan,
  source: string,
  instruments: ReadonlyMap<string, Instrument>,
): readonly Subscription[] {
  return plan.instruments.flatMap(({ id, wants, sources }) => {
    const use = sources.find(candidate => candidate.source === source)
    const of = instruments.get(id)
    return use === undefined || of === undefined ? [] : [{ instrument: of, symbol: use.symbol, wants }]
  })
}

/**
 * One instrument that every source's texts fit into exactly: the venue's own record, in the finest decimals among its
 * sources. Tick and lot stay the venue's.
 */
export function fittingInstrument(spec: InstrumentSpec, others: readonly InstrumentSpec[]): Instrument {
  const priceDecimals = Math.max(spec.priceDecimals, ...others.map(other => other.priceDecimals))
  const quantityDecimals = Math.max(spec.quantityDecimals, ...others.map(other => other.quantityDecimals))
  return instrument({
    ...spec,
    priceDecimals,
    quantityDecimals,
    tick: spec.tick * 10 ** (priceDecimals - spec.priceDecimals),
    lot: spec.lot * 10 ** (quantityDecimals - spec.quantityDecimals),
  })
}
