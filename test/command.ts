// Runs the command line as a user does: as a process of its own, with a state folder of its own and without the data pack.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './source.ts'

export interface Ended {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  /** Where it stands; its state is in .quadrant there, unless `env` says otherwise. */
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Called once it runs, to interrupt it for example. */
  readonly during?: (child: ChildProcess) => void
}

/** Never rejects: what went wrong is in what it printed. */
export function quadrant(args: readonly string[], { cwd, env = {}, during }: Surroundings): Promise<Ended> {
  const { QUADRANT_HOME: _, QUADRANT_DEBUG: __, ...outer } = process.env
  return new Promise(resolve => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(ROOT, 'src/apps/cli/main.ts'), ...args],
      {
        cwd,
        env: { ...outer, QUADRANT_DATA: '', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8')
      child[name].on('data', (text: string) => {
        output[name] += text
      })
    }
    child.on('close', exit => resolve({ exit, ...output }))
    during?.(child)
  })
}

/** A line such as `    at compose (file:///…:12:3)`. */
export const STACK_TRACE = /^\s+at .*[(:]\S*:\d+:\d+\)?$/m
