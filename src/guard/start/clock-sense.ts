// Whether the clock can be right: by the calendar, by what was written before, by its own steadiness and by the sources' clocks.
import type { Fault, Verdict } from '../fault.ts'

export interface ClockFacts {
  /** Milliseconds of the epoch. */
  readonly now: number
  /** The newest thing that must be of the past, and what it is: a file of the installation, of the journal. */
  readonly written: readonly { readonly what: string; readonly millis: number }[]
  /** By how much the wall clock left the monotonic one while this was looked at, milliseconds. */
  readonly steppedMillis: number
  /** What the system says of its own synchronisation, where it says it cheaply. */
  readonly synchronised: boolean | undefined
  /** What makes a clock of its own for this process, such as libfaketime; empty where nothing does. */
  readonly madeUpBy: string
}

/** A source's clock against ours. The true offset is somewhere between the two. */
export interface MeasuredOffset {
  readonly source: string
  /** Ours minus theirs, milliseconds. */
  readonly least: number
  readonly most: number
}

/** reliability.md C8: alarm, no new orders, halt. */
export const CLOCK_LIMITS_MILLIS = { alarm: 250, deny: 500, halt: 1000 } as const

/** The first version of this code, and a century in which nobody trades with it. */
const EARLIEST = Date.UTC(2026, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)
/** Nobody leaves an installation alone for so long. */
const UNTOUCHED_MILLIS = 10 * 366 * 86_400_000
/** Files may come from another machine, and clocks of two machines differ. */
const TOLERANCE_MILLIS = 60_000

const SYNCHRONISE = 'let the system keep its clock right (chrony, systemd-timesyncd, w32time), and start again'

export function clockVerdict({ now, written, steppedMillis, synchronised, madeUpBy }: ClockFacts): Verdict {
  const faults: Fault[] = []
  if (madeUpBy !== '') {
    faults.push({ code: 'ENV_CLOCK_WRONG', what: `the clock of this process is made up by ${madeUpBy}`, fix: 'start it without' })
  }
  if (!(now >= EARLIEST && now < LATEST)) {
    faults.push({ code: 'ENV_CLOCK_WRONG', what: `the clock says ${dayOf(now)}, which cannot be`, fix: SYNCHRONISE })
  }
  const newest = written.toSorted((a, b) => b.millis - a.millis)[0]
  if (newest !== undefined && newest.millis > now + TOLERANCE_MILLIS && faults.length === 0) {
    faults.push({
      code: 'ENV_CLOCK_WRONG',
      what: `the clock says ${instantOf(now)}, and ${newest.what} is of ${instantOf(newest.millis)}`,
      fix: SYNCHRONISE,
    })
  }
  if (newest !== undefined && now > newest.millis + UNTOUCHED_MILLIS && faults.length === 0) {
    faults.push({
      code: 'ENV_CLOCK_WRONG',
      what: `the clock says ${instantOf(now)}, and the newest that is here, ${newest.what}, is of ${instantOf(newest.millis)}`,
      fix: SYNCHRONISE,
    })
  }
  const step = Math.abs(steppedMillis)
  if (step > CLOCK_LIMITS_MILLIS.alarm) {
    faults.push({
      code: 'ENV_CLOCK_STEPPED',
      what: `the clock was set by ${Math.round(steppedMillis)} ms since this started (more than ${CLOCK_LIMITS_MILLIS.alarm} ms)`,
      fix: 'wait until the clock is steady, and start again',
    })
  }
  const warnings: Fault[] =
    synchronised === false
      ? [{ code: 'ENV_CLOCK_UNSYNCED', what: 'the system says that its clock is not synchronised', fix: SYNCHRONISE }]
      : []
  return { faults, warnings }
}

/** Judges what is certain: the part of each offset that the measurement leaves no doubt about. */
export function offsetVerdict(offsets: readonly MeasuredOffset[]): Verdict {
  const faults: Fault[] = []
  const warnings: Fault[] = []
  for (const { source, least, most } of offsets) {
    const certain = least > 0 ? least : most < 0 ? -most : 0
    if (certain <= CLOCK_LIMITS_MILLIS.alarm) continue
    const what = `the clock is ${Math.round(certain)} ms or more ${least > 0 ? 'ahead of' : 'behind'} that of ${source}`
    const limit = certain > CLOCK_LIMITS_MILLIS.halt ? 'halt' : certain > CLOCK_LIMITS_MILLIS.deny ? 'deny' : 'alarm'
    const fault = { code: 'ENV_CLOCK_OFFSET', what: `${what} (limit: ${CLOCK_LIMITS_MILLIS[limit]} ms)`, fix: SYNCHRONISE }
    if (limit === 'alarm') warnings.push(fault)
    else faults.push(fault)
  }
  return { faults, warnings }
}

const instantOf = (millis: number): string => (Math.abs(millis) < 8.64e15 ? new Date(millis).toISOString() : `${millis} ms`)
const dayOf = (millis: number): string => instantOf(millis).slice(0, 10)
