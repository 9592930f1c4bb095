// Times the reading of a recording on this machine: each source's raw frames through its protocol, and all events through the gate.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createZstdDecompress } from 'node:zlib'
import { Recording } from '../../adapters/recording/recording-reader.ts'
import type { Conversation, Reactions } from '../../connectivity/conversation.ts'
import { type FrameLine, parseFrameLine } from '../../connectivity/frame-line.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { type Instrument, instrument } from '../../domain/instrument.ts'
import { Failure } from '../failure.ts'
import { deskFor } from './source-desk-of.ts'

export interface FeedFigure {
  readonly what: string
  readonly frames: number
  readonly perSecond: number
  readonly p50Micros: number
  readonly p99Micros: number
}

export interface FeedFigures {
  readonly recording: string
  readonly figures: readonly FeedFigure[]
}

/** Throws SourceError RECORDING_…; Failure DATA_INCOMPLETE when the recording is empty. */
export async function benchFeeds(folder: string, known: readonly SourceDescriptor[]): Promise<FeedFigures> {
  const recording = new Recording(folder)
  const { manifest } = recording
  const figures: FeedFigure[] = []

  for (const descriptor of known) {
    const symbols = new Map(
      manifest.instruments.flatMap(({ spec, sources }) =>
        sources.filter(({ source }) => source === descriptor.name).map(({ symbol }) => [symbol, instrument(spec)] as const),
      ),
    )
    const lines = await framesOf(folder, descriptor.name)
    if (lines.length === 0 || descriptor.capture === undefined || symbols.size === 0) continue
    const samples = decode(lines, descriptor, symbols)
    if (samples.length > 0) figures.push(figure(`${descriptor.name} frame → facts`, samples))
  }

  const events: LiveEvent[] = []
  for await (const batch of recording.batches()) for (const input of batch) if (input.kind === 'event') events.push(input.event)
  const desk = deskFor(
    manifest.instruments.map(({ spec, sources }) => ({ of: instrument(spec), sources: sources.map(({ source }) => source) })),
  )
  if (events.length > 0)
    figures.push(
      figure(
        'event → gate, score, choice',
        timed(events, event => {
          if (desk.nextDeadline <= event.receivedTime) desk.advance(event.receivedTime)
          desk.inspect(event)
          while (desk.takeChange() !== undefined);
        }),
      ),
    )
  if (figures.length === 0) {
    throw new Failure('DATA_INCOMPLETE', {
      message: `the recording '${folder}' is empty`,
      fix: 'record for longer, or name another one',
    })
  }
  return { recording: folder, figures }
}

async function framesOf(folder: string, source: string): Promise<FrameLine[]> {
  const lines: FrameLine[] = []
  const files = readdirSync(folder)
    .filter(name => name.startsWith(`frames-${source}-`))
    .sort()
  for (const file of files) {
    const text = createReadStream(join(folder, file)).pipe(createZstdDecompress())
    text.setEncoding('utf8')
    let rest = ''
    try {
      for await (const chunk of text as AsyncIterable<string>) {
        const rows = (rest + chunk).split('\n')
        rest = rows.pop() ?? ''
        for (const row of rows) {
          const line = parseFrameLine(row)
          if (line !== undefined) lines.push(line)
        }
      }
    } catch {
      // The newest segment of a run that was killed ends in its middle: what came before is enough to time.
    }
  }
  return lines
}

function decode(
  lines: readonly FrameLine[],
  { capture }: SourceDescriptor,
  symbols: ReadonlyMap<string, Instrument>,
): Float64Array {
  const nothing = (): void => {}
  const out: Reactions = {
    ...{ fact: nothing, link: nothing, fault: nothing, compared: nothing, measure: nothing, send: nothing },
    ...{ request: nothing, reconnect: nothing, refuse: nothing, unknown: nothing },
  }
  const first = symbols.values().next().value!
  let conversation: Conversation | undefined
  const samples: number[] = []
  for (const line of lines) {
    if (line.kind === 'opened') {
      conversation = capture?.conversation(line.url, symbol => symbols.get(symbol) ?? first)
      conversation?.open(line.time, out)
    } else if (line.kind === 'received' && conversation !== undefined) {
      const before = performance.now()
      conversation.receive(line.frame, line.time, out)
      samples.push(performance.now() - before)
    } else if (line.kind === 'replied' && conversation !== undefined) {
      const tag = capture?.tagOf?.(line.url)
      if (tag !== undefined) conversation.answer?.(tag, { status: 200, headers: {}, body: line.body }, line.time, out)
    }
  }
  return Float64Array.from(samples)
}

function timed<Item>(items: readonly Item[], work: (item: Item) => void): Float64Array {
  const samples = new Float64Array(items.length)
  for (const [at, item] of items.entries()) {
    const before = performance.now()
    work(item)
    samples[at] = performance.now() - before
  }
  return samples
}

/** Samples in milliseconds; nearest-rank quantiles. */
function figure(what: string, samples: Float64Array): FeedFigure {
  const sorted = samples.toSorted()
  const total = sorted.reduce((sum, sample) => sum + sample, 0)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! * 1000
  return {
    what,
    frames: sorted.length,
    perSecond: Math.round((sorted.length / total) * 1000),
    p50Micros: at(0.5),
    p99Micros: at(0.99),
  }
}
