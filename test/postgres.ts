// A real PostgreSQL for tests: on a free port, in a folder of its own, gone afterwards.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { describe } from 'vitest'

/** Debian keeps the server's programs out of the path, one folder a version. */
const FOLDERS = ['', ...globSync('/usr/lib/postgresql/*/bin/').sort().toReversed()]
const FOLDER = FOLDERS.find(folder => spawnSync(join(folder, 'postgres'), ['--version'], { stdio: 'ignore' }).status === 0)

interface User {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses to run as root; then it runs as who is meant to run it, or as nobody. */
const RUN_AS: User | undefined = process.getuid?.() === 0 ? (userOf('postgres') ?? userOf('nobody')) : {}

export const HAS_POSTGRES = FOLDER !== undefined && RUN_AS !== undefined

/** Facts that need PostgreSQL, or a word in their name why they did not run. */
export function describePostgres(name: string, body: () => void): void {
  if (HAS_POSTGRES) describe(name, body)
  else describe.skip(`${name} (skipped: needs PostgreSQL; apt-get install postgresql)`, body)
}

export class PostgresServer {
  readonly #port: number
  readonly #folder: string
  readonly #process: ChildProcess
  #databases = 0

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.#port = port
    this.#folder = folder
    this.#process = child
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'quadrant-postgres-'))
    const { uid, gid } = RUN_AS ?? {}
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
    const as = { ...RUN_AS, cwd: folder, env: { LC_ALL: 'C', PATH: process.env['PATH'] ?? '' } }
    const made = spawnSync(join(FOLDER!, 'initdb'), ['-D', folder, '-U', 'quadrant', '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
      ...as,
      encoding: 'utf8',
    })
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)

    const port = await freePort()
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'shared_buffers=16MB']
    const child = spawn(join(FOLDER!, 'postgres'), ['-D', folder, '-p', String(port), ...settings.flatMap(one => ['-c', one])], {
      ...as,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    for await (const line of createInterface({ input: child.stderr! })) if (/ready to accept/.test(line)) break
    child.stderr?.resume()
    return new PostgresServer(port, folder, child)
  }

  /** The address of a new, empty database. */
  async database(): Promise<string> {
    const name = `test_${++this.#databases}`
    const client = new Client({ connectionString: this.#url('postgres') })
    await client.connect()
    await client.query(`create database ${name}`)
    await client.end()
    return this.#url(name)
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit')
    // At once, whoever is connected.
    this.#process.kill('SIGQUIT')
    await gone
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #url(database: string): string {
    return `postgres://quadrant@127.0.0.1:${this.#port}/${database}`
  }
}

function userOf(name: string): User | undefined {
  const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
