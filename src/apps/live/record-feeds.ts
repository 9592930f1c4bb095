// Records living sources without trading: what `data record` and `certify` do.
import { join } from 'node:path'
import type { RecordingManifest } from '../../adapters/recording/recording-manifest.ts'
import { RecordingWriter } from '../../adapters/recording/recording-writer.ts'
import type { Routes } from '../../connectivity/network.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { Failure } from '../failure.ts'
import { recordingsFolder } from '../home.ts'
import { FEED_DEFAULTS, type FeedSettings } from '../run-config.ts'
import { didYouMean } from '../suggest.ts'
import { LiveInbox } from './live-inbox.ts'
import type { LivePlan } from './live-plan.ts'
import { openSources, unreachable } from './live-sources.ts'

export interface RecordOptions {
  readonly home: string
  readonly signal: AbortSignal
  readonly forMillis?: number
  readonly settings?: FeedSettings
  readonly routes?: Routes
  readonly onEvent?: (event: LiveEvent) => void
  /** Once a beat, with the events so far. True ends it. */
  readonly onBeat?: (events: number) => boolean
}

export interface RecordedFeeds {
  readonly folder: string
  readonly manifest: RecordingManifest
  readonly events: number
  readonly byKind: Readonly<Record<string, number>>
}

/** One source, symbols as it spells them, everything it gives of them. Throws Failure SOURCE_NOT_FOUND, USAGE_SYMBOL. */
export function planRecording(known: readonly SourceDescriptor[], name: string, symbols: readonly string[]): LivePlan {
  const descriptor = known.find(source => source.name === name)
  if (descriptor?.live === undefined) {
    const names = known.filter(source => source.live !== undefined).map(source => source.name)
    throw new Failure('SOURCE_NOT_FOUND', {
      message: `there is no live source '${name}'.${didYouMean(name, names)}`,
      fix: `choose one of ${names.join(', ')}`,
    })
  }
  const wants = (['quote', 'trade', 'book'] as const).filter(want => descriptor.gives.includes(`${want}s`))
  return {
    descriptors: [descriptor],
    instruments: symbols.map(symbol => ({ id: instrumentIdOf(symbol, name), wants, sources: [{ source: name, symbol }] })),
  }
}

/** 'BTC/USD' of kraken is BTCUSD.KRAKEN. */
export function instrumentIdOf(symbol: string, source: string): string {
  const letters = symbol.toUpperCase().replace(/[^A-Z0-9]/g, '')
  if (letters === '') {
    throw new Failure('USAGE_SYMBOL', {
      message: `'${symbol}' is no symbol`,
      fix: 'write it as the source does, such as BTC/USD',
    })
  }
  return `${letters}.${source.toUpperCase().replace(/[^A-Z0-9]/g, '')}`
}

/** Throws Failure FEED_UNREACHABLE when no source becomes live in time. */
export async function recordFeeds(plan: LivePlan, options: RecordOptions): Promise<RecordedFeeds> {
  const { home, signal, routes } = options
  const settings = options.settings ?? FEED_DEFAULTS
  const sources = await openSources(plan, settings, {
    ...{ home, asker: ASKER },
    ...(routes === undefined ? {} : { routes }),
  })
  const { clock, instruments } = sources
  const started = new Date(clock.now() / 1000).toISOString()
  const id = `${plan.descriptors.map(({ name }) => name).join('-')}-${started.replace(/[-:]/g, '').slice(0, 15)}Z`
  const recording = new RecordingWriter(join(recordingsFolder(home), id), {
    ...{ id, name: id, started, configHash: '', configuration: '', continuedFrom: 0 },
    environment: settings.environment,
    instruments: plan.instruments.map(({ id: of, sources: uses }) => ({ spec: instruments.get(of)!, sources: uses })),
  })

  const inbox = new LiveInbox(sources.open(source => recording.tap(source)))
  const byKind: Record<string, number> = {}
  const reasons = new Map<string, string>()
  const begun = clock.now()
  const end = options.forMillis === undefined ? Number.POSITIVE_INFINITY : begun + options.forMillis * 1000
  let events = 0
  let live = false
  try {
    for (;;) {
      for (const event of inbox.take()) {
        recording.input({ kind: 'event', event })
        events += 1
        byKind[event.kind] = (byKind[event.kind] ?? 0) + 1
        if (event.kind === 'link-change') {
          if (event.state === 'live') live = true
          else if (event.state === 'backoff' || event.state === 'fatal') reasons.set(event.source, event.reason)
        }
        options.onEvent?.(event)
      }
      const now = clock.now()
      if (!live && now - begun > settings.patienceMicros) throw unreachable(reasons, ASKER)
      if (signal.aborted || now >= end || inbox.running === 0 || options.onBeat?.(events) === true) break
      await inbox.wait(BEAT_MILLIS)
    }
    if (!live) throw unreachable(reasons, ASKER)
  } finally {
    await inbox.close()
    await sources.close()
    await recording.close('', new Date(clock.now() / 1000).toISOString())
  }
  return { folder: recording.folder, manifest: recording.manifest, events, byKind }
}

const BEAT_MILLIS = 100
const ASKER = 'the recording'
