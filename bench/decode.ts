// Decode and normalise one captured frame: p50 and p99 for each venue, ccxt on the same tape beside it, and memory over 10⁶ frames.
// `QUADRANT_PEERS=folder node bench/decode.ts`: ccxt is looked for in folder/ccxt/node_modules; without it, ours alone is measured.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { dataPack } from '../src/apps/data-pack.ts'
import { findSource } from '../src/apps/sources.ts'
import type { Conversation, Reactions } from '../src/connectivity/conversation.ts'
import { ccxtDecoder } from './ccxt-decoder.ts'
import { percentiles, writeFigure } from './figure.ts'
import { inVersionTwo } from './kraken-v2-tape.ts'
import { answerOf, readTape, type Step, stepsOf, type Tape } from './tapes.ts'

const BENCH = 'decode'
const TARGET_MICROS = 20
/** Frames decoded before the first is timed, timed in a round, and decoded for the memory. */
const WARM = 20_000
const TIMED = 25_000
const ROUNDS = 5
const MEMORY_FRAMES = 1_000_000

interface Case {
  readonly source: string
  readonly files: string
  /** Called so in the figures. */
  readonly metric: string
  readonly retold?: (tape: Tape) => Tape
}

const CASES: readonly Case[] = [
  { source: 'kraken', files: 'KRAKEN.*', metric: 'kraken v1' },
  { source: 'kraken', files: 'KRAKEN.*', metric: 'kraken', retold: inVersionTwo },
  { source: 'binance', files: 'BINANCE.*', metric: 'binance' },
  { source: 'coinbase', files: 'COINBASE.*', metric: 'coinbase' },
]

/** What a conversation says is thrown away: delivering it is another bench's work. */
const DEAF: Reactions = {
  fact: () => undefined,
  link: () => undefined,
  fault: () => undefined,
  compared: () => undefined,
  measure: () => undefined,
  send: () => undefined,
  request: () => undefined,
  reconnect: () => undefined,
  refuse: () => undefined,
  unknown: () => undefined,
}

interface Times {
  readonly p50: number
  readonly p99: number
}

const WORST: Times = { p50: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY }

const pack = dataPack()
if (pack === undefined) process.stdout.write('decode · skipped: needs the data pack\n')
else for (const each of CASES) await measure(each, globSync(join(pack, 'api_payloads/cryptofeed', each.files)).sort())

async function measure({ source: of, metric: name, retold }: Case, paths: readonly string[]): Promise<void> {
  const source = findSource(of)
  if (source?.capture === undefined || paths.length === 0) {
    process.stdout.write(`decode · ${name} · skipped: no decoder or no tape\n`)
    return
  }
  const captured = await readTape(source, paths)
  const tape = retold?.(captured) ?? captured
  const steps = stepsOf(tape)
  const { hash, tally } = answerOf(tape)
  const rest = { bench: BENCH, unit: 'µs/frame', correctnessHash: hash, dataHash: tape.dataHash }
  const told = `${tape.frames} frames → ${tally.events} facts, ${tally.unknown} unknown, ${tally.booksDifferent} of ${tally.booksCompared} books differ`

  const theirs = await ccxtDecoder(name, tape, steps)
  // In turn, so that the machine's mood is shared; of each side the round that others on the machine disturbed least.
  decodeOurs(tape, steps, WARM)
  if (typeof theirs !== 'string') await theirs.decode(WARM)
  let [ours, ccxt] = [WORST, WORST]
  for (let round = 0; round < ROUNDS; round++) {
    const [samples, theirSamples]: [number[], number[]] = [[], []]
    decodeOurs(tape, steps, TIMED, samples)
    if (typeof theirs !== 'string') await theirs.decode(TIMED, theirSamples)
    ours = better(ours, percentiles(samples))
    ccxt = better(ccxt, percentiles(theirSamples))
  }

  const { p50, p99 } = ours
  const beside =
    typeof theirs === 'string' ? theirs : `${theirs.version}: p50 ${micros(ccxt.p50)}, p99 ${micros(ccxt.p99)} µs; ${theirs.note}`
  writeFigure({
    ...rest,
    metric: `${name} p99`,
    value: p99,
    p50,
    p99,
    target: { atMost: TARGET_MICROS },
    note: `${told}; ${beside}`,
  })
  if (typeof theirs !== 'string') {
    writeFigure({
      ...rest,
      metric: `${name} p50 against ccxt`,
      unit: 'times as fast',
      value: ccxt.p50 / p50,
      target: { atLeast: 1 },
      note: beside,
    })
    writeFigure({
      ...rest,
      metric: `${name} p99 against ccxt`,
      unit: 'times as fast',
      value: ccxt.p99 / p99,
      target: { atLeast: 1 },
      note: beside,
    })
  }
  writeFigure({
    ...rest,
    metric: `${name} heap growth over 10⁶ frames`,
    unit: 'MB',
    value: heapGrowth(tape, steps),
    target: { atMost: 5 },
  })
}

/** Round after round with new conversations, until so many frames are decoded. Only frames are timed. */
function decodeOurs(tape: Tape, steps: readonly Step[], frames: number, samples?: number[]): void {
  const { capture } = tape.source
  const resolve = (symbol: string) => tape.instruments.resolve(symbol)
  let conversation: Conversation | undefined
  for (let done = 0; done < frames; ) {
    for (const step of steps) {
      if (step.kind === 'open') {
        conversation = capture!.conversation(step.url, resolve)
        conversation?.open(step.now, DEAF)
      } else if (step.kind === 'sent') conversation?.overhear?.(step.frame, step.now)
      else if (step.kind === 'answer') conversation?.answer?.(capture!.tagOf?.(step.url) ?? '', step.reply, step.now, DEAF)
      else {
        const start = performance.now()
        conversation!.receive(step.frame, step.now, DEAF)
        samples?.push((performance.now() - start) * 1000)
        done++
      }
    }
  }
}

function better(a: Times, b: Times): Times {
  return { p50: Math.min(a.p50, b.p50), p99: Math.min(a.p99, b.p99) }
}

/** Of what is left after a collection, between the first tenth and the end. */
function heapGrowth(tape: Tape, steps: readonly Step[]): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heapAfter = (frames: number): number => {
    decodeOurs(tape, steps, frames)
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = heapAfter(MEMORY_FRAMES / 10)
  return (heapAfter((MEMORY_FRAMES * 9) / 10) - before) / 2 ** 20
}

function micros(value: number): string {
  return value.toFixed(2)
}
