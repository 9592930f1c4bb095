// A real Redis for tests: on a free port, in a folder of its own, gone afterwards.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe } from 'vitest'

export const HAS_REDIS = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0

/** Facts that need Redis, or a word in their name why they did not run. */
export function describeRedis(name: string, body: () => void): void {
  if (HAS_REDIS) describe(name, body)
  else describe.skip(`${name} (skipped: needs redis-server; apt-get install redis-server)`, body)
}

export class RedisServer {
  readonly port: number
  readonly #folder: string
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string) {
    this.port = port
    this.#folder = folder
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), mkdtempSync(join(tmpdir(), 'quadrant-redis-')))
    await server.resume()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`
  }

  /** Starts it where it is not running; it remembers nothing of before. */
  async resume(): Promise<void> {
    if (this.#process !== undefined) return
    const place = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#folder]
    const child = spawn('redis-server', [...place, '--save', '', '--appendonly', 'no', '--daemonize', 'no'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#process = child
    for await (const line of createInterface({ input: child.stdout! })) if (/ready to accept/i.test(line)) break
    child.stdout?.resume()
  }

  async pause(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }

  async stop(): Promise<void> {
    await this.pause()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
