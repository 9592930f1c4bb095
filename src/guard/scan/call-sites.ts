// Calls: which functions they reach, where arguments go and what comes back.
import type { FlowBuilder } from './flow-builder.ts'
import type { FunctionParts, Spot, Thing, Token } from './flow-graph.ts'
import { isIdentity, isInstrument, isPretendedMarket, isWorkItem, wordsOf } from './market-words.ts'
import { carriesArguments, EACH, FOLDING, HANDED_ON, MAPPING, reckons, SAME, STORING, TAKING } from './passing.ts'
import { type Call, COMPREHENSION, type Expression } from './program.ts'
import { chanceOf, drawInText, plainPath, seededBy, soundsLikeDraw } from './random-sources.ts'

interface Argument {
  readonly spot: Spot
  readonly isSpread: boolean
  readonly expression: Expression | undefined
}

interface Site {
  readonly at: number
  readonly call: Call | undefined
  readonly args: readonly Argument[]
  readonly keywords: readonly { readonly name: string | undefined; readonly spot: Spot; readonly value: Expression }[]
  readonly result: Spot
  readonly receiver: Spot | undefined
  /** The last name of what is called. */
  readonly name: string
  /** Whether it is known what the call does. */
  isUnderstood: boolean
}

/** A draw whose generator may be seeded elsewhere in the file. */
interface Draw {
  readonly path: string
  readonly result: Spot
  readonly at: number
}

export class CallSites {
  readonly #builder: FlowBuilder
  readonly #sites: Site[] = []
  /** What goes through the operators of streams, whichever stream it is. */
  readonly #streamed: Spot
  readonly #worth = new Map<string, boolean>()
  readonly draws: Draw[] = []
  /** Families of generators that a constant was given as seed. */
  readonly seeded = new Set<string>()

  constructor(builder: FlowBuilder) {
    this.#builder = builder
    this.#streamed = builder.graph.spot(0)
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
    if (callee.kind === 'name' && callee.name === COMPREHENSION) return this.#comprehension(site)

    builder.graph.on(calleeSpot, token => this.#invoke(site, token))
    if (/^set[A-Z_]|^(?:update|setState|produce|set_state)$/.test(name)) this.#stateful(site)
    if (receiver !== undefined && member !== undefined) this.#method(site, receiver, member.object)
  }

  /** `setPrice(previous => …)`: what the function returns is what it is given next. */
  #stateful({ args, at }: Site): void {
    const [first] = args
    if (first?.expression?.kind !== 'function') return
    const state = this.#builder.graph.spot(at)
    this.#callback(first.spot, [state], state, at)
  }

