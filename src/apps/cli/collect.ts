// An option that may be given several times.

export const collect = (value: string, earlier: readonly string[]): string[] => [...earlier, value]
