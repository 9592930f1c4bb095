// What people ask of a running session, through the state folder or the server: a kill, its reset, a source, an order.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import type { Envelope, OperatorAction, OperatorCommand } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Micros } from '../../domain/numbers.ts'
import { DERIVED } from '../../domain/provenance.ts'
import type { Observer } from '../../engine/ports.ts'
import type { Step } from '../../engine/step.ts'
import type { RunRequest } from '../../wire/topics.ts'
import { type Kill, readKill } from '../kill-switch.ts'
import { manualOrderOf } from './manual-order.ts'
import type { RunAnswer } from './run-link.ts'

/** Asked of the running session by `feed failover`. */
export interface FailoverRequest {
  readonly instrumentId: string
  /** Empty: the best of the others. */
  readonly source: string
  readonly operator: string
  readonly reason: string
}

const failoverFile = (home: string): string => join(home, 'failover.json')

/** Leaves the request for the running session, which takes it at its next beat. */
export function requestFailover(home: string, request: FailoverRequest): void {
  makeFolder(home)
  const draft = `${failoverFile(home)}.${process.pid}.tmp`
  writeFileSync(draft, `${JSON.stringify(request)}\n`, { flush: true })
  renameSync(draft, failoverFile(home))
}

function takeFailover(home: string): FailoverRequest | undefined {
  try {
    const request = JSON.parse(readFileSync(failoverFile(home), 'utf8')) as FailoverRequest
    rmSync(failoverFile(home))
    return request
  } catch {
    return undefined
  }
}

interface Asked {
  readonly operator: string
  readonly reason: string
  readonly order: OperatorAction
  readonly answer: (answer: RunAnswer) => void
}

/** The kill switch as a run knows it, what it was told last before a crash too; and what people asked for through the server. */
export class OperatorOrders implements Observer {
  readonly #home: string
  readonly #onCall: () => void
  #last = ''
  #called = false
  #asked: Asked[] = []
  #looked: ((answer: RunAnswer) => void)[] = []
  readonly #entered = new Map<OperatorCommand, Asked>()

  /** `onCall`: somebody will not wait for the next beat. */
  constructor(home: string, onCall: () => void = () => {}) {
    this.#home = home
    this.#onCall = onCall
  }

  /** Something was asked for since the last `take`. */
  get called(): boolean {
    return this.#called
  }

  /** Look at the switch at once rather than at the next beat. */
  call(): void {
    this.#called = true
    this.#onCall()
  }

  /** Answers once it has gone through the engine: with the order's id, or with why it was refused. */
  async ask(request: RunRequest, instruments: ReadonlyMap<string, Instrument>): Promise<RunAnswer> {
    if (request.type === 'stop-changed') {
      return await new Promise(answer => {
        this.#looked.push(answer)
        this.call()
      })
    }
    if (request.type !== 'order' && request.type !== 'cancel') {
      return {
        ok: false,
        code: 'ORDER_INVALID',
        message: 'the run does not know such a request',
        fix: 'update the run or the server',
      }
    }
    const order = request.type === 'order' ? manualOrderOf(request, instruments) : cancelOf(request.order)
    if ('code' in order) return { ok: false, ...order }
    const reason = request.type === 'order' ? request.reason : 'canceled by hand'
    return await new Promise(answer => {
      this.#asked.push({ operator: request.operator, reason, order, answer })
      this.call()
    })
  }

  observe({ event, verdicts, commands }: Step): void {
    if (event.kind !== 'operator-command' || this.#entered.size === 0) return
    const asked = this.#entered.get(event)
    if (asked === undefined) return
    this.#entered.delete(event)
    const [refusal] = verdicts.flatMap(({ refusals }) => refusals)
    if (refusal === undefined) asked.answer({ ok: true, message: commands[0]?.orderId ?? '' })
    else {
      const { code, limit, observed } = refusal
      asked.answer({
        ...{ ok: false, code, message: `risk refused it: ${observed} against ${limit}` },
        fix: 'change the order, or wait until there is room; a refused order needs a new key',
      })
    }
  }

  /** Passes recovered envelopes on and learns from them what is in force. */
  *follow(envelopes: Iterable<Envelope>): Generator<Envelope> {
    for (const envelope of envelopes) {
      const { event } = envelope
      if (event.kind === 'operator-command' && isOfSwitch(event)) this.#last = nameOf(event)
      yield envelope
    }
  }

  /** A kill once, and its reset once, as the switch stands at `time`. */
  kill(time: Micros): OperatorCommand | undefined {
    const kill = readKill(this.#home)
    if (kill === undefined && this.#last === '') return undefined
    const command = killCommand(kill, time)
    if (nameOf(command) === this.#last) return undefined
    this.#last = nameOf(command)
    return command
  }

  /** Everything that was asked for since the last time. */
  take(time: Micros): OperatorCommand[] {
    this.#called = false
    const commands: OperatorCommand[] = []
    const kill = this.kill(time)
    if (kill !== undefined) commands.push(kill)
    const failover = takeFailover(this.#home)
    if (failover !== undefined) {
      const { instrumentId, source, operator, reason } = failover
      commands.push({ ...about(time), operator, reason, order: { action: 'failover', instrumentId, source } })
    }
    for (const asked of this.#asked.splice(0)) {
      const { operator, reason, order } = asked
      const command: OperatorCommand = { ...about(time), operator, reason, order }
      this.#entered.set(command, asked)
      commands.push(command)
    }
    const looked = this.#looked.splice(0)
    // What is taken goes through the engine in the same breath; what changed nothing there made no step.
    if (looked.length > 0 || this.#entered.size > 0) queueMicrotask(() => this.#settle(looked))
    return commands
  }

  #settle(looked: readonly ((answer: RunAnswer) => void)[]): void {
    for (const answer of looked) answer({ ok: true })
    for (const { answer } of this.#entered.values())
      answer({ ok: true, message: 'nothing changed: it was done before, or is done' })
    this.#entered.clear()
  }
}

const cancelOf = (orderId: string): OperatorAction => ({ action: 'cancel', orderId })

const about = (time: Micros) =>
  ({ kind: 'operator-command', eventTime: time, receivedTime: time, sequence: 0, provenance: DERIVED }) as const

function killCommand(kill: Kill | undefined, time: Micros): OperatorCommand {
  if (kill === undefined) {
    return { ...about(time), operator: 'operator', reason: 'the kill was reset', order: { action: 'reset' } }
  }
  const { operator, reason, mode } = kill
  return { ...about(time), operator, reason, order: { action: 'kill', scope: 'all', target: '', mode } }
}

const isOfSwitch = ({ order: { action } }: OperatorCommand): boolean => action === 'kill' || action === 'reset'

/** Tells one kill from another; nothing when none is in force. */
const nameOf = ({ operator, reason, order }: OperatorCommand): string =>
  order.action === 'kill' ? `${order.mode} ${operator} ${reason}` : ''
