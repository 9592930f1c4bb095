// How long an exponential average remembers where it began.

/** Updates until what the average began with weighs less than one millionth: ceil(ln 1e-6 / ln(1 - weight)) (intelligence.md 1.1). */
export const fadeLength = (weight: number): number => (weight >= 1 ? 0 : Math.ceil(Math.log(1e-6) / Math.log(1 - weight)))
