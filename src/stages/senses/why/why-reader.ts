// WHY a price should move: growth, inflation, the curve and surprises, from what was known at the time.
import { assert } from '../../../domain/assert.ts'
import type { Digest } from '../../../domain/digest.ts'
import type { AssetClass } from '../../../domain/instrument.ts'
import type { CalendarEntry, Release } from '../../../domain/macro.ts'
import { DAY, formatMicros, type Micros } from '../../../domain/numbers.ts'
import type { Evidence, Reading } from '../../../domain/opinion.ts'
import { Curve, LONG_YIELD, SHORT_YIELD } from './curve.ts'
import { MeasuredSeries } from './measured-series.ts'
import { type Block, MEASURES } from './measures.ts'
import { POLARITY, POLARITY_VERSION } from './polarity.ts'
import { Surprises } from './surprises.ts'

/** Keep one object per instrument: what was worked out for it is remembered by the object itself. */
export interface WhySubject {
  readonly assetClass: AssetClass
  readonly base: string
  readonly quote: string
}

/** Less than half of a block's core, or of the factors that matter to the subject, is too little to speak. */
const LEAST_COVERAGE = 0.5
const HORIZON = 28 * DAY
const DOLLAR = 'USD'

const QUADRANTS = {
  'up up': { metric: 'quadrant of growth up, inflation up', number: 1 },
  'up down': { metric: 'quadrant of growth up, inflation down', number: 2 },
  'down down': { metric: 'quadrant of growth down, inflation down', number: 3 },
  'down up': { metric: 'quadrant of growth down, inflation up', number: 4 },
} as const

/**
 * Each factor is a score of −1…+1; the reading is their mean, weighted and signed by the polarity of the asset class.
 * Strength is the size of the mean, confidence the coverage, lowered by half when the factors oppose each other fully.
 * Works anew only when a release or a surprise has arrived, or the UTC day has changed; a reading is a function of what
 * was announced and released, and of the day.
 */
export class WhyReader {
  readonly #series: ReadonlyMap<string, readonly MeasuredSeries[]>
  readonly #measured: readonly MeasuredSeries[] = MEASURES.map(measure => new MeasuredSeries(measure))
  readonly #curve = new Curve()
  readonly #surprises = new Surprises()
  readonly #views = new WeakMap<WhySubject, View>()
  #version = 0
  #newest = Number.NEGATIVE_INFINITY

  constructor() {
    this.#series = Map.groupBy(this.#measured, ({ measure }) => measure.series)
  }

