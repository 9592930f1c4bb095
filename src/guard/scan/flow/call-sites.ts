// Calls: which functions they reach, where arguments go and what comes back.

import { isIdentity, isInstrument, isPretendedMarket } from '../clues/market-words.ts'
import { type Call, COMPREHENSION, type Expression } from '../program/program.ts'
import type { Building, Calling } from './building.ts'
import type { Argument, Site } from './call-site.ts'
import { ChanceCalls } from './chance-calls.ts'
import type { FunctionParts, Spot, Thing, Token } from './flow-graph.ts'
import { MethodCalls } from './method-calls.ts'
import { COPIED, carriesArguments, HANDED_ON, reckons } from './passing.ts'
import { chanceOf, plainPath, soundsLikeDraw } from './random-sources.ts'
import { WorldCalls } from './world-calls.ts'

export class CallSites implements Calling {
  readonly #builder: Building
  readonly #sites: Site[] = []
  readonly #world: WorldCalls
  readonly #methods: MethodCalls
  readonly chance: ChanceCalls

  constructor(builder: Building) {
    this.#builder = builder
    this.chance = new ChanceCalls(builder)
    this.#world = new WorldCalls(builder, this)
    this.#methods = new MethodCalls(builder, this)
  }

  visit(call: Call, result: Spot): void {
    const builder = this.#builder
    const { callee } = call
    const member = callee.kind === 'member' ? callee : undefined
    const name = (member === undefined ? (callee.kind === 'name' ? callee.name : '') : builder.constants.keyOf(member)) ?? ''

    const calleeSpot = builder.expression(callee)
    const receiver = member === undefined ? undefined : builder.expression(member.object)
    const args = call.args.map((arg): Argument => {
      const isSpread = arg.kind === 'wrapped' && arg.how === 'spread'
      return { spot: builder.expression(isSpread ? arg.value : arg), isSpread, expression: arg }
    })
    const keywords = call.keywords.map(({ name, value }) => ({ name, value, spot: builder.expression(value) }))
    const site: Site = { at: call.at, call, args, keywords, result, receiver, name, isUnderstood: false }
    this.#sites.push(site)

    if (name !== '' && isPretendedMarket(name)) builder.graph.add(result, { kind: 'origin', trait: 'pretended', at: call.at })
    if (callee.kind === 'name' && callee.name === COMPREHENSION) {
      this.#comprehension(site)
      return
    }

    builder.graph.on(calleeSpot, token => this.#invoke(site, token))
    if (/^set[A-Z_]|^(?:update|setState|produce|set_state)$/.test(name)) this.#stateful(site)
    if (receiver !== undefined && member !== undefined) this.#methods.call(site, receiver, member.object)
  }

  /** `setPrice(previous => …)`: what the function returns is what it is given next. */
  #stateful({ args, at }: Site): void {
    const [first] = args
    if (first?.expression?.kind !== 'function') return
    const state = this.#builder.graph.spot(at)
    this.callback(first.spot, [state], state, at)
  }

  /** Called once everything that is known was followed: what nobody can look into is judged by its name. */
  guess(): void {
    const { graph } = this.#builder
    for (const site of this.#sites) {
      if (site.isUnderstood) continue
      const { name, result } = site
      if (soundsLikeDraw(name) && site.call?.isNew !== true) graph.add(result, { kind: 'origin', trait: 'random', at: site.at })
      for (const { spot } of [...site.args, ...site.keywords]) this.returnsOf(spot, result)
      if (!carriesArguments(name)) continue
      for (const { spot, expression } of site.args) if (!namesWhich(expression)) graph.derive(spot, result)
      for (const { spot, value } of site.keywords) if (!namesWhich(value)) graph.derive(spot, result)
      if (site.receiver !== undefined) graph.derive(site.receiver, result)
    }
  }

