// Calls by which chance comes in: what they draw, from which generator, and whether its seed is fixed.

import { isWorkItem, wordsOf } from '../clues/market-words.ts'
import type { Expression } from '../program/program.ts'
import type { Building } from './building.ts'
import type { Site } from './call-site.ts'
import type { Spot } from './flow-graph.ts'
import { type Chance, seededBy } from './random-sources.ts'

/** A draw whose generator may be seeded elsewhere in the file. */
interface Draw {
  readonly path: string
  readonly result: Spot
  readonly at: number
}

export class ChanceCalls {
  readonly draws: Draw[] = []
  /** Families of generators that were given a seed. */
  readonly seeded = new Set<string>()
  readonly #builder: Building
  readonly #worth = new Map<string, boolean>()

  constructor(builder: Building) {
    this.#builder = builder
  }

  call(site: Site, path: string, chance: Chance): void {
    const { graph } = this.#builder
    const [first] = site.args
    const isFixed = this.#isSeedFixed(site)
    switch (chance) {
      case 'seed':
        if (isFixed) this.seeded.add(seededBy(path))
        graph.add(site.result, graph.path(`${path}(#)`))
        return
      case 'generator':
        // `seedrandom('x', { global: true })` replaces Math.random itself.
        if (
          site.args.some(
            ({ expression }) => expression?.kind === 'object' && expression.entries.some(({ key }) => key === 'global'),
          )
        )
          this.seeded.add('Math')
        graph.add(site.result, graph.path(`${path}${isFixed ? '(#)' : '()'}`))
        // `default_rng(PCG64(42))`: seeded by what is seeded.
        for (const { spot } of site.args)
          graph.on(spot, token => {
            if (token.kind === 'path' && token.path.includes('(#)')) graph.add(site.result, graph.path(`${path}(#)`))
          })
        return
      case 'shuffle':
        if (first === undefined || !this.isWorthDrawing(first.expression) || !isOfPrices(first.expression)) return
        break
      case 'choice':
        if (!this.isWorthDrawing(first?.expression)) return
        if (first !== undefined) graph.copy(this.#builder.elements(first.spot), site.result)
        break
      case 'draw':
        // A buffer that is filled: `crypto.getRandomValues(buffer)`.
        if (path.endsWith('getRandomValues') || path.includes('randomFill')) this.#fillFirst(site)
    }
    graph.add(site.result, { kind: 'origin', trait: 'random', at: site.at })
    graph.add(site.result, graph.path(`${path}()`))
    this.draws.push({ path, result: site.result, at: site.at })
    if (this.#seedAmong(site)) graph.add(site.result, { kind: 'origin', trait: 'seeded', at: site.at })
    for (const { spot } of [...site.args, ...site.keywords])
      graph.on(spot, token => {
        if (token.kind === 'path' && token.path.includes('(#)'))
          graph.add(site.result, { kind: 'origin', trait: 'seeded', at: site.at })
      })
  }

  /** `torch.rand(3, seed=7)`, `tf.randomNormal(shape, 0, 1, 'float32', 42)`. */
  #seedAmong({ args, keywords, name }: Site): boolean {
    const { constants } = this.#builder
    if (
      keywords.some(
        ({ name, value }) =>
          name !== undefined && /^(?:seed|random_state)$/.test(name) && typeof constants.of(value)?.value === 'number',
      )
    )
      return true
    const seed = /^(?:random[A-Z]|truncatedNormal)/.test(name) ? args[4]?.expression : undefined
    return seed !== undefined && constants.of(seed) !== undefined
  }

  #fillFirst(site: Site): void {
    const { graph } = this.#builder
    const buffer = site.args[0]?.spot
    if (buffer === undefined) return
    graph.add(this.#builder.imply(buffer).rest, { kind: 'origin', trait: 'random', at: site.at })
    graph.copy(buffer, site.result)
  }

  /** Whatever is given as a seed, the same seed draws the same. */
  #isSeedFixed({ args, keywords }: Site): boolean {
    const { constants } = this.#builder
    const isSeed = (value: Expression | undefined): boolean => {
      if (value === undefined || value.kind === 'object' || value.kind === 'function') return false
      const constant = constants.of(value)
      return (
        constant === undefined || (constant.value !== null && constant.value !== undefined && typeof constant.value !== 'boolean')
      )
    }
    if (args.some(({ expression }) => isSeed(expression))) return true
    return keywords.some(({ name, value }) => name !== undefined && /seed|key|x0|state/i.test(name) && isSeed(value))
  }

  /** Whether one picked by chance would be made up: symbols, hosts and orders of work are not. */
  isWorthDrawing(from: Expression | undefined): boolean {
    if (from === undefined) return true
    const name = from.kind === 'name' ? from.name : from.kind === 'member' ? from.property : undefined
    if (name === undefined) return true
    if (isWorkItem(name)) return false
    const known = this.#worth.get(name)
    if (known !== undefined) return known

    // Put back where it was taken from: a shuffle.
    const pattern = new RegExp(`\\b${name.replace(/\$/g, '\\$')}\\[[^\\]]+\\]\\s*(?:=[^=]|,\\s*\\w+\\[)`)
    const isWorth = !pattern.test(this.#builder.program.text)
    this.#worth.set(name, isWorth)
    return isWorth
  }
}

/** A shuffle of prices is none of a market. */
function isOfPrices(expression: Expression | undefined): boolean {
  const name = expression?.kind === 'name' ? expression.name : expression?.kind === 'member' ? expression.property : undefined
  return (
    name !== undefined &&
    wordsOf(name).some(word => /^(?:prices?|returns?|ticks?|candles?|bars?|quotes?|closes?|bids?|asks?|mids?)$/.test(word))
  )
}
