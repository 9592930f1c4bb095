// Why an order was sent, or why none was: the run is made again up to that moment, with everything written down.
import { openFeed } from '../adapters/lake/feed.ts'
import { Lake } from '../adapters/lake/lake.ts'
import { Recording } from '../adapters/recording/recording-reader.ts'
import type { Envelope, Event, FeedEvent, MarketEvent, OperatorCommand } from '../domain/event.ts'
import { type Instrument, instrument } from '../domain/instrument.ts'
import { formatMicros, formatMoney, formatSteps, type Micros } from '../domain/numbers.ts'
import type { Opinion, Reading } from '../domain/opinion.ts'
import type { SourceChange } from '../domain/source.ts'
import type { Session } from '../engine/session.ts'
import type { Booking, Decision, Step } from '../engine/step.ts'
import { run } from '../research/backtest.ts'
import { narrate } from '../stages/fusion/narrative.ts'
import { codeHash } from './code-hash.ts'
import { compose, type LoadedStrategy, loadStrategies } from './compose.ts'
import { parseRunConfig } from './config.ts'
import { Failure } from './failure.ts'
import { lakeFolder } from './home.ts'
import { playInput } from './live/live-loop.ts'
import { planLive, planReplay } from './live/live-plan.ts'
import { openPaperJournal } from './live/paper-journal.ts'
import { deskOf } from './live/source-desk-of.ts'
import { watched } from './live/watched-gate.ts'
import { hasReplayJournal, openReplayJournal } from './replay-journal.ts'
import type { RunConfig } from './run-config.ts'
import { readRun, type StoredRun } from './run-folder.ts'
import { SOURCES } from './sources.ts'
import { strategyPath } from './strategy-file.ts'
import { switchLinks } from './switch-links.ts'

export type Stage =
  | 'portfolio'
  | 'execution'
  | 'risk'
  | 'allocation'
  | 'signals'
  | 'fusion'
  | 'senses'
  | 'features'
  | 'market'
  | 'quality'
  | 'source'

/** One link of the chain: what this stage did or said, and the ids by which it can be found elsewhere. */
export interface Link {
  readonly stage: Stage
  readonly reason: string
  readonly ids: readonly string[]
}

export type Explanation =
  | { readonly run: string; readonly order: string; readonly chain: readonly Link[] }
  | { readonly run: string; readonly at: string; readonly reasons: readonly Link[] }

export type Question = { readonly order: string } | { readonly not: true; readonly at: number }

/** Throws Failure RUN_NOT_FOUND, ORDER_NOT_FOUND, RUN_CHANGED (data or code are no longer those of the run), LakeError. */
export async function explain(home: string, given: string, question: Question): Promise<Explanation> {
  const stored = readRun(home, given)
  const run = stored.summary.id
  if ('order' in question) {
    const trail = await retrace(home, stored, { order: question.order })
    return { run, order: question.order, chain: trail.chain(question.order) }
  }
  const trail = await retrace(home, stored, { at: question.at })
  return { run, at: formatMicros(question.at as Micros), reasons: trail.reasons() }
}

type Until = { readonly order: string } | { readonly at: number }

async function retrace(home: string, stored: StoredRun, until: Until): Promise<Trail> {
  const config = parseRunConfig(stored.yaml, { file: stored.origin.file })
  const strategies = await loadStrategies(config)
  if (codeHash(strategies.map(({ use }) => strategyPath(use))) !== stored.origin.codeHash)
    throw changed(stored, 'the code or a strategy')
  if (stored.origin.live !== undefined) return await retraceLive(home, stored, { config, strategies, until })
  const lake = new Lake(lakeFolder(home))
  try {
    const opened = await openFeed(lake, config)
    if (opened.dataHash !== stored.summary.dataHash) throw changed(stored, 'the data in the lake')
    const trail = new Trail(opened.instruments, until)
    const session = compose(config, strategies, { instruments: opened.instruments, observers: [trail], explain: true })
    if (stored.summary.mode === 'REPLAY') await follow(home, stored, session, trail)
    else await run(session, opened, { tap: event => trail.see(event), between: () => trail.done })
    return trail
  } finally {
    lake.close()
  }
}

