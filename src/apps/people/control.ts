// How a command reaches the people and the audit trail of a state folder: through the running server, or by opening them itself.
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError } from '../../adapters/database/database-error.ts'
import { LineSplitter } from '../../connectivity/line-splitter.ts'
import { explained } from '../cli/trouble.ts'
import { Failure } from '../failure.ts'
import { OPENING_MILLIS, settledServer } from '../serve/server-file.ts'
import { type OpenHouse, openHouse } from './open-house.ts'
import { DESK_WORDS, type PeopleDesk } from './people-desk.ts'

// One JSON object a line, each way:
//   { "id": 1, "word": "addUser", "given": [ … ] }
//   { "id": 1, "answer": … }   or   { "id": 1, "error": { "code", "message", "fix" } }
interface Question {
  readonly id: number
  readonly word: string
  readonly given: readonly unknown[]
}
interface Answer {
  readonly id: number
  readonly answer?: unknown
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string }
}

/** A page of an export is the longest thing said. */
const LONGEST_BYTES = 64 * 2 ** 20
/** Systems take 104 bytes or 108, the closing zero included. */
const LONGEST_PATH_BYTES = 100

export interface Control {
  /** For server.json. */
  readonly path: string
  close(): Promise<void>
}

/** Answers commands of this machine's same user: the socket lies in a folder that nobody else may enter. */
export async function serveControl({ home, desk }: { readonly home: string; readonly desk: PeopleDesk }): Promise<Control> {
  const path = socketPath(home)
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    attend(socket, desk)
  })
  server.listen(path)
  await once(server, 'listening')
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  server.unref()
  return {
    path,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
      if (process.platform !== 'win32') rmSync(dirname(path), { recursive: true, force: true })
    },
  }
}

/** Throws Failure CONTROL_UNREACHABLE and whatever the work throws. `url` is DATABASE_URL. */
export async function withPeople<Result>(
  { home, url }: { readonly home: string; readonly url: string | undefined },
  work: (desk: PeopleDesk) => Promise<Result>,
): Promise<Result> {
  const server = await settledServer(home)
  if (server !== undefined && server.control !== '') {
    const line = new ControlLine(await reach(server.control))
    try {
      return await work(line.desk)
    } finally {
      line.end()
    }
  }
  const house = await openHouseOrWait(home, url)
  if (house === undefined) return await withPeople({ home, url }, work)
  try {
    return await work(house.desk)
  } finally {
    await house.close()
  }
}

/** Undefined where a server was quicker and is to be asked. Another command is waited for. */
async function openHouseOrWait(home: string, url: string | undefined): Promise<OpenHouse | undefined> {
  for (const until = performance.now() + OPENING_MILLIS; ; ) {
    try {
      return await openHouse(home, url)
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== 'DATABASE_IN_USE' || performance.now() >= until) throw error
      if ((await settledServer(home)) !== undefined) return undefined
      await sleep(AGAIN_MILLIS)
    }
  }
}

const AGAIN_MILLIS = 100

function socketPath(home: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\quadrant-control-${process.pid}`
  const folder = join(home, 'control')
  const beside = join(folder, 'socket')
  if (Buffer.byteLength(beside) > LONGEST_PATH_BYTES) return join(mkdtempSync(join(tmpdir(), 'quadrant-control-')), 'socket')
  // What a killed server left behind would be in the way.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return beside
}

function attend(socket: Socket, desk: PeopleDesk): void {
  const lines = new LineSplitter({ maxBytes: LONGEST_BYTES, where: 'a command' })
  // One after the other, as they were asked.
  let turn = Promise.resolve()
  socket.on('data', chunk => {
    try {
      for (const line of lines.push(chunk)) {
        const question = JSON.parse(line) as Question
        turn = turn.then(async () => {
          const answer = await answerTo(question, desk)
          if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`)
        })
      }
    } catch {
      // Whoever does not keep to the form is no command of ours.
      socket.destroy()
    }
  })
}

async function answerTo({ id, word, given }: Question, desk: PeopleDesk): Promise<Answer> {
  try {
    const known = DESK_WORDS.find(name => name === word)
    if (known === undefined) {
      throw new Failure('USAGE_COMMAND', {
        message: `the server does not know '${word}'`,
        fix: 'restart it: it is of another version than this command',
      })
    }
    const answer = await (desk[known] as (...values: readonly unknown[]) => Promise<unknown>).apply(desk, [...given])
    return { id, answer: answer ?? null }
  } catch (error) {
    const { code, message, fix } = explained(error)
    return { id, error: { code, message, fix } }
  }
}

async function reach(path: string): Promise<Socket> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    throw unreachable(`the server does not answer at ${path}`)
  }
}

/** The desk on the other side of a socket. */
class ControlLine {
  readonly #socket: Socket
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #asked = 0

  constructor(socket: Socket) {
    this.#socket = socket
    const lines = new LineSplitter({ maxBytes: LONGEST_BYTES, where: 'the server' })
    socket.on('data', chunk => {
      try {
        for (const line of lines.push(chunk)) this.#hear(JSON.parse(line) as Answer)
      } catch {
        socket.destroy()
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(unreachable('the server has ended before it answered'))
    })
  }

  get desk(): PeopleDesk {
    const words = DESK_WORDS.map(word => [word, (...given: readonly unknown[]) => this.#ask(word, given)] as const)
    return Object.fromEntries(words) as unknown as PeopleDesk
  }

  end(): void {
    this.#socket.destroy()
  }

  #ask(word: string, given: readonly unknown[]): Promise<unknown> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.write(`${JSON.stringify({ id, word, given } satisfies Question)}\n`)
    })
  }

  #hear({ id, answer, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(answer)
    else waiting?.reject(new Failure(error.code, error))
  }
}

const unreachable = (message: string): Failure =>
  new Failure('CONTROL_UNREACHABLE', {
    message,
    fix: 'see that the server is well, or stop it: without a server the command opens the database itself',
  })
