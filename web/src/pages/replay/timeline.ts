// The time of the time machine: a slider's place and the moment it stands for, playing on, and stepping to what happened.

export interface Span {
  /** UTC milliseconds. */
  readonly from: number
  readonly to: number
}

export interface Happening {
  readonly time: number
  readonly kind: 'signal' | 'order' | 'fill'
}

export const within = ({ from, to }: Span, time: number): number => Math.min(Math.max(time, from), to)

/** 0…1 along the span; 0 where it has no length. */
export const placeOf = (span: Span, time: number): number =>
  span.to > span.from ? (within(span, time) - span.from) / (span.to - span.from) : 0

export const timeAt = ({ from, to }: Span, place: number): number =>
  Math.round(from + Math.min(Math.max(place, 0), 1) * (to - from))

/** Where playing stands `elapsed` milliseconds later, at so many seconds of history in each second of life. */
export const playedOn = (span: Span, time: number, elapsed: number, speed: number): number => within(span, time + elapsed * speed)

/** The nearest happening after (or, backwards, before) a time; undefined at the end. `happenings` are in order of time. */
export function nextHappening(
  happenings: readonly Happening[],
  time: number,
  wanted: { readonly kinds: ReadonlySet<Happening['kind']>; readonly backwards: boolean },
): Happening | undefined {
  return wanted.backwards
    ? happenings.findLast(one => one.time < time && wanted.kinds.has(one.kind))
    : happenings.find(one => one.time > time && wanted.kinds.has(one.kind))
}

const SPEEDS = [60, 600, 3_600, 14_400, 86_400, 604_800] as const

/** Speeds to choose from for a span, and the one with which it plays through in about a minute. */
export function speedsFor({ from, to }: Span): { readonly speeds: readonly number[]; readonly usual: number } {
  const wanted = (to - from) / 60_000
  const usual = SPEEDS.find(speed => speed >= wanted) ?? SPEEDS.at(-1)!
  return { speeds: SPEEDS, usual }
}

/** '1 h/s': how much history passes in a second. */
export function speedWords(speed: number): string {
  if (speed % 604_800 === 0) return `${speed / 604_800} w/s`
  if (speed % 86_400 === 0) return `${speed / 86_400} d/s`
  if (speed % 3_600 === 0) return `${speed / 3_600} h/s`
  return speed % 60 === 0 ? `${speed / 60} min/s` : `${speed} s/s`
}
