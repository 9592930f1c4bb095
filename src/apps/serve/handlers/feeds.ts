// The living sources, and a person's word which of them to read.
import { type Call, type Handlers, mayAccount } from '../../../adapters/gateway/handlers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import { Failure } from '../../failure.ts'
import { type LiveStatus, lastStatus } from '../../live/live-status.ts'
import { requestFailover } from '../../live/operator-orders.ts'
import { didYouMean } from '../../suggest.ts'
import type { ServerContext } from '../server-context.ts'
import { accountsOf, caller, record } from './caller.ts'

type Routes = 'GET /feeds' | 'POST /feeds/failover'
type Reply = ReplyOf<'GET /feeds'>

export function feedHandlers(context: ServerContext): Handlers<Routes> {
  const { home, hub } = context
  return {
    'GET /feeds': () => {
      const status = lastStatus(home)
      const rows = hub.rows('feeds')
      if (status === undefined) return { ...NOTHING, instruments: [...rows], failovers: [...hub.rows('failovers')].reverse() }
      const reply = repliedOf(status)
      // What a run says now is newer than what it wrote down a second ago.
      return rows.length === 0 ? reply : { ...reply, running: true, instruments: [...rows] }
    },

    'POST /feeds/failover': async ({ body: { instrument, source = '', reason } }, call) => {
      const status = livingStatus(context, call)
      const found = knownInstrument(status, instrument)
      refuseUnknown(found, source)
      await record(context, call, {
        action: 'feed.failover',
        object: `feed:${instrument}`,
        before: { source: found.selected },
        after: { source: source === '' ? 'the best of the others' : source },
        reason,
      })
      requestFailover(home, { instrumentId: instrument, source, operator: caller(call).user, reason })
      return { requested: true }
    },
  }
}

const NOTHING: Reply = {
  ...{ run: null, running: false, environment: '', time: null, instruments: [], failovers: [], events: 0, quarantined: {} },
  decisionMicros: { p50: 0, p99: 0, p999: 0 },
  recording: null,
}

function repliedOf(status: LiveStatus): Reply {
  const { run, running, environment, time, instruments, failovers, events, quarantined, decisionMicros, recording } = status
  return {
    ...{ run, running, environment, time, events, decisionMicros },
    quarantined: { ...quarantined },
    instruments: instruments.map(({ instrument, selected, level, epoch, sources }) => ({
      ...{ key: instrument, selected, level, epoch, time },
      sources: sources.map(source => ({ ...source, parts: { ...source.parts } })),
    })),
    failovers: failovers.toReversed().map(failover => ({ ...failover })),
    recording: recording?.folder ?? null,
  }
}

/** Throws Failure FEED_NOT_RUNNING, also for a run of an account the caller was not given. */
function livingStatus({ home, runs }: ServerContext, call: Call): LiveStatus {
  const status = lastStatus(home)
  const account = runs.runs.find(({ run }) => run === status?.run)?.account
  const isOwn = account === undefined ? accountsOf(call) === '*' : mayAccount(caller(call), account)
  if (status?.running && isOwn) return status
  throw new Failure('FEED_NOT_RUNNING', {
    message: status?.running === false && isOwn ? `the run ${status.run} has ended` : 'no live run of yours is there',
    fix: 'start a paper run first: its sources can be switched while it lives',
  })
}

function knownInstrument(status: LiveStatus, instrument: string): LiveStatus['instruments'][number] {
  const found = status.instruments.find(known => known.instrument === instrument)
  if (found !== undefined) return found
  const known = status.instruments.map(one => one.instrument)
  throw new Failure('FEED_INSTRUMENT_NOT_FOUND', {
    message: `${instrument} is not read by ${status.run}.${didYouMean(instrument, known) || ` There: ${known.join(', ')}.`}`,
    fix: 'take an instrument of GET /api/v1/feeds',
  })
}

function refuseUnknown({ instrument, selected, sources }: LiveStatus['instruments'][number], wanted: string): void {
  const names = sources.map(({ source }) => source)
  if (wanted === '' ? names.some(name => name !== selected) : names.includes(wanted)) return
  throw new Failure('FEED_SOURCE_NOT_FOUND', {
    message: wanted === '' ? `${instrument} has no source but ${selected}` : `${instrument} has no source '${wanted}'`,
    fix: wanted === '' ? 'give it a second one in the configuration' : `choose one of ${names.join(', ')}`,
  })
}
