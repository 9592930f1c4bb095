// The one place where anything thrown becomes words: what, why, the fix, a code and an exit code. Never a stack trace.
import { InvariantError } from '../../domain/assert.ts'
import { EXIT, type Explained, exitOf, isExplained } from '../failure.ts'
import { type Terminal, warning } from './terminal.ts'

/** Says what went wrong and returns the exit code. With --json on stdout as an object, else on stderr as text. */
export function tell(error: unknown, terminal: Terminal): number {
  terminal.endProgress()
  const { code, message, fix } = explained(error)

  if (terminal.json) process.stdout.write(`${JSON.stringify({ error: { code, message, fix } }, null, 2)}\n`)
  else process.stderr.write(`${warning(`error ${code}`)}: ${message}\n  fix: ${fix}\n`)

  if (process.env['QUADRANT_DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitCode(error, code)
}

/** Whatever was thrown, in the three parts a user is told. */
export function explained(error: unknown): Explained {
  if (isExplained(error)) return error
  if (error instanceof InvariantError) return internal(`a rule inside Quadrant was broken: ${error.message}`)
  if (!(error instanceof Error)) return internal(String(error))

  const { code, path } = error as NodeJS.ErrnoException
  const where = path === undefined ? '' : ` (${path})`
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'DISK_FULL',
        message: `the disk is full${where}`,
        fix: 'free some space and run again; nothing half-written was kept',
      }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return {
        code: 'FILE_DENIED',
        message: `the system does not let Quadrant use a file or folder${where}: ${firstLine(error.message)}`,
        fix: 'point QUADRANT_HOME at a folder this user may write, or change the permissions; `quadrant doctor` checks it',
      }
    case 'ENOENT':
      return { code: 'FILE_NOT_FOUND', message: `there is no file or folder${where}`, fix: 'check the path and run again' }
    default:
      return internal(firstLine(error.message))
  }
}

function internal(message: string): Explained {
  return {
    code: 'INTERNAL_ERROR',
    message,
    fix: 'this is a fault in Quadrant: run again with QUADRANT_DEBUG=1 and report what it prints',
  }
}

function exitCode(error: unknown, code: string): number {
  const own = (error as { exit?: unknown } | null)?.exit
  return typeof own === 'number' && Object.values<number>(EXIT).includes(own) ? own : exitOf(code)
}

const firstLine = (text: string): string => text.split('\n')[0]!.trim()
