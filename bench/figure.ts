// One measured figure, one JSON line: what was measured, on what, with which result, and whether the target holds.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join, resolve } from 'node:path'

const OUT = resolve(import.meta.dirname, 'out')

export interface Figure {
  /** Which bench, and the name of its file: 'features' goes to bench/out/features.jsonl. */
  readonly bench: string
  readonly metric: string
  readonly value: number
  /** 'ns/update', 'quotes/s', 'MB', 's'. */
  readonly unit: string
  /** Leave out when nothing was promised; `holds` is then null. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number }
  /** A digest of the answer, so that a faster run that answers differently is noticed. */
  readonly correctnessHash: string
  /** What was measured on: a checksum of the input. */
  readonly dataHash?: string
  readonly p50?: number
  readonly p99?: number
  /** Defaults to the peak of this process so far. */
  readonly rssPeakMb?: number
  /** Anything a reader needs to judge the figure: rounds, sizes, what a peer did beside it. */
  readonly note?: string
}

/** Appends the figure to bench/out/<bench>.jsonl with commit and machine, and prints one line for people. */
export function writeFigure(figure: Figure, folder = OUT): void {
  const { target, ...rest } = figure
  const holds = target === undefined ? null : 'atMost' in target ? figure.value <= target.atMost : figure.value >= target.atLeast
  const bound = target === undefined ? null : 'atMost' in target ? target.atMost : target.atLeast
  const line = {
    ...rest,
    rssPeakMb: figure.rssPeakMb ?? rssPeakMb(),
    target: bound,
    targetIs: target === undefined ? null : 'atMost' in target ? 'at most' : 'at least',
    holds,
    commit: commit(),
    machine: machine(),
  }

  mkdirSync(folder, { recursive: true })
  appendFileSync(join(folder, `${figure.bench}.jsonl`), `${JSON.stringify(line)}\n`)

  const promise = line.targetIs === null ? '' : ` (${line.targetIs} ${bound}: ${holds ? 'holds' : 'MISSED'})`
  process.stdout.write(`${figure.bench} · ${figure.metric}: ${readable(figure.value)} ${figure.unit}${promise}\n`)
}

/** Processor, cores, memory, system and runtime in one text. */
export function machine(): string {
  const processors = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return `${processors[0]?.model.trim() ?? 'unknown'} × ${processors.length}, ${memoryGb} GB, ${process.platform} ${process.arch}, Node ${process.version}`
}

let knownCommit: string | undefined

/** The commit measured, with '-dirty' when tracked files differ from it; 'unknown' outside a repository. */
export function commit(): string {
  knownCommit ??= describeCommit()
  return knownCommit
}

function describeCommit(): string {
  try {
    const words = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']
    return execFileSync('git', words, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}

/** Nearest-rank percentiles of a sample; NaN of an empty one. The sample is not changed. */
export function percentiles(samples: ArrayLike<number>): { readonly p50: number; readonly p99: number; readonly max: number } {
  const sorted = Float64Array.from(samples).sort()
  const at = (fraction: number): number => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** The most memory this process has held so far, in MiB. */
export const rssPeakMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024)

const readable = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)))
