// Builds a session from a parsed configuration: the one place where everything is plugged together. Read it top to bottom.
import { SimulatedVenue } from '../adapters/simulated-venue/simulated-venue.ts'
import { sessionCalendar } from '../domain/calendar.ts'
import { type Instrument, instrument } from '../domain/instrument.ts'
import type { PriceBasis } from '../domain/market.ts'
import { MINUTE, parseSteps, type Quantity } from '../domain/numbers.ts'
import { Account } from '../engine/account.ts'
import { Lane, Series, type StrategyRun, StrategySeat } from '../engine/analysis.ts'
import { Engine } from '../engine/engine.ts'
import type { Journal, Observer } from '../engine/ports.ts'
import { SenseSuite, World } from '../engine/sense-suite.ts'
import { Session } from '../engine/session.ts'
import { readParameters } from '../sdk/params.ts'
import type { AllocationRule } from '../stages/allocation/size.ts'
import { parseBarLength } from '../stages/market/bar-builder.ts'
import { type Gate, QualityGate } from '../stages/quality/gate.ts'
import { invalidConfig } from './config.ts'
import { Failure } from './failure.ts'
import type { RunConfig, StrategyUse } from './run-config.ts'
import { loadStrategy } from './strategy-file.ts'

export interface SessionPlugs {
  readonly instruments: ReadonlyMap<string, Instrument>
  readonly observers?: readonly Observer[]
  readonly journal?: Journal
  /** What judges facts; the gate of history, one source for each instrument, when left out. */
  readonly gate?: Gate
  /** Record every measure of every decision: for `why`. */
  readonly explain?: boolean
}

/** A strategy of the configuration, loaded, with its values checked. */
export interface LoadedStrategy extends StrategyRun {
  readonly use: StrategyUse
}

/** Loads and checks every strategy of a configuration. Throws Failure STRATEGY_…, or CONFIG_INVALID with all faults at once. */
export async function loadStrategies(config: RunConfig): Promise<LoadedStrategy[]> {
  const loaded: LoadedStrategy[] = []
  const faults: string[] = []
  for (const index of config.strategies.keys()) {
    const judged = await judgeStrategy(config, index)
    faults.push(...judged.faults)
    if (judged.loaded !== undefined) loaded.push(judged.loaded)
  }
  if (faults.length > 0) throw invalidConfig(config.file, faults)
  return loaded
}

/** What is wrong with the strategies alone, one that does not load included. */
export async function strategyFaults(config: RunConfig): Promise<string[]> {
  const judged = config.strategies.map((_, index) =>
    judgeStrategy(config, index).then(
      ({ faults }) => faults,
      (error: unknown) => {
        if (error instanceof Failure) return [`strategies.${index}: ${error.message}`]
        throw error
      },
    ),
  )
  return (await Promise.all(judged)).flat()
}

async function judgeStrategy(
  config: RunConfig,
  index: number,
): Promise<{ readonly loaded: LoadedStrategy | undefined; readonly faults: readonly string[] }> {
  const use = config.strategies[index]!
  const strategy = await loadStrategy(use)
  const { values, faults: found } = readParameters(strategy.parameters, use.params)
  const checked = found.length > 0 ? found : strategy.check(values)
  const faults = checked.map(fault => `strategies.${index} (${strategy.name}): ${fault}`)
  if (config.strategies.findIndex(other => other.instrument === use.instrument) !== index) {
    faults.push(
      `strategies.${index}: ${use.instrument} has a strategy already; positions net per instrument, so run the second one on its own`,
    )
  }
  const lengthMicros = use.bar === undefined ? parseBarLength(strategy.bar) : use.bar === 'quote' ? 0 : use.bar
  if (lengthMicros === undefined) faults.push(`strategies.${index} (${strategy.name}): its bar '${strategy.bar}' is no length`)
  const loaded = lengthMicros === undefined ? undefined : { use, strategy, values, shape: { lengthMicros, basis: use.price } }
  return { loaded, faults }
}

export function compose(config: RunConfig, strategies: readonly LoadedStrategy[], plugs: SessionPlugs): Session {
  const traded = tradedInstruments(config, plugs.instruments)
  requireRates(config, traded)

  const gate =
    plugs.gate ??
    new QualityGate({
      staleAfterMicros: config.quality.staleAfterMicros,
      outlierFactor: config.quality.outlier,
      allowsNegativePrices: id => plugs.instruments.get(id)?.negativePrices ?? false,
    })

  const account = new Account({
    currency: config.account.currency,
    startEquity: config.account.equity,
    allocation: allocationRule(config, traded),
    limits: config.risk,
  })

  const world = new World()
  const lanes = traded.map(of => {
    const calendar = sessionCalendar(of.calendar)
    if (calendar === undefined)
      throw new Failure('CONFIG_INVALID', {
        message: `${of.id} has the unknown calendar '${of.calendar}'`,
        fix: 'import it again with a calendar that docs/data-formats.md lists',
      })
    const desk = account.open(of, calendar)
    const run = strategies.find(({ use }) => use.instrument === of.id)
    const suite = (barMicros: number) =>
      new SenseSuite({ senses: config.senses, weights: config.fusion.weights, world, instrument: of, calendar, barMicros })
    return new Lane(desk, seriesOf(of, run, suite, config))
  })

  const engine = new Engine({ account, lanes, world, explain: plugs.explain ?? false })
  const venue = new SimulatedVenue(config.venue, traded)
  const observers = plugs.observers ?? []
  return new Session(
    plugs.journal === undefined ? { engine, gate, venue, observers } : { engine, gate, venue, observers, journal: plugs.journal },
  )
}

