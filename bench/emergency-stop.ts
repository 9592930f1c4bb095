// The emergency stop in a running session under load: from the call to the last order leaving, in the process and through the run link.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '../src/adapters/journal/lmdb-journal.ts'
import { RunPublisher } from '../src/adapters/run-link/run-publisher.ts'
import { compose, loadStrategies } from '../src/apps/compose.ts'
import { parseRunConfig } from '../src/apps/config.ts'
import { engageKill, resetKill } from '../src/apps/kill-switch.ts'
import { LiveInbox } from '../src/apps/live/live-inbox.ts'
import { liveLoop } from '../src/apps/live/live-loop.ts'
import { OperatorOrders } from '../src/apps/live/operator-orders.ts'
import { deskFor } from '../src/apps/live/source-desk-of.ts'
import { SystemClock } from '../src/connectivity/clock.ts'
import { benchLake } from './engine-child.ts'
import { writeFigure } from './figure.ts'
import { configText, idOf, Pacer, quotes, spec } from './paced-quotes.ts'
import type { ListenerOrder, ListenerWord } from './run-listener.ts'

const TRIPS = Number(process.env['TRIPS'] ?? 1_000)
const INSTRUMENTS = 100
const PER_SECOND = 5_000
/** Orders that wait at the venue at each trip, and must be canceled. */
const WAITING = 5

if (await benchLake()) await measure()

async function measure(): Promise<void> {
  const tape = await quotes(200_000)
  const dataHash = createHash('sha256')
    .update(JSON.stringify(tape.slice(0, 1000).map(({ bid, ask }) => [bid, ask])))
    .digest('hex')
  const folder = mkdtempSync(join(tmpdir(), 'q-stop-'))
  const clock = new SystemClock()
  const instruments = new Map(Array.from({ length: INSTRUMENTS }, (_, at) => [idOf(at), spec(idOf(at))]))
  const config = parseRunConfig(configText(INSTRUMENTS), { file: 'bench.yaml' })
  const journal = openJournal(join(folder, 'journal'), { runId: 'bench', configHash: config.configHash, dataHash: 'stop' })
  const inbox = new LiveInbox([new Pacer(tape, clock, { instruments: INSTRUMENTS, perSecond: PER_SECOND, seconds: 86_400 })])
  const orders = new OperatorOrders(folder, () => inbox.wake())
  let canceled = 0
  const session = compose(config, await loadStrategies(config), {
    ...{ instruments, journal, gate: deskFor([...instruments.values()].map(of => ({ of, sources: ['bench'] }))) },
    observers: [
      orders,
      {
        observe: ({ event, commands }) => {
          if (event.kind === 'operator-command' && event.order.action === 'kill')
            canceled += commands.filter(({ kind }) => kind === 'cancel').length
        },
      },
    ],
  })
  const stop = new AbortController()
  const loop = liveLoop({
    ...{ session, inbox, clock, signal: stop.signal, record: () => {}, beat: () => false },
    commands: now => orders.take(now),
    called: () => orders.called,
  })

  const publisher = await RunPublisher.start(folder, {
    run: 'bench',
    account: 'bench',
    mode: 'PAPER',
    started: '2026-01-01T00:00:00Z',
  })
  publisher.onRequest(request => orders.ask(request, instruments))
  const listener = fork(join(import.meta.dirname, 'run-listener.ts'), [folder])
  await once(listener, 'message')

  /** Five orders wait, the stop is pulled, and is taken back afterwards. Microseconds. */
  let placed = 0
  const trip = async (pull: () => Promise<number>): Promise<number> => {
    for (let at = 0; at < WAITING; at++) {
      placed += 1
      const instrument = idOf(placed % INSTRUMENTS)
      const { bid } = session.engine.lanes.find(lane => lane.instrument.id === instrument)!.desk.mark
      const price = (share: number) => String(Math.round(bid * share) / 1_000)
      const answer = await orders.ask(
        {
          ...{ type: 'order', id: '', operator: 'bench', reason: 'waits', instrument, side: 'buy', quantity: '0.01' },
          ...{ orderType: 'limit', price: price(0.995), stop: price(0.9), key: `waiting-${placed}` },
        },
        instruments,
      )
      if (!answer.ok) throw new Error(answer.message)
    }
    // At any time of the load's turn.
    await new Promise(resolve => setTimeout(resolve, (placed * 7) % 13))
    const before = canceled
    const micros = await pull()
    if (canceled - before !== WAITING) throw new Error(`${canceled - before} of ${WAITING} orders were canceled`)
    await resetKill(folder, 'measured', 'bench')
    await orders.ask({ type: 'stop-changed', id: '' }, instruments)
    return micros
  }
  const here = async (): Promise<number> => {
    const begun = performance.now()
    const { durable } = engageKill(folder, { mode: 'cancel', reason: 'measured', operator: 'bench' })
    await orders.ask({ type: 'stop-changed', id: '' }, instruments)
    const micros = (performance.now() - begun) * 1_000
    await durable
    return micros
  }
  const there = async (): Promise<number> => {
    listener.send('trip' satisfies ListenerOrder)
    const [word] = (await once(listener, 'message')) as [ListenerWord]
    if (!('micros' in word) || !word.ok) throw new Error(JSON.stringify(word))
    return word.micros
  }

  // The first prices of every name.
  while (session.accepted < 10 * INSTRUMENTS) await new Promise(resolve => setTimeout(resolve, 50))
  for (const [where, pull] of [
    ['in the process', here],
    ['through the run link from another process', there],
  ] as const) {
    const samples = new Float64Array(TRIPS)
    for (let at = 0; at < TRIPS; at++) samples[at] = await trip(pull)
    samples.sort()
    const at = (share: number): number => samples[Math.max(0, Math.ceil(share * TRIPS) - 1)]! / 1_000
    writeFigure({
      ...{ bench: 'emergency-stop', metric: `call to last order leaving, ${where}, p99.9`, unit: 'ms', dataHash },
      value: at(0.999),
      target: { atMost: 10 },
      ...{ p50: at(0.5), p99: at(0.99) },
      correctnessHash: String(canceled),
      note: `${TRIPS} trips with ${WAITING} waiting orders each, ${PER_SECOND} ticks/s on ${INSTRUMENTS} instruments; the journal is synced to disk before the cancels leave, the switch's file meanwhile`,
    })
  }

  listener.send('end' satisfies ListenerOrder)
  stop.abort()
  await loop
  await publisher.close()
  await inbox.close()
  await journal.close()
  rmSync(folder, { recursive: true })
}