/** What was heard live is in the run's journal, or in the recording that was played. */
async function retraceLive(
  home: string,
  stored: StoredRun,
  {
    config,
    strategies,
    until,
  }: { readonly config: RunConfig; readonly strategies: readonly LoadedStrategy[]; readonly until: Until },
): Promise<Trail> {
  const { instruments: specs, recording, commands = [] } = stored.origin.live!
  const instruments = new Map(specs.map(spec => [spec.id, instrument(spec)]))
  const trail = new Trail(instruments, until)
  const plan = recording === '' ? planLive(config, SOURCES) : planReplay(config, new Recording(recording).manifest.instruments)
  const desk = deskOf(config, plan, instruments)
  const gate = watched(desk, event => trail.see(event))
  const session = compose(config, strategies, { instruments, observers: [trail], explain: true, gate })
  if (recording !== '') {
    const said = [...commands]
    let played = 0
    for await (const batch of new Recording(recording).batches()) {
      for (const input of batch) {
        for (; said[0]?.after === played; said.shift()) {
          session.command(said[0].command)
          trail.processed()
        }
        playInput(session, input)
        trail.processed()
        played += 1
      }
      if (trail.done) break
    }
    return trail
  }

  const { id, configHash } = stored.summary
  const journal = openPaperJournal(home, { id, configHash, code: stored.origin.codeHash, fresh: false })
  try {
    session.recover(seenBy(trail, journal.read()), journal.consumed)
  } finally {
    await journal.close()
  }
  return trail
}

/** A replay heeds people, who are not in the data: only its journal can tell it again. */
async function follow(home: string, { summary, origin }: StoredRun, session: Session, trail: Trail): Promise<void> {
  if (!hasReplayJournal(home, summary.id)) throw changed({ summary, origin }, 'the journal')
  const journal = openReplayJournal(home, { ...summary, codeHash: origin.codeHash })
  try {
    session.recover(seenBy(trail, journal.read()), journal.consumed)
  } finally {
    await journal.close()
  }
}

function* seenBy(trail: Trail, envelopes: Iterable<Envelope>): Generator<Envelope> {
  for (const envelope of envelopes) {
    if (trail.done) return
    const { event } = envelope
    if (isFact(event)) trail.see(event)
    else trail.processed()
    yield envelope
  }
}

const isFact = (event: Event): event is FeedEvent =>
  event.kind !== 'order-event' && event.kind !== 'tick' && event.kind !== 'operator-command' && event.kind !== 'source-change'

const changed = (stored: Pick<StoredRun, 'summary' | 'origin'>, what: string): Failure =>
  new Failure('RUN_CHANGED', {
    message: `${what} changed since the run '${stored.summary.id}' was made, so it cannot be retraced exactly`,
    fix: `run it again: quadrant backtest run ${stored.origin.file}`,
  })

/** A decision, what followed from it, and what was known when it was made. */
interface Decided {
  readonly decision: Decision
  readonly step: Step
  readonly fact: MarketEvent | undefined
  readonly change: SourceChange | undefined
}

/** The steps and raw facts that an explanation needs, out of all that pass. */
class Trail {
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #until: Until
  readonly #newest = new Map<string, MarketEvent>()
  /** Handed to the session but not processed yet: what becomes due before it knows nothing of it. */
  #incoming: MarketEvent | undefined
  /** The newest decision of each strategy, and what followed from it. */
  readonly #decisions = new Map<string, Decided>()
  /** The newest switch of each instrument. */
  readonly #switches = new Map<string, SourceChange>()
  #placed: { readonly step: Step; readonly fact: MarketEvent | undefined } | undefined
  #entry: string | undefined
  readonly #steps: Step[] = []
  readonly #facts = new Map<Booking, MarketEvent | undefined>()
  #done = false
  #past = false

  constructor(instruments: ReadonlyMap<string, Instrument>, until: Until) {
    this.#instruments = instruments
    this.#until = until
  }

  get done(): boolean {
    return this.#done || this.#past
  }

