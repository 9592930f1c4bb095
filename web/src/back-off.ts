// How long to wait before the next attempt: exponential with full jitter, so that a thousand pages do not come back at once.

const FIRST_MILLIS = 500
const MOST_MILLIS = 30_000

/** The attempt counts from 0; `random` is in [0, 1). Between 0 and the ceiling of that attempt, in milliseconds. */
export const backOffMillis = (attempt: number, random: number): number => random * ceilingMillis(attempt)

export const ceilingMillis = (attempt: number): number => Math.min(MOST_MILLIS, FIRST_MILLIS * 2 ** Math.min(attempt, 20))
