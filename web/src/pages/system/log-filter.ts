// Which lines of the log a person wants to see: the same rule for the stored lines and for the tail.

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

export interface LogWords {
  readonly level: Level
  readonly component: string
  readonly correlationId: string
  readonly message: string
  readonly code: string
}

export interface WantedLines {
  /** This level and graver ones; '' for all. */
  readonly level: Level | ''
  readonly component: string
  readonly correlationId: string
  /** Somewhere in message or code, whatever the case. */
  readonly text: string
}

export function logFilter({ level, component, correlationId, text }: WantedLines): (line: LogWords) => boolean {
  const least = level === '' ? 0 : LEVELS.indexOf(level)
  const words = text.toLowerCase()
  return line =>
    LEVELS.indexOf(line.level) >= least &&
    (component === '' || line.component === component) &&
    (correlationId === '' || line.correlationId === correlationId) &&
    (words === '' || `${line.message} ${line.code}`.toLowerCase().includes(words))
}