  see(event: FeedEvent): void {
    if (event.kind === 'release' || event.kind === 'calendar-entry') return
    this.#settle()
    this.#incoming = event
    if ('at' in this.#until && event.receivedTime > this.#until.at) this.#past = true
  }

  /** What was handed over has gone through: the next envelope is asked for. */
  processed(): void {
    this.#settle()
  }

  #settle(): void {
    if (this.#incoming !== undefined) this.#newest.set(this.#incoming.instrumentId, this.#incoming)
    this.#incoming = undefined
  }

  observe(step: Step): void {
    if (this.#done) return
    if (step.event === this.#incoming) this.#settle()
    if (step.event.kind === 'source-change') this.#switches.set(step.event.instrumentId, step.event)
    if ('at' in this.#until) {
      if (step.event.receivedTime > this.#until.at) this.#done = true
      else for (const decision of step.decisions) this.#decisions.set(decision.strategy, this.#decided(decision, step))
      return
    }
    this.#follow(step, this.#until.order)
  }

  #decided(decision: Decision, step: Step): Decided {
    const { instrumentId } = decision
    return { decision, step, fact: this.#newest.get(instrumentId), change: this.#switches.get(instrumentId) }
  }

  chain(order: string): Link[] {
    const placed = this.#placed
    if (placed === undefined) {
      throw new Failure('ORDER_NOT_FOUND', {
        message: `the run has no order '${order}'`,
        fix: 'take an id from `quadrant backtest show RUN --json`, field orderList',
      })
    }
    const change = placed.step.changes.find(change => change.orderId === order)!
    const of = this.#instruments.get(change.intent.instrumentId)!
    const bookings = this.#steps.flatMap(step => step.bookings.filter(booking => booking.orderId === order))
    const links: Link[] = bookings.map(booking => bookingLink(booking, of))
    links.push(this.#executionLink(order, of))
    links.push(riskLink(placed.step, change.intent.why, order))
    const causes = this.#causes(placed.step, order, of, placed.fact)
    const prices = bookings.flatMap(booking => {
      const fact = this.#facts.get(booking)
      return fact === undefined || fact === placed.fact ? [] : sourceLink(fact, of, 'the price it filled at')
    })
    // A chain ends where it began: at a person, or at the raw datum.
    const isPerson = causes.at(-1)?.stage === 'signals'
    return isPerson ? [...links, ...prices, ...causes] : [...links, ...causes, ...prices]
  }

  /** Why nothing was done at that time, per strategy: its word, and what stood in the way of one that wanted to act. */
  reasons(): Link[] {
    const links: Link[] = []
    for (const { decision, step, fact, change } of this.#decisions.values()) {
      const of = this.#instruments.get(decision.instrumentId)!
      const own = (link: { readonly decision: Decision }) => link.decision === decision
      for (const verdict of step.verdicts) {
        if (verdict.kind === 'refused') {
          const why = verdict.refusals.map(
            refusal => `${refusal.code} (check ${refusal.check}): ${refusal.observed} against ${refusal.limit}`,
          )
          links.push({ stage: 'risk', reason: `refused: ${why.join('; ')}`, ids: verdict.refusals.map(refusal => refusal.code) })
        } else
          links.push({
            stage: 'risk',
            reason: `approved, so an order was sent: ${verdict.intent.why}`,
            ids: step.commands.filter(command => command.kind === 'place').map(command => command.orderId),
          })
      }
      for (const sizing of step.sizings.filter(own))
        if (sizing.intent === undefined) links.push({ stage: 'allocation', reason: sizing.reason, ids: [decision.strategy] })
      links.push(...decisionLinks(decision, of, fact))
      links.push(...switchLinks(decision, step.verdicts, change))
    }
    if (links.length === 0)
      return [{ stage: 'signals', reason: 'nothing was decided up to then: the run had not begun, or was warming up', ids: [] }]
    return links
  }

  #follow(step: Step, order: string): void {
    if (this.#placed === undefined) {
      if (!step.commands.some(command => command.kind === 'place' && command.orderId === order)) {
        this.#remember(step)
        return
      }
      const instrumentId = step.changes.find(change => change.orderId === order)!.intent.instrumentId
      this.#placed = { step, fact: this.#newest.get(instrumentId) }
      this.#entry = /^(?:stop|target) of (\S+)$/.exec(step.changes.find(change => change.orderId === order)!.intent.why)?.[1]
    }
    const mine = step.changes.some(change => change.orderId === order)
    if (!mine) return
    this.#steps.push(step)
    for (const booking of step.bookings) this.#facts.set(booking, this.#newest.get(booking.intent.instrumentId))
    const last = step.changes.findLast(change => change.orderId === order)!
    if (last.to !== 'sent' && last.to !== 'accepted' && last.to !== 'partially-filled') this.#done = true
  }

  /** Steps that placed orders, in case a guard's chain leads back to its entry. Only the newest few can be its parent. */
  readonly #placements: { readonly step: Step; readonly fact: MarketEvent | undefined }[] = []
  #remember(step: Step): void {
    if (!step.commands.some(command => command.kind === 'place')) return
    const instrumentId = step.changes[0]?.intent.instrumentId
    this.#placements.push({ step, fact: instrumentId === undefined ? undefined : this.#newest.get(instrumentId) })
    if (this.#placements.length > 64) this.#placements.shift()
  }

  #executionLink(order: string, of: Instrument): Link {
    const changes = this.#steps.flatMap(step =>
      step.changes.filter(change => change.orderId === order).map(change => ({ change, time: step.event.receivedTime })),
    )
    const { intent } = changes[0]!.change
    const quantity = formatSteps(intent.quantity, of.quantityDecimals)
    const path = changes.map(({ change, time }) => `${change.to} ${formatMicros(time)}`).join(', ')
    const price = intent.price === undefined ? '' : ` at ${formatSteps(intent.price, of.priceDecimals)}`
    return {
      stage: 'execution',
      reason: `${intent.type} order to ${intent.side} ${quantity} ${of.id}${price}: ${path}`,
      ids: [order],
    }
  }

  /** From the sizing down to the raw datum; a guard is explained by the entry it guards. */
  #causes(step: Step, order: string, of: Instrument, fact: MarketEvent | undefined): Link[] {
    const intent = step.changes.find(change => change.orderId === order)!.intent
    const sizing = step.sizings.find(sizing => sizing.intent === intent)
    if (sizing !== undefined) {
      return [
        {
          stage: 'allocation',
          reason: `${formatSteps(intent.quantity, of.quantityDecimals)}: ${sizing.reason}`,
          ids: [sizing.decision.strategy],
        },
        ...decisionLinks(sizing.decision, of, fact),
      ]
    }
    if (step.event.kind === 'operator-command') return personLinks(step.event, of)
    const parent = this.#entry
    const origin =
      parent === undefined
        ? undefined
        : this.#placements.findLast(({ step }) =>
            step.commands.some(command => command.kind === 'place' && command.orderId === parent),
          )
    if (parent === undefined || origin === undefined)
      return fact === undefined
        ? []
        : [{ stage: 'allocation', reason: intent.why, ids: [intent.strategy] }, ...rawLinks(fact, of)]
    return [
      { stage: 'allocation', reason: `guards the fill of ${parent} with the same quantity`, ids: [parent, order] },
      ...this.#causes(origin.step, parent, of, origin.fact).filter(link => link.stage !== 'allocation'),
    ]
  }
}

