// `quadrant serve` in a process of its own on free ports, as a user starts it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from './source.ts'

export interface Served {
  readonly process: ChildProcess
  readonly url: string
  readonly metricsUrl: string
  /** Empty once there is an account. */
  readonly setupToken: string
  readonly ended: Promise<number | null>
  /** Everything on stderr until now. */
  readonly said: () => string
}

export interface ServeOptions {
  readonly home: string
  readonly cwd: string
  /** The one a server had before; a free one without it. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Once it says where it listens. */
export async function serve({ home, cwd, port = 0, env = {} }: ServeOptions): Promise<Served> {
  const args = ['serve', '--port', String(port), '--metrics-port', '0', '--home', home, '--json']
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'src/apps/cli/main.ts'), ...args], {
    ...{ cwd, env: { ...process.env, ...env } },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = once(child, 'close').then(([exit]) => exit as number | null)
  const line = await Promise.race([
    once(createInterface(child.stdout!), 'line').then(([text]) => String(text)),
    ended.then(exit => Promise.reject(new Error(`serve ended with ${exit}: ${said}`))),
  ])
  const { setupToken = '', ...addresses } = JSON.parse(line) as Omit<Served, 'process' | 'ended'>
  return { ...addresses, setupToken, process: child, ended, said: () => said }
}

/** As Ctrl-C does it; the exit code. */
export function stopServed({ process: child, ended }: Served): Promise<number | null> {
  child.kill('SIGTERM')
  return ended
}