/**
 * The bars of one instrument. Senses read where the strategy decides; a strategy on every quote is given senses that
 * read each minute, since a sense is not asked on every quote. They are measured before the strategy sees the bar.
 */
function seriesOf(
  of: Instrument,
  run: LoadedStrategy | undefined,
  suite: (barMicros: number) => SenseSuite,
  config: RunConfig,
): Series[] {
  if (run === undefined) return []
  const seat = new StrategySeat(run)
  const needsSenses = config.senses.length > 0 || config.allocation.method === 'volatility'
  if (!needsSenses) return [new Series(of, run.shape, undefined, seat)]
  if (run.shape.lengthMicros > 0) return [new Series(of, run.shape, suite(run.shape.lengthMicros), seat)]
  const basis: PriceBasis = run.shape.basis
  return [new Series(of, { lengthMicros: MINUTE, basis }, suite(MINUTE), undefined), new Series(of, run.shape, undefined, seat)]
}

/** Every instrument of the configuration, in the order it names them; one object per instrument. */
function tradedInstruments(config: RunConfig, known: ReadonlyMap<string, Instrument>): Instrument[] {
  const ids = [...new Set([...config.data.map(item => item.instrument), ...config.strategies.map(use => use.instrument)])]
  return ids.map(id => {
    const found = known.get(id)
    if (found === undefined) {
      throw new Failure('INSTRUMENT_UNKNOWN', {
        message: `no data of ${id} is read, so it cannot be traded`,
        fix: `name ${id} under data, or correct the strategy's instrument`,
      })
    }
    return instrument(found)
  })
}

/** Throws Failure CONFIG_INVALID when no currency pair under data can bring an instrument's money into the account's. */
function requireRates(config: RunConfig, traded: readonly Instrument[]): void {
  const { currency } = config.account
  const pairs = traded.filter(of => of.assetClass === 'forex').map(of => [of.base, of.quote] as const)
  const reached = new Set([currency])
  for (let before = 0; before < reached.size; ) {
    before = reached.size
    for (const [base, quote] of pairs) if (reached.has(base) || reached.has(quote)) reached.add(base).add(quote)
  }
  const stranded = traded.filter(of => config.strategies.some(use => use.instrument === of.id) && !reached.has(of.settle))
  if (stranded.length === 0) return
  throw new Failure('CONFIG_INVALID', {
    message: `${config.file}: ${stranded.map(of => `${of.id} is settled in ${of.settle}`).join(', ')}, and nothing under data says what that is worth in ${currency}`,
    fix: `add a currency pair of ${stranded[0]!.settle} and ${currency} under data, or set account.currency to ${stranded[0]!.settle}`,
  })
}

function allocationRule(config: RunConfig, traded: readonly Instrument[]): AllocationRule {
  const { allocation } = config
  if (allocation.method === 'risk') return { method: 'risk', fraction: allocation.risk }
  if (allocation.method === 'volatility') return { method: 'volatility', target: allocation.target }
  const quantities = traded
    .filter(of => config.strategies.some(use => use.instrument === of.id))
    .map(of => ({ of, steps: parseSteps(allocation.quantity, of.quantityDecimals) }))
  const fault = quantities.find(({ of, steps }) => steps === undefined || steps <= 0 || steps % of.lot !== 0)
  if (fault !== undefined) {
    throw new Failure('CONFIG_INVALID', {
      message: `${config.file}: allocation.quantity ${allocation.quantity} is no whole number of lots of ${fault.of.id}`,
      fix: `use a multiple of ${fault.of.lot / fault.of.quantityScale}`,
    })
  }
  const steps = new Set(quantities.map(quantity => quantity.steps))
  if (steps.size > 1) {
    throw new Failure('CONFIG_INVALID', {
      message: `${config.file}: one fixed quantity cannot serve instruments with different quantity decimals`,
      fix: 'run them one by one, or size by risk',
    })
  }
  return { method: 'fixed', quantity: (quantities[0]?.steps ?? 1) as Quantity }
}
