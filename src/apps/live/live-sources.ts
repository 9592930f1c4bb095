// Opens what a live plan names: keys, network, instruments, and one living stream for each source.
import { join } from 'node:path'
import { type Clock, SystemClock } from '../../connectivity/clock.ts'
import type { FrameTap } from '../../connectivity/frame-line.ts'
import { DIRECT, Network, type Routes } from '../../connectivity/network.ts'
import { PooledHttp } from '../../connectivity/pooled-http.ts'
import type { LiveSource, SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import { type Instrument, type InstrumentSpec, specOf } from '../../domain/instrument.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { EXIT, Failure, isExplained } from '../failure.ts'
import type { FeedSettings } from '../run-config.ts'
import { cachedInstruments, openSharedState, type SharedState } from '../shared-state.ts'
import { sourceCredentials } from '../source-credentials.ts'
import { knownMetas, storeMetas } from '../symbols/instruments.ts'
import { fittingInstrument, type LivePlan, subscriptionsOf } from './live-plan.ts'

export interface OpenedSources {
  readonly clock: Clock
  readonly instruments: ReadonlyMap<string, Instrument>
  /** One living stream for each source; reading one begins its connection. */
  open(tapOf: (source: string) => FrameTap | undefined): readonly LiveSource[]
  close(): Promise<void>
}

/** `asker` is what names the sources, for messages: a configuration's file. Throws Failure: a key that is missing or refused, an instrument that no source and no record describes. */
export async function openSources(
  plan: LivePlan,
  { environment, settings = {} }: FeedSettings,
  { home, asker, routes = DIRECT }: { readonly home: string; readonly asker: string; readonly routes?: Routes },
): Promise<OpenedSources> {
  const clock = new SystemClock()
  const { descriptors } = plan
  const network = new Network(
    descriptors.flatMap(({ hosts }) => hosts[environment]),
    routes,
  )
  const rates = Object.assign({}, ...descriptors.map(({ rates: own }) => own ?? {}))
  const http = new PooledHttp({ network, clock, rates })

  const credentials = new Map(
    await Promise.all(
      descriptors.map(async descriptor => [descriptor.name, await sourceCredentials(descriptor, { home, environment })] as const),
    ),
  )
  const shared = openSharedState(home, clock)
  const told = new Map<string, Map<string, InstrumentMeta>>()
  const learn = (source: string, metas: readonly InstrumentMeta[]) => {
    const known = told.get(source) ?? new Map<string, InstrumentMeta>()
    for (const meta of metas) known.set(meta.id, meta)
    told.set(source, known)
  }
  const partsOf = (descriptor: SourceDescriptor, tap?: FrameTap): SourceParts => ({
    ...{ network, http, clock, environment },
    ...(shared.lease === undefined ? {} : { lease: shared.lease }),
    credentials: credentials.get(descriptor.name) ?? {},
    stateFolder: join(home, 'sources', descriptor.name),
    settings: settings[descriptor.name] ?? {},
    onInstruments: metas => learn(descriptor.name, metas),
    alarm: message => process.stderr.write(`${descriptor.name}: ${message}\n`),
    ...(tap === undefined ? {} : { tap }),
  })

  const close = async () => {
    await Promise.all([http.close(), shared.close()])
    // At the end: nothing waits for it, and a disk must not hold up the stream.
    for (const [source, metas] of told) storeMetas(home, source, [...metas.values()])
    told.clear()
  }

  try {
    const instruments = await describe(plan, { home, asker, shared }, partsOf)
    return {
      clock,
      instruments,
      open: tapOf =>
        descriptors.map(descriptor =>
          descriptor.live!(partsOf(descriptor, tapOf(descriptor.name)), subscriptionsOf(plan, descriptor.name, instruments)),
        ),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The instruments of the plan, from the sources' own words where they can be had now, else from what was stored. */
async function describe(
  plan: LivePlan,
  { home, asker, shared }: { readonly home: string; readonly asker: string; readonly shared: SharedState },
  partsOf: (descriptor: SourceDescriptor) => SourceParts,
): Promise<ReadonlyMap<string, Instrument>> {
  const failures = new Map<string, string>()
  await Promise.all(
    plan.descriptors.map(async descriptor => {
      if (descriptor.instruments === undefined) return
      try {
        storeMetas(home, descriptor.name, await cachedInstruments(shared, descriptor, partsOf(descriptor)))
      } catch (error) {
        if (!isExplained(error)) throw error
        failures.set(descriptor.name, `${error.message}; ${error.fix}`)
      }
    }),
  )

  const metas = knownMetas(home)
  const found = new Map<string, Instrument>()
  const missing: string[] = []
  for (const { id, sources } of plan.instruments) {
    const specs = sources.flatMap(({ source, symbol }): InstrumentSpec[] => {
      const meta = metas.find(known => isSpelled(known, source, symbol))
      return meta === undefined ? [] : [specOf(meta, id)]
    })
    const own = metas.find(known => known.id === id)
    const [first, ...others] = own === undefined ? specs : [specOf(own, id), ...specs]
    if (first === undefined) missing.push(id)
    else found.set(id, fittingInstrument(first, others))
  }
  if (missing.length === 0) return found

  if (failures.size > 0) throw unreachable(failures, asker)
  throw new Failure('INSTRUMENT_UNKNOWN', {
    message: `nothing describes ${missing.join(', ')}: no source lists it and no record is stored`,
    fix: 'check the symbols under data.sources; `quadrant symbols find` shows how each source spells them',
  })
}

/** By the source's own record, or by an alias that somebody gave. */
const isSpelled = ({ venue, venueSymbol, aliases }: InstrumentMeta, source: string, symbol: string): boolean =>
  (venue === source && venueSymbol === symbol) || aliases.some(alias => alias.source === source && alias.symbol === symbol)

/** No source could be reached: what each of them said, and what can be done without a network. */
export function unreachable(reasons: ReadonlyMap<string, string>, asker: string): Failure {
  const said = [...reasons].map(([source, reason]) => `  - ${source}: ${reason}`)
  return new Failure('FEED_UNREACHABLE', {
    message: `no source of ${asker} can be reached${said.length === 0 ? '' : `:\n${said.join('\n')}`}`,
    fix: 'check the network and `quadrant data sources`; without a network, play a recording: add --replay RECORDING',
    exit: EXIT.data,
  })
}