/** A person gave the order: its size, and its reason, are the person's. */
function personLinks({ operator, reason, order }: OperatorCommand, of: Instrument): Link[] {
  if (order.action !== 'order') return [{ stage: 'signals', reason: `${operator}: ${reason}`, ids: [operator] }]
  const quantity = formatSteps(order.quantity, of.quantityDecimals)
  return [
    { stage: 'allocation', reason: `${quantity}: as ${operator} ordered it`, ids: ['manual'] },
    {
      stage: 'signals',
      reason: `${operator} ordered to ${order.side} ${quantity} ${of.id}: ${reason}`,
      ids: [operator, order.key],
    },
  ]
}

function bookingLink({ event, postings, roundTrip, orderId }: Booking, of: Instrument): Link {
  if (event.outcome !== 'filled') return { stage: 'portfolio', reason: event.outcome, ids: [orderId] }
  const verb = event.side === 'buy' ? 'bought' : 'sold'
  const deal = `${verb} ${formatSteps(event.quantity, of.quantityDecimals)} ${of.base} at ${formatSteps(event.price, of.priceDecimals)} on ${formatMicros(event.eventTime)}`
  const lines = postings.map(posting => `${posting.account} ${formatMoney(posting.amount)} ${posting.currency}`).join(', ')
  const result = roundTrip === undefined ? '' : `; closed a trade with ${formatMoney(roundTrip.profit)} ${roundTrip.currency}`
  return { stage: 'portfolio', reason: `${deal}; posted ${lines}${result}`, ids: [event.fillId, orderId] }
}

