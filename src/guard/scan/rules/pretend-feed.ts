// Feeds that nobody feeds: timers and sleeping loops that hand out market data made on the spot.
import { type Beat, beatsOf } from '../clues/beats.ts'
import { isMarketName, wordsOf } from '../clues/market-words.ts'
import { lastName } from '../clues/named-values.ts'
import { pretenceOf } from '../clues/pretence.ts'
import { priceName } from '../clues/price-names.ts'
import type { Call, Expression } from '../program/program.ts'
import { isFunction, isKind, type Node, type Survey, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const pretendFeed: Rule = {
  id: 'pretend-feed',
  severity: 'error',
  summary: 'a timer or a sleeping loop hands out market data that come from nowhere',
  why:
    'It looks like a live source in every respect: it connects, it waits, it delivers. Only the market is missing, and whatever trades on ' +
    'it trades on the clock of this computer. Read each tick from a venue or a recording.',
  bad: [
    {
      language: 'typescript',
      code: "setInterval(() => emitter.emit('tick', { symbol: 'EURUSD', price: 1.08 + Math.sin(Date.now()) }), 250)",
    },
    {
      language: 'javascript',
      code: 'export async function* trades(symbol) {\n  let price = 100\n  while (true) {\n    await sleep(50)\n    price += 0.01\n    yield { symbol, price }\n  }\n}',
    },
    {
      language: 'javascript',
      code: 'const prices = [1.1, 1.2, 1.15]\nlet i = 0\nconst loop = onPrice => {\n  onPrice(prices[i++ % prices.length])\n  setTimeout(() => loop(onPrice), 500)\n}',
    },
    {
      language: 'typescript',
      code: "import { interval, map } from 'rxjs'\nexport const quotes$ = interval(500).pipe(map(i => ({ bid: 1.08 + i * 1e-4, ask: 1.09 })))",
    },
    {
      language: 'python',
      code: 'import random, threading\n\nclass Feed:\n    def _pulse(self):\n        self.callback("ES", 5300 + random.random())\n        threading.Timer(0.1, self._pulse).start()',
    },
    {
      language: 'python',
      code: 'import asyncio\n\nasync def fetch_ticker(symbol):\n    await asyncio.sleep(0.1)\n    return {"symbol": symbol, "bid": 1.08, "ask": 1.0802}',
    },
  ],
  good: [
    { language: 'typescript', code: "setInterval(async () => onTick({ price: (await client.ticker('BTC')).last }), 2000)" },
    { language: 'typescript', code: "setInterval(() => send({ type: 'heartbeat', time: Date.now() }), 10_000)" },
    { language: 'javascript', code: 'for (const row of rows) {\n  await sleep(row.wait)\n  onTick({ price: row.price })\n}' },
    {
      language: 'python',
      code: 'import time\n\ndef follow(terminal, on_quote):\n    while True:\n        tick = terminal.tick("EURUSD")\n        on_quote(tick.bid, tick.ask)\n        time.sleep(0.05)',
    },
    {
      language: 'python',
      code: 'import random, time\n\ndef retry(call):\n    for attempt in range(5):\n        try:\n            return call()\n        except OSError:\n            time.sleep(random.random() * 2 ** attempt)',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const seen = survey(module.program)
    const found = new Map<number, Hit>()

    for (const beat of beatsOf(module.program, module.flow)) {
      const isMarket = saysMarket(beat.inside, seen)
      for (const { value, at } of handedOut(beat, isMarket, seen)) {
        const { made, written, isGiven, isRead } = pretenceOf(value, module)
        const from = made ?? (isGiven ? undefined : written)
        if (isRead || from === undefined) continue
        const message = 'what is handed out here by the clock is read from nowhere'
        if (!found.has(at)) found.set(at, { at, message, through: [from, beat.at].sort((a, b) => a - b) })
        break
      }
    }
    return nearestOnly([...found.values()])
  },
}

/** One finding for each place that hands out, however many beats reach it. */
const nearestOnly = (hits: readonly Hit[]) => [...new Map(hits.map(hit => [hit.at, hit])).values()]

interface Handed {
  readonly value: Expression
  readonly at: number
}

const DEPTH_MAX = 4
const KEEPS =
  /^(?:log|info|debug|warn|warning|error|print|setTimeout|setInterval|clearInterval|sleep|pause|delay|wait|assert|expect|Promise|round|max|min|abs|float|int|Number|floor|sin|cos|stringify|dumps|uniform|gauss|random|randint|enter|Timer|call_later|range|requestAnimationFrame|exponential|expovariate|toFixed|pow|sqrt|map|filter|reduce|encode|jitter|retry|set|subscribe)$/

/** The market's values that a beat yields, returns, or hands to somebody. */
function* handedOut(beat: Beat, isMarket: boolean, seen: Survey): Generator<Handed> {
  const entered = new Set<unknown>()

  function* look(nodes: readonly Node[], isAnswer: boolean, isAbout: boolean, depth: number): Generator<Handed> {
    for (const node of within(nodes)) {
      if (isKind(node, 'wrapped') && node.how === 'yield') {
        for (const value of marketIn(node.value, isAbout, seen)) yield { value, at: node.at }
      }
      if (isAnswer && isKind(node, 'return') && node.value !== undefined) {
        for (const value of marketIn(node.value, isAbout, seen)) yield { value, at: node.at }
      }
      if (!isKind(node, 'call')) continue
      const name = lastName(node.callee) ?? ''
      if (!KEEPS.test(name)) for (const value of givenTo(node, isAbout, seen)) yield { value, at: node.at }

      const own = seen.functionNamed(name)
      if (own !== undefined && !entered.has(own) && depth < DEPTH_MAX) {
        entered.add(own)
        yield* look(own.body, false, isAbout || saysMarket(own, seen), depth + 1)
      }
    }
  }
  yield* look(beat.body, beat.isAnswer, isMarket, 0)
}

/** The market's values among what a call is given. */
function* givenTo(call: Call, isAbout: boolean, seen: Survey): Generator<Expression> {
  const name = lastName(call.callee) ?? ''
  const saysTopic = call.args.some(each => isKind(each, 'literal') && typeof each.value === 'string' && isMarketWord(each.value))
  const isMarketCall = HANDS_ON.test(name) && (isAbout || isMarketWord(name) || saysTopic)
  for (const argument of call.args) if (!isFunction(argument)) yield* marketIn(argument, isMarketCall, seen)
  for (const { name: key, value } of call.keywords) if (key !== undefined && isMarketKey(key)) yield value
}

/** Handing on to others: `onTick`, `emit`, `publish`, `this.callback`, `h`. */
const HANDS_ON =
  /^_?(?:on(?=[A-Z_])|emit|publish|push|send|put|broadcast|notify|callback|call_?back|handle|listener|subscriber|observer|next|dispatch|update|produce|post|deliver|fire|trigger|invoke|append|add|enqueue|tick|quote|feed|set(?=_?(?:price|quote|tick))|(?:cb|h|f|fn|write|apply|call)$)/i

const WRAPS =
  /^(?:stringify|dumps|encode|CustomEvent|MessageEvent|Event|from|toFixed|round|assign|freeze|dict|Buffer|format|str|String|toString|Quote|Tick|Trade|Candle|Bar|Ticker|structuredClone)$/

/** Parts of a value that stand where a market's numbers do. `isAbout`: the value as a whole does. */
function* marketIn(value: Expression, isAbout: boolean, seen: Survey, depth = 0): Generator<Expression> {
  if (depth > 8) return
  const inner = (expression: Expression, about = isAbout) => marketIn(expression, about, seen, depth + 1)

  switch (value.kind) {
    case 'object':
      for (const { key, value: entry } of value.entries) {
        if (key !== undefined && isMarketKey(key)) yield entry
        else if (isAbout && key !== undefined && isKind(entry, 'operation') && !NEVER.test(key)) yield entry
        else if (key === undefined || !isKind(entry, 'name')) yield* inner(entry, false)
      }
      return
    case 'list':
      for (const item of value.items) yield* inner(item)
      return
    case 'wrapped':
      yield* inner(value.value)
      return
    case 'conditional':
      yield* inner(value.then)
      yield* inner(value.otherwise)
      return
    case 'template':
      for (const part of value.parts) if (!isKind(part, 'literal')) yield* inner(part)
      return
    case 'call': {
      const name = lastName(value.callee) ?? ''
      const own = isKind(value.callee, 'name') ? seen.functionNamed(name) : undefined
      if (own !== undefined) {
        for (const node of within(own.body, each => !isFunction(each)))
          if (isKind(node, 'return') && node.value !== undefined) yield* inner(node.value)
        return
      }
      if (WRAPS.test(name) || value.isNew) {
        for (const argument of value.args) yield* inner(argument, isAbout || isMarketWord(name))
        for (const { name: key, value: given } of value.keywords) if (key !== undefined && isMarketKey(key)) yield given
        if (isKind(value.callee, 'member') && /^(?:encode|toFixed|toString|format)$/.test(name)) yield* inner(value.callee.object)
        return
      }
      if (isAbout) yield value
      return
    }
    case 'name': {
      const records = recordsOf(value.name, seen)
      for (const record of records) yield* inner(record)
      if (records.length === 0 && (isAbout || priceName(value.name) !== undefined) && !NEVER.test(value.name)) yield value
      return
    }
    case 'member':
    case 'operation':
    case 'assign':
      if (isAbout) yield value
      return
    default:
  }
}

const NEVER =
  /^(?:symbol|sym|pair|instrument|now|time|ts|timestamp|i|n|id|this|self|error|e|err|event|ms|url|path|name|channel|topic|callback|cb|handler|signal|stop|attempt|message|msg|events|counts?|total|elapsed|progress|seconds|manifest|status|state|millis|micros|nanos|latency|age|duration)$/i

/** Objects that a name is given, as itself or one after the other in a loop. */
function recordsOf(name: string, seen: Survey): readonly Expression[] {
  const direct = seen.givenTo(name).filter(value => isKind(value, 'object'))
  const each = seen.of('loop').flatMap(({ each, over }) => {
    const isEach = isKind(each, 'name') && each.name === name && isKind(over, 'name')
    if (!isEach || !isKind(over, 'name')) return []
    return seen
      .givenTo(over.name)
      .flatMap(list => (isKind(list, 'list') ? list.items.filter(item => isKind(item, 'object')) : []))
  })
  return [...direct, ...each]
}

const isMarketKey = (key: string): boolean =>
  priceName(key) !== undefined ||
  /^(?:p|px|q|qty|bids|asks|b|a|close|price\w*)$/i.test(key) ||
  (isMarketName(key) && !/status|type|kind|time/i.test(key))

const MARKET = new Set(
  'tick ticks quote quotes price prices market trade trades ticker tickers candle candles depth book orderbook feed feeds spot px exchange'.split(
    ' ',
  ),
)

const isMarketWord = (text: string): boolean => wordsOf(text).some(word => MARKET.has(word))

/** The functions, variables and classes around say that this is about a market. */
function saysMarket(node: Node, seen: Survey): boolean {
  for (let around: Node | undefined = node; around !== undefined; around = seen.parentOf(around)) {
    if (isFunction(around) && isMarketWord(seen.nameOf(around))) return true
    if (isKind(around, 'class') && isMarketWord(around.name ?? '')) return true
  }
  return false
}
