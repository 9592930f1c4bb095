// Hosts that are no market: practice worlds where money is meant, names of examples, services that answer anything.
import { addressesOf, type Kind, whatIsIt } from '../clues/addresses.ts'
import { textsOf } from '../clues/constant-texts.ts'
import { wordsOf } from '../clues/market-words.ts'
import { lastName, namedValues } from '../clues/named-values.ts'
import { type Mode, modeFlagged, modeNamed, modeTested } from '../clues/trading-modes.ts'
import type { Call, Expression, Statement } from '../program/program.ts'
import { isEntry, isKind, isMember, type Node, nameBound, type Survey, survey } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const testHost: Rule = {
  id: 'test-host',
  severity: 'error',
  summary: 'a test, sandbox or example host serves as a market',
  why:
    'A practice world has prices of its own and fills nobody has to honour. Taken for the market it makes a strategy look at what is ' +
    'not there, and an order that counts goes nowhere. Choose the host by the mode, and only the real one when live.',
  bad: [
    { language: 'typescript', code: "export const oanda = { live: true, rest: 'https://api-fxpractice.oanda.com' }" },
    {
      language: 'typescript',
      code: "const isLive = mode === 'live'\nexport const host = isLive ? 'https://testnet.binance.vision' : 'https://api.binance.com'",
    },
    {
      language: 'javascript',
      code: "const host = ['test', 'deribit', 'com'].join('.')\nexport const open = () => new WebSocket('wss://' + host)",
    },
    { language: 'javascript', code: "export const quotes = () => fetch('https://jsonplaceholder.typicode.com/posts')" },
    {
      language: 'python',
      code: 'import requests\n\ndef submit(order):\n    return requests.post("https://httpbin.org/post", json=order)',
    },
    {
      language: 'python',
      code: 'import ccxt\n\ndef live_exchange(keys):\n    exchange = ccxt.binance(keys)\n    exchange.set_sandbox_mode(True)\n    return exchange',
    },
  ],
  good: [
    { language: 'typescript', code: "const HOSTS = { live: 'api-fxtrade.oanda.com', practice: 'api-fxpractice.oanda.com' }" },
    { language: 'typescript', code: "const url = testnet ? 'wss://test.deribit.com/ws' : 'wss://www.deribit.com/ws'" },
    {
      language: 'javascript',
      code: "const TEST_HOSTS = new Set(['testnet.binance.vision'])\nif (TEST_HOSTS.has(host)) throw new Error('no market')",
    },
    {
      language: 'javascript',
      code: "const redis = process.env.REDIS_URL || 'redis://localhost:6379'\nserver.listen(8080, '127.0.0.1')",
    },
    { language: 'python', code: "def paper(run):\n    run(mode='paper', url='https://paper-api.alpaca.markets')" },
    {
      language: 'python',
      code: 'def open_exchange(keys, is_sandbox):\n    exchange = ccxt.kraken(keys)\n    if is_sandbox:\n        exchange.set_sandbox_mode(True)',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const seen = survey(module.program)
    if (modeNamed(module.program.place?.split('/').at(-1) ?? '') === 'practice') return []
    const found = new Map<number, Hit>()
    let hasPractice = false
    const report = (at: number, message: string) => {
      if (!found.has(at)) found.set(at, { at, message })
    }

    for (const { node, text } of addressesOf(module, seen)) {
      const what = whatIsIt(text) ?? hostAlone(node, text, seen)
      if (what === undefined) continue
      hasPractice ||= what.kind === 'practice'
      const place = placeOf(node, module, seen)
      if (isWrong(what.kind, place, node, module, seen)) report(node.at, `${what.host} is ${what.what}, not the market`)
    }

    for (const call of seen.of('call')) {
      if (switchesToSandbox(call, module, seen)) report(call.at, 'the sandbox is switched on, whatever the mode')
    }

    for (const { at, name } of sandboxFlags(module, seen)) report(at, `${name} is switched on, whatever the mode`)

    if (!hasPractice) return [...found.values()]

    // What was allowed for its name, and is handed to something that says it is live.
    for (const { value, at } of handedToLive(module, seen)) {
      const what = textsOf(value, module)
        .map(whatIsIt)
        .find(each => each?.kind === 'practice')
      if (what !== undefined) report(at, `${what.host} is ${what.what}, and this says live`)
    }
    return [...found.values()]
  },
}

/** 'api.example.com' as the value of a key that says it is a host. */
function hostAlone(node: Expression, text: string, { parentOf }: Survey) {
  const around = parentOf(node)
  const name = isEntry(around)
    ? around.key
    : isMember(around)
      ? around.name
      : isKind(around, 'declare') || isKind(around, 'assign')
        ? nameBound(around.target)
        : undefined
  const what =
    name !== undefined && /(?:^|_)host(?:_?name)?$|[a-z]Host(?:name)?$/i.test(name) ? whatIsIt(`https://${text}`) : undefined
  return what?.kind === 'nowhere' ? what : undefined
}

/** What the places around an address say of it; the nearest counts. */
interface Place {
  readonly mode: Mode | undefined
  /** Only compared, refused, shown or linked to. */
  readonly isMentioned: boolean
  readonly names: readonly string[]
}

const COMPARES =
  /^(?:includes|startsWith|endsWith|startswith|endswith|has|test|match|matches|replace|indexOf|search|equals?|some|RegExp|compile|split|find|count|is_?\w+)$/
const SHOWS =
  /^(?:log|info|debug|warn|warning|error|print|exception|describe|Error|\w+Error|\w+Exception|help|epilog|link|anchor|a|add_argument|option|write_text)$/
const MENTIONS =
  /^(?:documentation|docs?|help|link|href|homepage|website|contact|email|example|examples|placeholder|schema|\$?schema|\$?id|namespace|xmlns|referer|referrer|user_?agent|origin|issuer|audience|description|message|title|comment|note|see|test_?hosts?|hint)$/i
const REFUSED =
  /(?:forbidden|blocked|refused|denied|deny|banned|disallowed|invalid|known|reserved|placeholder|practice|sandbox|test|demo|testnet|paper|excluded|ignored|patterns?)/i

function placeOf(node: Expression, { flow }: Module, seen: Survey): Place {
  const { parentOf } = seen
  const names: string[] = []
  let mode: Mode | undefined
  let isMentioned = false
  let isListed = false
  const say = (said: Mode | undefined) => {
    mode ??= said
  }

  let inner: Node = node
  for (let around = parentOf(node); around !== undefined; around = parentOf(around)) {
    if (isEntry(around) && around.key !== undefined) {
      names.push(around.key)
      say(modeNamed(around.key))
      if (MENTIONS.test(around.key)) isMentioned = true
    } else if (isMember(around)) {
      names.push(around.name ?? '')
      if (around.value === inner && !isKind(inner, 'function')) say(modeNamed(around.name ?? ''))
    } else if (isKind(around, 'object')) {
      for (const entry of around.entries)
        if (entry.key !== undefined && entry !== inner) say(modeFlagged(entry.key, entry.value, flow))
    } else if (isKind(around, 'list')) {
      isListed = true
    } else if (isKind(around, 'call')) {
      const callee = lastName(around.callee) ?? ''
      names.push(...pathNames(around.callee))
      if (COMPARES.test(callee) || (inner !== around.callee && SHOWS.test(callee))) isMentioned = true
      for (const keyword of around.keywords) {
        if (keyword.value === inner && keyword.name !== undefined) {
          names.push(keyword.name)
          if (MENTIONS.test(keyword.name)) isMentioned = true
        } else if (keyword.name !== undefined) say(modeFlagged(keyword.name, keyword.value, flow))
      }
      for (const argument of around.args) {
        if (argument !== inner && isKind(argument, 'literal') && typeof argument.value === 'string')
          say(modeNamed(argument.value))
      }
    } else if (isKind(around, 'operation')) {
      if (/^(?:[!=]==?|in|not in)$/.test(around.operator)) isMentioned = true
    } else if (isKind(around, 'conditional')) {
      if (inner !== around.test) say(around.then === inner ? modeTested(around.test) : opposite(modeTested(around.test)))
    } else if (isKind(around, 'if')) {
      if (inner !== around.test) {
        const isThen = around.then.includes(inner as Statement)
        say(isThen ? modeTested(around.test) : opposite(modeTested(around.test)))
      }
    } else if (isKind(around, 'throw') || isKind(around, 'other')) {
      isMentioned = true
    } else if (isKind(around, 'declare') || isKind(around, 'assign') || isKind(around, 'default-pattern')) {
      const bound = nameBound(around.target) ?? ''
      names.push(bound)
      say(modeNamed(bound))
      if (MENTIONS.test(bound) || (isListed && REFUSED.test(bound))) isMentioned = true
    } else if (isKind(around, 'function')) {
      names.push(seen.nameOf(around))
      say(modeOfEarlierReturn(inner, around.body))
      if (modeNamed(seen.nameOf(around)) === 'practice') say('practice')
    } else if (isKind(around, 'class') && around.name !== undefined) {
      names.push(around.name)
      if (modeNamed(around.name) === 'practice') say('practice')
      isListed = false
    }
    inner = around
  }
  return { mode, isMentioned, names }
}

/** After `if (isLive) return …` the rest is practice. */
function modeOfEarlierReturn(inner: Node, body: readonly Statement[]): Mode | undefined {
  const index = body.indexOf(inner as Statement)
  for (const statement of body.slice(0, Math.max(0, index))) {
    const leaves = isKind(statement, 'if') && statement.then.some(each => isKind(each, 'return') || isKind(each, 'throw'))
    if (leaves) return opposite(modeTested(statement.test))
  }
  return undefined
}

const opposite = (mode: Mode | undefined): Mode | undefined =>
  mode === undefined ? undefined : mode === 'live' ? 'practice' : 'live'

const pathNames = (expression: Expression): readonly string[] => {
  if (isKind(expression, 'member')) return [...pathNames(expression.object), expression.property ?? '']
  return isKind(expression, 'name') ? [expression.name] : []
}

const MARKET = new Set(
  'exchange exchanges broker venue venues market marketdata ccxt binance kraken coinbase oanda bybit alpaca quotes quote ticks tick prices feed orders order trading'.split(
    ' ',
  ),
)

function isWrong(kind: Kind, { mode, isMentioned, names }: Place, node: Expression, module: Module, seen: Survey): boolean {
  if (isMentioned) return false
  if (kind === 'practice') return mode !== 'practice'
  if (kind === 'nowhere') return true
  // This machine serves databases and proxies too; as a market it is named, or said to be live.
  if (mode === 'practice' || /proxy|target|listen|redis|database|postgres|metrics|server/i.test(names.join(' '))) return false
  return (
    mode === 'live' || names.some(name => wordsOf(name).some(word => MARKET.has(word))) || isBesideLiveFlag(node, module, seen)
  )
}

/** A flag of the same class or module says live. */
function isBesideLiveFlag(node: Node, module: Module, seen: Survey): boolean {
  const scope = seen.functionAround(node)
  return namedValues(module.program).some(
    ({ name, value, how, node: where }) =>
      (how === 'variable' || how === 'field') &&
      seen.functionAround(where) === scope &&
      modeFlagged(name, value, module.flow) === 'live',
  )
}

// ── Switches ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function switchesToSandbox(call: Call, module: Module, seen: Survey): boolean {
  if (
    !/^(?:setSandboxMode|set_sandbox_mode|enableSandbox|useSandbox|use_testnet|useTestnet|enableDemoTrading|enable_demo_trading)$/.test(
      lastName(call.callee) ?? '',
    )
  )
    return false
  const [argument] = call.args
  const isOn = argument === undefined || module.flow.constantOf(argument)?.value === true
  return isOn && placeOf(call, module, seen).mode !== 'practice'
}

