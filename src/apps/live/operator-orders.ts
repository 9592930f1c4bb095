// What a person asked of a running session through the state folder: a kill, its reset, another source.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import type { Envelope, OperatorCommand } from '../../domain/event.ts'
import type { Micros } from '../../domain/numbers.ts'
import { DERIVED } from '../../domain/provenance.ts'
import { type Kill, readKill } from '../kill-switch.ts'

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

/** The kill switch as a run knows it: what it was told last, before a crash too. */
export class OperatorOrders {
  readonly #home: string
  #last = ''

  constructor(home: string) {
    this.#home = home
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
    const commands: OperatorCommand[] = []
    const kill = this.kill(time)
    if (kill !== undefined) commands.push(kill)
    const failover = takeFailover(this.#home)
    if (failover !== undefined) {
      const { instrumentId, source, operator, reason } = failover
      commands.push({ ...about(time), operator, reason, order: { action: 'failover', instrumentId, source } })
    }
    return commands
  }
}

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