const riskLink = (step: Step, why: string, order: string): Link => ({
  stage: 'risk',
  reason: `approved: every pre-trade check passed (${why})`,
  ids: [order, `sequence ${step.sequence}`],
})

/** Signal, opinion, readings, measures, bar and raw datum of one decision. */
function decisionLinks(decision: Decision, of: Instrument, fact: MarketEvent | undefined): Link[] {
  const { strategy, signal, opinion, features, bar } = decision
  const links: Link[] = [{ stage: 'signals', reason: `${strategy} said ${saidOf(signal)}: ${signal.why}`, ids: [strategy] }]
  if (opinion === undefined) links.push({ stage: 'fusion', reason: 'no senses are switched on in this run', ids: [] })
  else links.push(fusionLink(opinion), ...opinion.readings.map(readingLink))
  const measured = Object.entries(features ?? {}).map(([name, value]) => `${name} ${rounded(value)}`)
  links.push({
    stage: 'features',
    reason: measured.join(', ') || 'the strategy measures nothing',
    ids: Object.keys(features ?? {}),
  })
  const price = (steps: number) => formatSteps(steps, of.priceDecimals)
  links.push({
    stage: 'market',
    reason: `bar of the ${bar.basis} from ${formatMicros(bar.openTime)} to ${formatMicros(bar.eventTime)}: open ${price(bar.open)}, high ${price(bar.high)}, low ${price(bar.low)}, close ${price(bar.close)}`,
    ids: [`${of.id} ${formatMicros(bar.eventTime)}`],
  })
  return fact === undefined ? links : [...links, ...rawLinks(fact, of)]
}

function saidOf(signal: Decision['signal']): string {
  if (signal.kind === 'target') return signal.direction
  return signal.kind === 'flat' ? 'flat' : 'nothing'
}

const fusionLink = (opinion: Opinion): Link => ({
  stage: 'fusion',
  reason: narrate(opinion),
  ids: opinion.readings.map(reading => reading.sense),
})

function readingLink(reading: Reading): Link {
  if (reading.kind === 'abstains')
    return { stage: 'senses', reason: `${reading.sense.toUpperCase()} abstains: ${reading.reason}`, ids: [reading.sense] }
  const lean = reading.direction > 0 ? 'up' : reading.direction < 0 ? 'down' : 'neither way'
  const evidence = reading.evidence.map(fact => `${fact.metric} ${rounded(fact.value)} ${fact.unit}`).join(', ')
  const warning = reading.standAside === '' ? '' : `; stand aside: ${reading.standAside}`
  return {
    stage: 'senses',
    reason: `${reading.sense.toUpperCase()} leans ${lean}, strength ${rounded(reading.strength)}, confidence ${rounded(reading.confidence)}${evidence === '' ? '' : `: ${evidence}`}${warning}`,
    ids: reading.evidence.map(fact => fact.id),
  }
}

const rawLinks = (fact: MarketEvent, of: Instrument): Link[] => [
  {
    stage: 'quality',
    reason: `accepted: schema, range, order, duplicate, crossed, stale and outlier found nothing`,
    ids: [`${fact.provenance.source} ${fact.sequence}`],
  },
  sourceLink(fact, of, 'the newest datum of the bar'),
]

function sourceLink(fact: MarketEvent, of: Instrument, role: string): Link {
  const { provenance } = fact
  return {
    stage: 'source',
    reason: `${role}: ${fact.kind} ${factText(fact, of)} of ${formatMicros(fact.eventTime)}, ${provenance.kind} by ${provenance.source}, row ${fact.sequence} of ${provenance.origin}`,
    ids: [`${provenance.origin}#${fact.sequence}`, `sha256:${provenance.checksum}`],
  }
}

function factText(fact: MarketEvent, of: Instrument): string {
  const price = (steps: number) => formatSteps(steps, of.priceDecimals)
  if (fact.kind === 'quote') return `${price(fact.bid)} / ${price(fact.ask)}`
  if (fact.kind === 'trade') return `${formatSteps(fact.quantity, of.quantityDecimals)} at ${price(fact.price)}`
  if (fact.kind === 'bar') return `close ${price(fact.close)}`
  return `with ${fact.bids.length} bid and ${fact.asks.length} ask levels`
}

const rounded = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : 'unknown')