const SANDBOX = /^(?:use_?|is_?|enable_?)?(?:testnet|sandbox|sandbox_?mode|test_?net)$/i
const REHEARSAL = /^(?:use_?|is_?|enable_?)?(?:test|demo|paper|practice|paper_?trading|simulated?|dry_?run)(?:_?mode)?$/i

/** A look at the whole text, before any at its calls. */
const MAY_REHEARSE =
  /(?:testnet|test_?net|sandbox(?:_?mode)?|test|demo|paper|practice|paper_?trading|simulated?|dry_?run)(?:_?mode)?['"]?\s*[:=]\s*[A-Za-z_$!]/i

/** `Client(key, secret, testnet=True)`, `new Binance().options({ test: true })` of a client of a venue; the lesser words only where it is called live. */
function* sandboxFlags(module: Module, seen: Survey): Generator<{ readonly at: number; readonly name: string }> {
  if (!MAY_REHEARSE.test(module.program.text)) return
  for (const call of seen.of('call')) {
    const options = call.args.flatMap(each => (isKind(each, 'object') ? each.entries : []))
    const given = [
      ...options.map(({ key, value, at }) => ({ name: key, value, at })),
      ...call.keywords.map(({ name, value, at }) => ({ name, value, at })),
    ]
    const flag = given.find(
      ({ name, value }) =>
        name !== undefined &&
        (SANDBOX.test(name) || REHEARSAL.test(name)) &&
        (value.kind === 'literal' ? value.value === true : module.flow.constantOf(value)?.value === true),
    )
    if (flag?.name === undefined) continue

    const { mode, names, isMentioned } = placeOf(call, module, seen)
    if (mode === 'practice' || isMentioned) continue
    const callee = isKind(call.callee, 'member') && isKind(call.callee.object, 'call') ? pathNames(call.callee.object.callee) : []
    const around = [...names, ...pathNames(call.callee), ...callee]
    const isLive = mode === 'live' || around.some(name => modeNamed(name) === 'live')
    const isVenue = around.some(name => wordsOf(name).some(word => MARKET.has(word)))
    if (isLive || (isVenue && SANDBOX.test(flag.name))) yield { at: call.at, name: flag.name }
  }
}

/** Values in the same object or call as a flag that says live, and values of tables of hosts where the module says live. */
function* handedToLive(module: Module, seen: Survey): Generator<{ readonly value: Expression; readonly at: number }> {
  const { flow, program } = module
  for (const object of seen.of('object')) {
    const isLive = object.entries.some(({ key, value }) => key !== undefined && modeFlagged(key, value, flow) === 'live')
    if (isLive)
      for (const entry of object.entries)
        if (isKind(entry.value, 'name') || isKind(entry.value, 'member')) yield { value: entry.value, at: entry.at }
  }
  for (const call of seen.of('call')) {
    const isLive =
      call.keywords.some(({ name, value }) => name !== undefined && modeFlagged(name, value, flow) === 'live') ||
      call.args.some(
        each =>
          isKind(each, 'object') &&
          each.entries.some(({ key, value }) => key !== undefined && modeFlagged(key, value, flow) === 'live'),
      )
    if (isLive)
      for (const value of [...call.args, ...call.keywords.map(keyword => keyword.value)])
        if (isKind(value, 'name') || isKind(value, 'member')) yield { value, at: value.at }
  }
  for (const { name, value, at, node } of namedValues(program)) {
    if (
      isKind(value, 'member') &&
      value.property !== undefined &&
      modeNamed(name) !== 'practice' &&
      modeNamed(value.property) === 'practice'
    ) {
      if (isBesideLiveFlag(node, module, seen)) yield { value, at }
    }
  }
}
