// The steps an axis may be divided in, so that no two of its labels say the same.

/** 1, 2, 5 and so on, from the smallest that shows in so many digits: an axis of whole numbers has no halves. */
export const axisIncrements = (digits: number): number[] =>
  Array.from({ length: 18 + digits }, (_, power) => [1, 2, 5].map(factor => Number(`${factor}e${power - digits}`))).flat()
