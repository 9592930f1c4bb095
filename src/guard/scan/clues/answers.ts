// Everything a function can answer, whichever way it answers: returned, sent, called back, put into the response.
import type { Flow } from '../flow/flow.ts'
import { COMPREHENSION, type Expression, type FunctionExpression, type Program, type Statement } from '../program/program.ts'
import { besideFunctions, isFunction, isKind, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import { isNoText, isVerdictKey, isYesText } from './health-names.ts'
import { lastName } from './named-values.ts'

interface Subject {
  readonly program: Program
  readonly flow: Flow
}

/** yes: nothing but a yes · no: says or may say no · open: it depends on what was looked at · silent: says nothing of it. */
export type Verdict = 'yes' | 'no' | 'open' | 'silent'

export interface Answer {
  readonly at: number
  readonly verdict: Verdict
}

/** Ways to answer that are calls: their first argument that is one is the answer. */
const SENDS =
  /^(?:send|json|end|sendStatus|status|code|send_json|respond|reply|resolve|callback|cb|done|next|write|body|text|html|type|set_data)$/

/** What wraps an answer without changing it. */
const WRAPS =
  /^(?:jsonify|json_response|JSONResponse|JsonResponse|Response|HttpResponse|PlainTextResponse|make_response|json|stringify|dumps|resolve|freeze|Boolean|bool|dict|text|HealthCheckResponse|str|String|of|from|assign|ORJSONResponse|UJSONResponse|response|send|status|code|getStatus|up|healthy|header|type|NextResponse)$/

const DEPTH_MAX = 8

export function answersOf(fn: FunctionExpression, subject: Subject): readonly Answer[] {
  return answersIn(fn.body, subject)
}

/** The answers of some statements: of a function's body, or of the branch that serves a route. */
export function answersIn(body: readonly Statement[], subject: Subject): readonly Answer[] {
  const seen = survey(subject.program)
  const found: Answer[] = []
  const entered = new Set<FunctionExpression>()
  const add = (at: number, verdict: Verdict) => found.push({ at, verdict })

  const look = (nodes: readonly Node[]) => {
    for (const node of within(nodes, besideFunctions)) {
      if (isKind(node, 'return') && node.value !== undefined && !isSaidInside(node.value)) add(node.at, returned(node.value))
      if (isKind(node, 'assign') && nameBound(node.target) === 'body') add(node.at, verdictOf(node.value, subject, seen, 0))
      if (isKind(node, 'throw')) add(node.at, 'no')
      if (isKind(node, 'call')) answered(node)
    }
  }

  /** A text that is neither yes nor no says something of its own. */
  const returned = (value: Expression): Verdict => {
    const verdict = verdictOf(value, subject, seen, 0)
    return verdict === 'silent' && (value.kind === 'literal' || value.kind === 'template') ? 'open' : verdict
  }

  const answered = (call: Extract<Expression, { kind: 'call' }>) => {
    const name = lastName(call.callee) ?? ''
    if (SENDS.test(name)) {
      for (const argument of call.args) {
        const isNothing = argument.kind === 'literal' && (argument.value === null || argument.value === undefined)
        const verdict = isNothing || isFunction(argument) ? 'silent' : verdictOf(argument, subject, seen, 0)
        if (verdict !== 'silent') add(call.at, verdict)
      }
    }
    // `new Promise(resolve => …)`, `setTimeout(() => resolve(…))`: what happens inside is still this function's answer.
    for (const argument of call.args) {
      if (isFunction(argument) && !entered.has(argument) && /^(?:Promise|setTimeout|setImmediate|nextTick|then)$/.test(name)) {
        entered.add(argument)
        look(argument.body)
      }
    }
  }

  look(body)
  return found
}

/** What one expression answers. */
export function verdictOf(value: Expression, subject: Subject, seen: Survey, depth: number): Verdict {
  if (depth > DEPTH_MAX) return 'open'
  const inner = (expression: Expression) => verdictOf(expression, subject, seen, depth + 1)
  const constant = value.kind === 'object' || value.kind === 'list' ? undefined : subject.flow.constantOf(value)
  if (constant !== undefined) return ofConstant(constant.value)

  switch (value.kind) {
    case 'object':
      return ofEntries(
        value.entries.map(entry => ({ key: entry.key, index: entry.index, value: entry.value })),
        inner,
      )
    case 'list':
      return together(value.items.map(inner))
    case 'conditional':
      return either([inner(value.then), inner(value.otherwise)].map(verdict => (verdict === 'silent' ? 'open' : verdict)))
    case 'operation': {
      const verdicts = value.operands.map(inner)
      if (value.operator === '||') return verdicts.includes('yes') ? 'yes' : 'open'
      if (value.operator === '!')
        return verdicts[0] === 'yes' ? 'no' : verdicts[0] === 'no' || verdicts[0] === 'silent' ? 'yes' : 'open'
      if (value.operator === '&&') return verdicts.every(verdict => verdict === 'yes') ? 'yes' : 'open'
      return 'open'
    }
    case 'wrapped':
      return inner(value.value)
    case 'template':
      return value.parts.every(part => part.kind === 'literal')
        ? ofConstant(value.parts.map(part => (part.kind === 'literal' ? part.value : '')).join(''))
        : 'open'
    case 'name': {
      const values = seen.givenTo(value.name)
      if (values.length === 0) return 'open'
      return either([...values.map(inner), ...laterEntries(value.name, seen).map(inner)])
    }
    case 'member': {
      if (/^(?:SERVING|UP|OK|HEALTHY|Healthy|Up|Ready|READY|HTTP_200_OK)$/.test(value.property ?? '')) return 'yes'
      const entry = entryOf(value.object, value.property, seen)
      return entry === undefined ? ofOwn(value, subject, seen, depth) : inner(entry)
    }
    case 'call':
      return ofCall(value, subject, seen, depth)
    default:
      return 'open'
  }
}

function ofConstant(value: unknown): Verdict {
  if (value === true || value === 200 || value === 204) return 'yes'
  if (value === false || value === null || value === undefined) return 'no'
  if (typeof value === 'number') return value >= 400 ? 'no' : 'silent'
  if (typeof value !== 'string') return 'silent'
  return isYesText(value) ? 'yes' : isNoText(value) ? 'no' : 'silent'
}

/** What tells nothing of health though it is computed: when it was asked, how long it runs, who it is. */
const NEUTRAL =
  /^(?:time|timestamp|ts|at|uptime|uptime_?seconds|version|name|service|pid|hostname|host|date|now|commit|build|environment|env|checked_?at|latency_?(?:ms)?|id|started_?at|message|venue|symbol|source|since|instance)$/i

function ofEntries(
  entries: readonly { readonly key: string | undefined; readonly index: Expression | undefined; readonly value: Expression }[],
  inner: (expression: Expression) => Verdict,
): Verdict {
  const verdicts = entries
    .filter(({ key }) => key === undefined || !NEUTRAL.test(key))
    .map(({ key, value }): Verdict => {
      const verdict = inner(value)
      // A written number or text beside a verdict is decoration; a looked-up one makes the whole open.
      return verdict === 'yes' &&
        key !== undefined &&
        !isVerdictKey(key) &&
        value.kind === 'literal' &&
        typeof value.value === 'number'
        ? 'silent'
        : verdict
    })
  return together(verdicts)
}

/** All of these are said at once: one that depends makes the whole depend. */
const together = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('open') ? 'open' : verdicts.includes('no') ? 'no' : verdicts.includes('yes') ? 'yes' : 'silent'

/** One of these is said. */
function either(verdicts: readonly Verdict[]): Verdict {
  const said = verdicts.filter(verdict => verdict !== 'silent')
  if (said.length === 0) return 'silent'
  return said.every(verdict => verdict === 'yes') ? 'yes' : 'open'
}

/** `return new Promise(…)`, `return callback(null, …)`: the answer is what stands inside. */
const isSaidInside = (value: Expression): boolean =>
  value.kind === 'wrapped'
    ? isSaidInside(value.value)
    : value.kind === 'call' && (DEFERS.test(lastName(value.callee) ?? '') || SENDS.test(lastName(value.callee) ?? ''))

const DEFERS = /^(?:Promise|setTimeout|setImmediate|nextTick)$/

/** `result.status = 'healthy'`, `result['alive'] = True` after `result = { … }`. */
const laterEntries = (name: string, seen: Survey): readonly Expression[] =>
  seen
    .of('assign')
    .flatMap(({ target, value }) =>
      isKind(target, 'member') &&
      isKind(target.object, 'name') &&
      target.object.name === name &&
      isVerdictKey(target.property ?? '')
        ? [value]
        : [],
    )

function entryOf(object: Expression, property: string | undefined, seen: Survey): Expression | undefined {
  if (object.kind !== 'name' || property === undefined) return undefined
  const values = seen.givenTo(object.name)
  const [whole] = values
  return values.length === 1 && isKind(whole, 'object') ? whole.entries.find(({ key }) => key === property)?.value : undefined
}

/** `this.connected`, `self.is_connected`: a getter or a constant of the same class. */
function ofOwn(value: Extract<Expression, { kind: 'member' }>, subject: Subject, seen: Survey, depth: number): Verdict {
  if (!isKind(value.object, 'name') || value.object.name !== 'this') return 'open'
  const fn = seen.functionNamed(value.property ?? '')
  return fn === undefined ? 'open' : ofFunction(fn, subject, seen, depth)
}

function ofFunction(fn: FunctionExpression, subject: Subject, seen: Survey, depth: number): Verdict {
  const returned = [...within(fn.body, besideFunctions)].flatMap(node =>
    isKind(node, 'return') && node.value !== undefined ? [node.value] : [],
  )
  return returned.length === 0 ? 'open' : either(returned.map(expression => verdictOf(expression, subject, seen, depth + 2)))
}

function ofCall(call: Extract<Expression, { kind: 'call' }>, subject: Subject, seen: Survey, depth: number): Verdict {
  const name = lastName(call.callee) ?? ''
  const inner = (expression: Expression) => verdictOf(expression, subject, seen, depth + 1)

  // `{name: 'healthy' for name in services}`: whatever it goes over.
  const [element] = call.args
  if (name === COMPREHENSION && isFunction(element)) return ofFunction(element, subject, seen, depth)
  if (WRAPS.test(name)) {
    const given = call.args.map(argument => (isContext(argument) ? 'silent' : inner(argument)))
    const named = call.keywords.map(({ name: key, value }) => ({ key, index: undefined, value }))
    const chained =
      isKind(call.callee, 'member') && isKind(call.callee.object, 'call')
        ? [ofCall(call.callee.object, subject, seen, depth + 1)]
        : []
    return together([...chained, ...given, ...(named.length > 0 ? [ofEntries(named, inner)] : [])])
  }
  if (isKind(call.callee, 'member') && /^(?:every|all|some|any)$/.test(name)) return inner(call.callee.object)
  if (/^(?:all|any)$/.test(name) && call.args[0] !== undefined) return inner(call.args[0])
  if (/^(?:values|keys|entries)$/.test(name))
    return inner(call.args[0] ?? (isKind(call.callee, 'member') ? call.callee.object : call))

  const isOwn =
    call.callee.kind === 'name' ||
    (isKind(call.callee, 'member') && isKind(call.callee.object, 'name') && call.callee.object.name === 'this')
  const fn = isOwn ? seen.functionNamed(name) : undefined
  return fn === undefined ? 'open' : ofFunction(fn, subject, seen, depth)
}

/** The key or the request a library wants back. */
const isContext = (argument: Expression) =>
  argument.kind === 'name' && /^(?:key|name|req|request|ctx|context)$/.test(argument.name)
