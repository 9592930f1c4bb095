// Proves a source against the real service: what an owner with a key runs once to reach level L2.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { planRecording, type RecordOptions, recordFeeds } from './record-feeds.ts'

export interface CertificateCheck {
  readonly name: string
  readonly passed: boolean
  /** The figures it was judged by. */
  readonly evidence: string
}

export interface Certificate {
  readonly source: string
  readonly environment: string
  /** L2 when every check passed; what it was before otherwise. */
  readonly level: string
  /** ISO, UTC. */
  readonly time: string
  readonly symbols: readonly string[]
  readonly checks: readonly CertificateCheck[]
  readonly recording: string
}

/** A venue's clock may differ so much before its times are of no use. */
const OFFSET_MICROS_MAX = 2_000_000

/** Listens to the real service for a while and judges what came. Throws Failure when it cannot be reached. */
export async function certify(
  known: readonly SourceDescriptor[],
  name: string,
  symbols: readonly string[],
  options: RecordOptions,
): Promise<Certificate> {
  const descriptor = known.find(source => source.name === name)
  const wanted = symbols.length > 0 || descriptor === undefined ? symbols : [descriptor.symbolExample]
  const plan = planRecording(known, name, wanted)
  const judge = new Judge()
  const { folder } = await recordFeeds(plan, { ...options, onEvent: event => judge.hear(event) })

  const checks = judge.checks(plan.instruments.map(({ id }) => id))
  const certificate: Certificate = {
    source: name,
    environment: options.settings?.environment ?? 'live',
    level: checks.every(({ passed }) => passed) ? 'L2' : (descriptor?.level ?? 'L0'),
    time: new Date().toISOString(),
    symbols: wanted,
    checks,
    recording: folder,
  }
  const path = certificateFile(options.home, name)
  makeFolder(join(options.home, 'sources', name))
  writeFileSync(`${path}.tmp`, `${JSON.stringify(certificate, null, 2)}\n`, { flush: true })
  renameSync(`${path}.tmp`, path)
  return certificate
}

/** What this owner's last certification said; undefined when there was none. */
export function readCertificate(home: string, name: string): Certificate | undefined {
  try {
    return JSON.parse(readFileSync(certificateFile(home, name), 'utf8')) as Certificate
  } catch {
    return undefined
  }
}

const certificateFile = (home: string, name: string): string => join(home, 'sources', name, 'certificate.json')

class Judge {
  #live = false
  readonly #facts = new Map<string, number>()
  readonly #faults = new Map<string, number>()
  #late = 0
  #future = 0
  #total = 0
  #offset = Number.NaN

  hear(event: LiveEvent): void {
    switch (event.kind) {
      case 'link-change':
        if (event.state === 'live') this.#live = true
        return
      case 'integrity-fault':
        this.#faults.set(event.fault, (this.#faults.get(event.fault) ?? 0) + 1)
        return
      case 'link-measure':
        if (event.clockOffsetMicros === event.clockOffsetMicros) this.#offset = event.clockOffsetMicros
        return
      case 'release':
      case 'calendar-entry':
        return
      default: {
        this.#facts.set(event.instrumentId, (this.#facts.get(event.instrumentId) ?? 0) + 1)
        this.#total += 1
        const age = event.receivedTime - event.eventTime
        if (age > 10_000_000) this.#late += 1
        if (age < -OFFSET_MICROS_MAX) this.#future += 1
      }
    }
  }

  checks(instruments: readonly string[]): CertificateCheck[] {
    const silent = instruments.filter(id => !this.#facts.has(id))
    const faults = [...this.#faults].map(([fault, times]) => `${times} ${fault}`)
    const offset = this.#offset
    return [
      { name: 'the link became live', passed: this.#live, evidence: this.#live ? 'yes' : 'no' },
      {
        name: 'every instrument delivered facts',
        passed: silent.length === 0,
        evidence: silent.length === 0 ? `${this.#total} facts` : `silent: ${silent.join(', ')}`,
      },
      {
        name: 'no gap, no wrong checksum, nothing unknown',
        passed: faults.length === 0,
        evidence: faults.length === 0 ? 'no fault' : faults.join(', '),
      },
      {
        name: 'times are those of now',
        passed: this.#future === 0 && this.#late <= this.#total / 100,
        evidence: `${this.#late} older than 10 s, ${this.#future} from the future, of ${this.#total}`,
      },
      {
        name: "the venue's clock is near ours",
        passed: !(Math.abs(offset) > OFFSET_MICROS_MAX),
        evidence: offset !== offset ? 'the protocol does not say' : `${(offset / 1000).toFixed(1)} ms`,
      },
    ]
  }
}