  /** Called once everything that is known was followed: what nobody can look into is judged by its name. */
  guess(): void {
    const { graph } = this.#builder
    for (const site of this.#sites) {
      if (site.isUnderstood) continue
      const { name, result } = site
      if (soundsLikeDraw(name) && site.call?.isNew !== true) graph.add(result, { kind: 'origin', trait: 'random', at: site.at })
      for (const { spot } of [...site.args, ...site.keywords]) this.#returnsOf(spot, result)
      if (!carriesArguments(name)) continue
      for (const { spot, expression } of site.args) if (!namesWhich(expression)) graph.derive(spot, result)
      for (const { spot, value } of site.keywords) if (!namesWhich(value)) graph.derive(spot, result)
      if (site.receiver !== undefined) graph.derive(site.receiver, result)
    }
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
        return this.#invokeWorld(site, token.path)
      case 'borrowed':
        graph.add(site.result, token)
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
      if (spread !== undefined) return graph.copy(spread, spot)
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
      return this.#byChance(site, path, chance)
    }
    if (this.#special(site, path)) {
      site.isUnderstood = true
      return
    }
    if (HANDED_ON.has(path)) {
      site.isUnderstood = true
      return this.#handOn(site)
    }
    if (reckons(path)) {
      site.isUnderstood = true
      for (const { spot } of site.args) graph.derive(spot, site.result)
      for (const { spot } of site.keywords) graph.derive(spot, site.result)
      if (site.receiver !== undefined) graph.derive(site.receiver, site.result)
      for (const { spot } of site.args) this.#returnsOf(spot, site.result)
      if (/\.(?:cumsum|cumprod|accumulate)$/.test(path)) this.#builder.sums.push({ spot: site.result, at: site.at, isRunning: true })
      if (/^(?:pandas|polars)\.(?:DataFrame|Series|concat)/.test(path))
        for (const { spot } of site.args) graph.copy(spot, site.result)
    }
    const isSeeded =
      site.args.length > 0 &&
      site.args.every(({ expression }) => expression !== undefined && constants.of(expression) !== undefined)
    graph.add(site.result, graph.path(`${path}${isSeeded && /seed|rand|rng|Faker|Chance|alea/i.test(path) ? '(#)' : '()'}`))
  }

  #byChance(site: Site, path: string, chance: NonNullable<ReturnType<typeof chanceOf>>): void {
    const { graph } = this.#builder
    const [first] = site.args
    const isFixed = this.#isSeedFixed(site)
    switch (chance) {
      case 'seed':
        if (isFixed) this.seeded.add(seededBy(path))
        graph.add(site.result, graph.path(`${path}(#)`))
        return
      case 'generator':
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
    if (keywords.some(({ name, value }) => name !== undefined && /^(?:seed|random_state)$/.test(name) && typeof constants.of(value)?.value === 'number')) return true
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
      return constant === undefined || (constant.value !== null && constant.value !== undefined && typeof constant.value !== 'boolean')
    }
    if (args.some(({ expression }) => isSeed(expression))) return true
    return keywords.some(({ name, value }) => name !== undefined && /seed|key|x0|state/i.test(name) && isSeed(value))
  }

  #handOn(site: Site): void {
    const { graph } = this.#builder
    const [first, second] = site.args
    const whole = graph.thing(site.at)
    graph.add(site.result, whole.token)
    for (const { spot, isSpread } of site.args) {
      const given = isSpread ? this.#builder.elements(spot) : spot
      graph.copy(given, site.result)
    }
    for (const { name, spot } of site.keywords) graph.copy(spot, name === undefined ? whole.rest : graph.field(whole, name))
    // `Array.from(source, make)`, and `Object.assign(target, …)`, which changes its target.
    if (second !== undefined && /\bfrom$/.test(site.name))
      this.#callback(second.spot, [first === undefined ? undefined : this.#builder.elements(first.spot)], whole.rest, site.at)
    if (site.name === 'assign' && first !== undefined)
      for (const { spot } of site.args.slice(1)) this.#builder.spread(spot, this.#builder.imply(first.spot))
  }

  /** What has rules of its own; false when it has not. */
  #special(site: Site, path: string): boolean {
    const builder = this.#builder
    const { graph, constants } = builder
    const [first, second, third] = site.args
    switch (path) {
      case 'Promise': {
        // `new Promise(resolve => … resolve(value))`.
        const resolve = graph.thing(site.at)
        const given = graph.spot(site.at)
        resolve.function = { params: [{ spot: given, name: undefined, isRest: false }], returns: graph.spot(site.at) }
        graph.copy(given, site.result)
        const resolver = graph.spot(site.at)
        graph.add(resolver, resolve.token)
        if (first !== undefined) this.#callback(first.spot, [resolver], graph.spot(site.at), site.at)
        return true
      }
      case 'Proxy': {
        // What `get` of its handler returns is what is read from it.
        const made = graph.thing(site.at)
        graph.add(site.result, made.token)
        if (first !== undefined) graph.copy(first.spot, site.result)
        if (second !== undefined) {
          const get = graph.spot(site.at)
          builder.load(second.spot, 'get', get)
          this.#callback(get, first === undefined ? [] : [first.spot], made.rest, site.at)
        }
        return true
      }
      case 'Reflect.get':
      case 'getattr':
      case 'operator.getitem': {
        const key = second?.expression === undefined ? undefined : constants.of(second.expression)?.value
        if (first !== undefined) builder.load(first.spot, typeof key === 'string' ? key : undefined, site.result)
        if (third !== undefined) graph.copy(third.spot, site.result)
        return true
      }
      case 'setattr':
      case 'Reflect.set': {
        const key = second?.expression === undefined ? undefined : constants.of(second.expression)?.value
        if (first !== undefined && third !== undefined) {
          const thing = builder.imply(first.spot)
          graph.copy(third.spot, typeof key === 'string' ? graph.field(thing, key) : thing.rest)
        }
        return true
      }
      case 'Reflect.apply':
        if (first !== undefined)
          this.#callback(first.spot, third === undefined ? [] : [builder.elements(third.spot)], site.result, site.at)
        return true
      case 'Reflect.construct':
        if (first !== undefined)
          this.#callback(first.spot, second === undefined ? [] : [builder.elements(second.spot)], site.result, site.at)
        return true
      case 'rxjs.map':
      case 'rxjs/operators.map':
        if (first !== undefined) this.#callback(first.spot, [this.#streamed], this.#streamed, site.at)
        return true
      case 'rxjs.scan':
      case 'rxjs/operators.scan':
        if (first !== undefined) this.#callback(first.spot, [site.result, this.#streamed], site.result, site.at)
        return true
      case 'map':
      case 'filter':
      case 'itertools.starmap': {
        const made = graph.thing(site.at)
        graph.add(site.result, made.token)
        if (first !== undefined)
          this.#callback(
            first.spot,
            site.args.slice(1).map(({ spot }) => builder.elements(spot)),
            made.rest,
            site.at,
          )
        if (path === 'filter' && second !== undefined) graph.copy(second.spot, site.result)
        return true
      }
      case 'functools.reduce':
      case 'reduce':
      case 'itertools.accumulate': {
        const isAccumulate = path.endsWith('accumulate')
        const step = isAccumulate ? second : first
        const over = isAccumulate ? first : second
        if (over === undefined) return true
        if (step !== undefined) this.#callback(step.spot, [site.result, builder.elements(over.spot)], site.result, site.at)
        graph.derive(over.spot, site.result)
        if (third !== undefined) graph.copy(third.spot, site.result)
        if (isAccumulate) builder.sums.push({ spot: site.result, at: site.at, isRunning: step === undefined })
        return true
      }
      case 'next':
      case 'anext':
        if (first === undefined) return false
        graph.copy(builder.elements(first.spot), site.result)
        return true
      case 'property':
      case 'functools.cached_property':
      case 'cached_property':
        if (first !== undefined) this.#returnsOf(first.spot, site.result)
        return true
      case 'numpy.vectorize':
      case 'functools.partial':
        for (const { spot } of site.args) graph.copy(spot, site.result)
        return true
      case 'staticmethod':
      case 'classmethod':
        if (first !== undefined) graph.copy(first.spot, site.result)
        return true
      case 'eval':
      case 'exec':
      case 'Function':
      case 'vm.runInNewContext':
      case 'vm.runInThisContext': {
        const text = site.args.at(path === 'Function' ? -1 : 0)?.expression
        const code = text === undefined ? undefined : constants.of(text)?.value
        const drawn = typeof code === 'string' ? drawInText(code) : undefined
        if (drawn === undefined) return false
        graph.add(site.result, graph.path(drawn))
        if (path !== 'Function') graph.add(site.result, { kind: 'origin', trait: 'random', at: site.at })
        return true
      }
      default:
        return false
    }
  }

  // ── Methods ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What a method of that name does on lists, promises, functions and numbers, whatever it is called on. */
  #method(site: Site, receiver: Spot, object: Expression): void {
    const builder = this.#builder
    const { graph, constants } = builder
    const { name, args, result } = site
    const [first, second] = args
    if (name === '') return

    if (name === 'toString' && first?.expression !== undefined) {
      const radix = constants.of(first.expression)?.value
      if (radix !== 10) {
        site.isUnderstood = true
        return
      }
    }
    if (name === 'call' || name === 'apply' || name === 'bind') {
      const given =
        name === 'apply' ? (second === undefined ? [] : [builder.elements(second.spot)]) : args.slice(1).map(({ spot }) => spot)
      if (name === 'bind') graph.copy(receiver, result)
      else this.#callback(receiver, given, result, site.at)
      site.isUnderstood = true
      return
    }
    if (name === 'then' || name === 'catch' || name === 'finally') {
      site.isUnderstood = true
      if (first !== undefined) this.#callback(first.spot, name === 'then' ? [receiver] : [], result, site.at)
      if (second !== undefined) this.#callback(second.spot, [], result, site.at)
      if (name !== 'then') graph.copy(receiver, result)
      return
    }

    if (FOLDING.has(name) && first !== undefined) {
      site.isUnderstood = true
      this.#callback(first.spot, [result, builder.elements(receiver)], result, site.at)
      if (second === undefined) graph.copy(builder.elements(receiver), result)
      else graph.copy(second.spot, result)
      return
    }
    if (EACH.has(name) && first !== undefined) {
      const made = graph.thing(site.at)
      this.#callback(first.spot, [builder.elements(receiver)], MAPPING.has(name) ? made.rest : graph.spot(site.at), site.at)
      if (MAPPING.has(name)) graph.add(result, made.token)
      else if (name === 'find' || name === 'findLast') graph.copy(builder.elements(receiver), result)
      else if (name !== 'forEach') graph.copy(receiver, result)
      site.isUnderstood = true
    }
    if (STORING.has(name)) {
      for (const { spot, isSpread } of name === 'set' || name === 'insert' || name === 'splice'
        ? args.slice(args.length > 1 ? 1 : 0)
        : args) {
        const given = isSpread || name === 'extend' || name === 'update' || name === 'extendleft' ? builder.elements(spot) : spot
        graph.on(receiver, token => {
          if (token.kind === 'thing') graph.copy(given, token.thing.rest)
        })
      }
      if (object.kind === 'name' || object.kind === 'member') builder.imply(receiver)
    }
    if (TAKING.has(name)) graph.copy(builder.elements(receiver), result)
    if (SAME.has(name)) {
      graph.copy(receiver, result)
      if (name === 'concat' || name === 'assign' || name === 'fillna') for (const { spot } of args) graph.copy(spot, result)
      if (name === 'assign') for (const { spot } of site.keywords) graph.derive(spot, result)
    }
    if (/^(?:cumsum|cumprod|cumulative_sum|cumulative_prod)$/.test(name) || (name === 'accumulate' && object.kind === 'member')) {
      graph.derive(receiver, result)
      for (const { spot } of args) graph.derive(spot, result)
      builder.sums.push({ spot: result, at: site.at, isRunning: true })
    }
  }

  /** A function that someone else calls with these arguments. */
  #callback(fn: Spot, given: readonly (Spot | undefined)[], result: Spot, at: number): void {
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
      this.#callback(
        fn.spot,
        overs.map(({ spot }) => this.#builder.elements(spot)),
        made.rest,
        site.at,
      )
  }

  /** A function given away may be called, and what it returns come back: `memoize(draw)`, `retry(() => draw())`, decorators. */
  #returnsOf(fn: Spot, result: Spot): void {
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

/** A shuffle of prices is none of a market. */
function isOfPrices(expression: Expression | undefined): boolean {
  const name = expression?.kind === 'name' ? expression.name : expression?.kind === 'member' ? expression.property : undefined
  return (
    name !== undefined &&
    wordsOf(name).some(word => /^(?:prices?|returns?|ticks?|candles?|bars?|quotes?|closes?|bids?|asks?|mids?)$/.test(word))
  )
}