  #invoke(site: Site, token: Token): void {
    const { graph } = this.#builder
    switch (token.kind) {
      case 'thing':
        if (token.thing.function !== undefined) {
          site.isUnderstood = true
          this.#connect(site, token.thing.function)
          graph.copy(token.thing.function.returns, site.result)
          if (site.call?.isNew === true) graph.add(site.result, token)
        } else if (token.thing.class !== undefined) {
          site.isUnderstood = true
          this.#construct(site, token.thing)
          if (site.call?.isNew !== true) this.#callsOf(site, token.thing)
        }
        return
      case 'path':
        this.#invokeWorld(site, token.path)
        return
      case 'borrowed':
        graph.add(site.result, token.name === '*' ? graph.borrowed(token.module, 'default') : token)
        return
      case 'origin':
        // A method of what was drawn is judged by its name.
        if (token.trait === 'made-up' || (site.receiver !== undefined && token.trait !== 'pretended')) return
        graph.add(site.result, token)
    }
  }

  #construct(site: Site, thing: Thing): void {
    const { graph } = this.#builder
    graph.add(site.result, thing.token)
    for (const key of ['constructor', '__init__']) {
      graph.on(graph.field(thing, key), token => {
        if (token.kind === 'thing' && token.thing.function !== undefined) this.#connect(site, token.thing.function)
      })
    }
    for (const { name, spot } of site.keywords) if (name !== undefined) graph.copy(spot, graph.field(thing, name))
  }

  /** Python: instances that can be called. */
  #callsOf(site: Site, thing: Thing): void {
    if (!thing.fields.has('__call__')) return
    const { graph } = this.#builder
    graph.on(graph.field(thing, '__call__'), token => {
      if (token.kind !== 'thing' || token.thing.function === undefined) return
      this.#connect(site, token.thing.function)
      graph.copy(token.thing.function.returns, site.result)
    })
  }

  /** Arguments go to parameters. */
  #connect({ args, keywords }: Site, { params }: FunctionParts): void {
    const { graph } = this.#builder
    let spread: Spot | undefined
    params.forEach(({ spot, isRest }, i) => {
      if (spread !== undefined) {
        graph.copy(spread, spot)
        return
      }
      const arg = args[i]
      if (arg === undefined) return
      if (arg.isSpread) {
        spread = this.#builder.elements(arg.spot)
        graph.copy(spread, spot)
      } else if (isRest)
        for (const each of args.slice(i)) graph.copy(each.isSpread ? this.#builder.elements(each.spot) : each.spot, spot)
      else graph.copy(arg.spot, spot)
    })
    for (const { name, spot } of keywords) {
      const param = params.find(each => each.name === name)
      if (param !== undefined && name !== undefined) graph.copy(spot, param.spot)
    }
  }

  // ── Functions of the world ─────────────────────────────────────────────────────────────────────────────────────────────

  #invokeWorld(site: Site, rawPath: string): void {
    const { graph, constants, program } = this.#builder
    const path = plainPath(rawPath)
    const isNew = site.call?.isNew === true

    const chance = chanceOf(path, program.language, isNew)
    if (chance !== undefined) {
      site.isUnderstood = true
      this.chance.call(site, path, chance)
      return
    }
    if (this.#world.special(site, path)) {
      site.isUnderstood = true
      return
    }
    if (HANDED_ON.has(path)) {
      site.isUnderstood = true
      this.#world.handOn(site, COPIED.has(path))
      return
    }
    if (reckons(path)) {
      site.isUnderstood = true
      for (const { spot } of site.args) graph.derive(spot, site.result)
      for (const { spot } of site.keywords) graph.derive(spot, site.result)
      // A number as text of another base is a name.
      const isName = site.name === 'toString' && site.args.length > 0
      if (site.receiver !== undefined && !isName) graph.derive(site.receiver, site.result)
      for (const { spot } of site.args) this.returnsOf(spot, site.result)
      if (/\.(?:cumsum|cumprod|accumulate)$/.test(path))
        this.#builder.sums.push({ spot: site.result, at: site.at, isRunning: true })
      if (/^(?:pandas|polars)\.(?:DataFrame|Series|concat)/.test(path))
        for (const { spot } of site.args) graph.copy(spot, site.result)
    }
    const isSeeded =
      site.args.length > 0 &&
      site.args.every(({ expression }) => expression !== undefined && constants.of(expression) !== undefined)
    graph.add(site.result, graph.path(`${path}${isSeeded && /seed|rand|rng|Faker|Chance|alea/i.test(path) ? '(#)' : '()'}`))
  }

  /** A function that someone else calls with these arguments. */
  callback(fn: Spot, given: readonly (Spot | undefined)[], result: Spot, at: number): void {
    const { graph } = this.#builder
    const args = given.map((spot): Argument => ({ spot: spot ?? graph.spot(at), isSpread: false, expression: undefined }))
    const site: Site = { at, call: undefined, args, keywords: [], result, receiver: undefined, name: '', isUnderstood: true }
    graph.on(fn, token => this.#invoke(site, token))
  }

  #comprehension(site: Site): void {
    const { graph } = this.#builder
    const [fn, ...overs] = site.args
    const made = graph.thing(site.at)
    graph.add(site.result, made.token)
    site.isUnderstood = true
    if (fn !== undefined)
      this.callback(
        fn.spot,
        overs.map(({ spot }) => this.#builder.elements(spot)),
        made.rest,
        site.at,
      )
  }

  /** A function given away may be called, and what it returns come back: `memoize(draw)`, `retry(() => draw())`, decorators. */
  returnsOf(fn: Spot, result: Spot): void {
    const { graph } = this.#builder
    graph.on(fn, token => {
      if (token.kind !== 'thing' || (token.thing.function === undefined && token.thing.class === undefined)) return
      if (token.thing.function !== undefined) graph.copy(token.thing.function.returns, result)
      graph.add(result, token)
    })
  }
}

/** `quote(symbol)`: an argument that says of what, not how much. */
function namesWhich(expression: Expression | undefined): boolean {
  const name = expression?.kind === 'name' ? expression.name : expression?.kind === 'member' ? expression.property : undefined
  return name !== undefined && (isInstrument(name) || isIdentity(name))
}
