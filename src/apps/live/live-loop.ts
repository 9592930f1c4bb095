// The loop of a living run: what arrived goes through the session, time passes in beats, and everything that entered is recorded.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Input } from '../../adapters/recording/event-lines.ts'
import type { Clock } from '../../connectivity/clock.ts'
import type { LiveEvent, OperatorCommand } from '../../domain/event.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Session } from '../../engine/session.ts'
import type { LiveInbox } from './live-inbox.ts'

export interface LiveLoop {
  readonly session: Session
  readonly inbox: LiveInbox
  readonly clock: Clock
  /** Sees each input before the session does: the recorder. */
  readonly record: (input: Input) => void
  /** Looks at each event first: what it says of the source comes before the event. */
  readonly sentry?: { hear(event: LiveEvent): LiveEvent | undefined; obey(command: OperatorCommand): void }
  /** What people asked for since the last beat: a kill, a reset, a failover. */
  readonly commands: (now: Micros) => readonly OperatorCommand[]
  /** Somebody will not wait for the next beat: a kill, an order of a person. */
  readonly called?: () => boolean
  /** Between beats: status, patience. True ends the run. */
  readonly beat: (now: Micros) => boolean
  /** How long each event took from its arrival to the end of its decision, microseconds. */
  readonly latency?: (micros: number) => void
  readonly signal: AbortSignal
}

/** Time passes for the engine at least this often, so that bars close and silence is noticed without a fact. */
const BEAT_MILLIS = 50
/** Events between two looks at the clock while a lot arrives: a beat must not wait for the whole heap. */
const PIECE = 512

/** Runs until the signal, until `beat` says so, or until no source can deliver any more. */
export async function liveLoop(loop: LiveLoop): Promise<void> {
  const { session, inbox, clock, record, signal } = loop
  let nextBeat = 0
  const obey = (now: Micros): void => {
    const commands = loop.commands(now)
    for (const command of commands) {
      record({ kind: 'command', command })
      loop.sentry?.obey(command)
      session.command(command)
    }
    if (commands.length > 0) session.flush()
  }

  for (;;) {
    if (loop.called?.() === true) {
      // A person's word overtakes whatever waits; what waits is as old as that from now on.
      const now = clock.now()
      obey(now)
      inbox.notBefore(now)
    }
    const events = inbox.take()
    for (let at = 0; at < events.length; at++) {
      const event = events[at]!
      const notice = loop.sentry?.hear(event)
      if (notice !== undefined) {
        record({ kind: 'event', event: notice })
        session.step(notice)
      }
      record({ kind: 'event', event })
      session.step(event)
      loop.latency?.(clock.now() - event.receivedTime)
      // Timers and sockets get their turn although there is no end of work.
      if (at % PIECE !== PIECE - 1) continue
      await nextTurn()
      // Later events of this heap have an earlier time than the clock's, and time does not go back.
      if (loop.called?.() === true) obey(event.receivedTime)
    }

    const now = clock.now()
    if (now >= nextBeat) {
      nextBeat = now + BEAT_MILLIS * 1000
      obey(now)
      record({ kind: 'advance', time: now })
      session.advance(now)
      session.flush()
      inbox.notBefore(now)
      if (loop.beat(now)) return
    }
    if (signal.aborted || (inbox.running === 0 && events.length === 0)) return

    if (loop.called?.() !== true) await inbox.wait(Math.max(1, (nextBeat - clock.now()) / 1000))
  }
}

/** Gives a recorded input to a session: what the loop did when it lived. */
export function playInput(session: Session, input: Input): void {
  switch (input.kind) {
    case 'event':
      session.step(input.event)
      break
    case 'known':
      session.learn(input.event)
      break
    case 'command':
      session.command(input.command)
      break
    case 'advance':
      session.advance(input.time)
      break
  }
}