  release(release: Release): void {
    this.#curve.release(release)
    for (const series of this.#series.get(release.series) ?? []) series.release(release)
    this.#newest = Math.max(this.#newest, release.receivedTime)
    this.#version++
  }

  announce(entry: CalendarEntry): void {
    if (!this.#surprises.announce(entry)) return
    this.#newest = Math.max(this.#newest, entry.receivedTime)
    this.#version++
  }

  read(now: Micros, subject: WhySubject): Reading {
    assert(this.#newest <= now, 'what is not yet known is not read')
    const day = Math.floor(now / DAY)

    let view = this.#views.get(subject)
    if (!view || view.version !== this.#version || view.day !== day) {
      view = { version: this.#version, day, ...this.#look((day * DAY) as Micros, subject) }
      this.#views.set(subject, view)
    }

    if (view.abstention !== '') return { kind: 'abstains', sense: 'why', asOf: now, reason: view.abstention }
    return {
      kind: 'reading',
      sense: 'why',
      asOf: now,
      direction: view.direction,
      strength: view.strength,
      confidence: view.confidence,
      horizonMicros: HORIZON,
      evidence: view.evidence,
      standAside: '',
    }
  }

  digest(into: Digest): void {
    into.number(POLARITY_VERSION).number(this.#version)
    for (const series of this.#measured) series.digest(into)
    this.#curve.digest(into)
    this.#surprises.digest(into)
  }

  /** The score of a block, −1…+1 (NaN below half coverage), for those who want the economy without a subject. */
  score(block: Block, now: Micros): number {
    return this.#block(block, now).score
  }

  #look(day: Micros, subject: WhySubject): Look {
    const factors = this.#factors(day, subject)
    let lean = 0
    let known = 0
    let support = 0
    let wanted = 0
    for (const { polarity, score, optional } of factors) {
      if (!optional) wanted += Math.abs(polarity)
      if (polarity === 0 || Number.isNaN(score)) continue
      known += Math.abs(polarity)
      lean += polarity * score
      support += Math.abs(polarity * score)
    }

    // Surprises help where the rest is missing, but nobody waits for them.
    const coverage = wanted === 0 ? (known > 0 ? LEAST_COVERAGE : 0) : Math.min(1, known / wanted)
    if (coverage < LEAST_COVERAGE) return { ...SILENT, abstention: this.#whySilent(factors, subject) }

    const direction = sign(lean)
    const agreement = support === 0 ? 1 : Math.abs(lean) / support
    return {
      abstention: '',
      direction,
      strength: Math.abs(lean) / known,
      confidence: coverage * (0.5 + 0.5 * agreement),
      evidence: this.#evidence(day, factors),
    }
  }

  #factors(day: Micros, { assetClass, base, quote }: WhySubject): readonly Factor[] {
    const polarity = POLARITY[assetClass]
    const side = assetClass !== 'forex' || base === DOLLAR ? 1 : quote === DOLLAR ? -1 : 0
    const growth = this.#block('growth', day)
    const inflation = this.#block('inflation', day)
    const curve = this.#curve.isCurrent(day) ? this.#curve.score : Number.NaN

    const factors: Factor[] = [
      {
        id: 'why.growth',
        metric: 'growth score',
        polarity: side * polarity.growth,
        ...growth,
        source: 'growth block',
        optional: false,
      },
      {
        id: 'why.inflation',
        metric: 'inflation score',
        polarity: side * polarity.inflation,
        ...inflation,
        source: 'inflation block',
        optional: false,
      },
      {
        id: 'why.curve',
        metric: 'curve score, steepening up',
        polarity: side * polarity.steepening,
        score: curve,
        asOf: this.#curve.asOf,
        missing: Number.isNaN(curve) ? [SHORT_YIELD, LONG_YIELD] : [],
        source: `${LONG_YIELD} − ${SHORT_YIELD}`,
        optional: false,
      },
    ]

    // A pair has the news of both its currencies; everything else is priced in dollars here.
    const currencies =
      assetClass === 'forex'
        ? [
            { currency: base, turn: 1 },
            { currency: quote, turn: -1 },
          ]
        : [{ currency: DOLLAR, turn: 1 }]
    for (const { currency, turn } of currencies) {
      const index = this.#surprises.index(currency, day)
      factors.push({
        id: `why.surprise.${currency}`,
        metric: `${currency} surprise score`,
        polarity: turn * polarity.surprise,
        score: Math.max(-1, Math.min(1, index / 3)),
        asOf: this.#surprises.asOf(currency),
        missing: [],
        source: 'economic calendar',
        optional: true,
      })
    }
    return factors
  }

  /** Mean of the current measures, weighted; NaN below half of the core's weight. */
  #block(block: Block, day: Micros): BlockScore {
    let sum = 0
    let weights = 0
    let core = 0
    let coreKnown = 0
    let asOf = 0
    const missing: string[] = []

    for (const series of this.#measured) {
      const { measure } = series
      if (measure.block !== block) continue
      if (measure.core) core += measure.weight
      if (!series.isCurrent(day)) {
        if (measure.core && !missing.includes(measure.series)) missing.push(measure.series)
        continue
      }
      if (measure.core) coreKnown += measure.weight
      sum += measure.weight * series.score
      weights += measure.weight
      asOf = Math.max(asOf, series.asOf)
    }

    const enough = coreKnown >= LEAST_COVERAGE * core
    return { score: enough ? sum / weights : Number.NaN, asOf: asOf as Micros, missing }
  }

  #evidence(day: Micros, factors: readonly Factor[]): readonly Evidence[] {
    const evidence: Evidence[] = []
    const [growth, inflation] = factors
    const polarityOf: Record<Block, number> = { growth: growth!.polarity, inflation: inflation!.polarity }

    for (const { id, metric, score, asOf, polarity, source } of factors) {
      if (Number.isNaN(score) || polarity === 0) continue
      evidence.push({ id, metric, value: score, unit: 'of 1', asOf, direction: sign(polarity * score), source })
    }

    if (!Number.isNaN(growth!.score) && !Number.isNaN(inflation!.score)) {
      const { metric, number } = QUADRANTS[`${growth!.score >= 0 ? 'up' : 'down'} ${inflation!.score >= 0 ? 'up' : 'down'}`]
      const asOf = Math.max(growth!.asOf, inflation!.asOf) as Micros
      evidence.push({
        id: 'why.quadrant',
        metric,
        value: number,
        unit: 'of 4',
        asOf,
        direction: 0,
        source: 'growth and inflation blocks',
      })
    }

    if (this.#curve.isCurrent(day)) {
      const { slope, slopeMove, move, asOf } = this.#curve
      const source = `${LONG_YIELD} − ${SHORT_YIELD}`
      evidence.push({
        id: 'why.slope',
        metric: '10-year less 2-year yield',
        value: slope,
        unit: 'points',
        asOf,
        direction: 0,
        source,
      })
      evidence.push({
        id: 'why.slope-move',
        metric: `its move over 20 trading days (${move})`,
        value: slopeMove,
        unit: 'points',
        asOf,
        direction: 0,
        source,
      })
    }

    for (const series of this.#measured) {
      if (!series.isCurrent(day)) continue
      const { id, metric, unit, block } = series.measure
      const direction = sign(polarityOf[block] * series.score)
      evidence.push({ id, metric, value: series.value, unit, asOf: series.asOf, direction, source: series.measure.series })
    }
    return evidence
  }

  #whySilent(factors: readonly Factor[], { assetClass, base, quote }: WhySubject): string {
    const gaps = factors.filter(({ score, optional }) => Number.isNaN(score) && !optional)
    if (factors.every(({ polarity }) => polarity === 0)) {
      return `nothing is claimed about what the economy means for a ${assetClass}`
    }
    if (gaps.length === 0 || factors.every(({ polarity, optional }) => polarity === 0 || optional)) {
      return `the figures are of the United States, and there are too few surprises of ${base} and ${quote}`
    }

    const missing = gaps.map(({ metric, missing: series }) => `${metric} (needs ${series.join(', ')})`).join('; ')
    const newest =
      this.#newest === Number.NEGATIVE_INFINITY
        ? 'nothing was released yet'
        : `newest figure of ${formatMicros(this.#newest as Micros).slice(0, 10)}`
    return `not enough current figures with three years of history: no ${missing}; ${newest}`
  }
}

interface BlockScore {
  readonly score: number
  readonly asOf: Micros
  /** Core series without a current score. */
  readonly missing: readonly string[]
}

interface Factor extends BlockScore {
  readonly id: string
  readonly metric: string
  /** What a rise of the score says for the subject's price. */
  readonly polarity: number
  readonly source: string
  /** Adds to what is known without being missed. */
  readonly optional: boolean
}

interface Look {
  /** Why nothing is said; empty when something is. */
  readonly abstention: string
  readonly direction: number
  readonly strength: number
  readonly confidence: number
  readonly evidence: readonly Evidence[]
}

interface View extends Look {
  readonly version: number
  readonly day: number
}

const SILENT: Look = { abstention: '', direction: 0, strength: 0, confidence: 0, evidence: [] }

const sign = (value: number): -1 | 0 | 1 => (value > 0 ? 1 : value < 0 ? -1 : 0)
