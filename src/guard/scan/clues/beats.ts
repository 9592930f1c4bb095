// What a program does again and again by the clock: callbacks of timers and schedulers, loops that sleep, functions that sleep and answer.
import type { Flow } from '../flow/flow.ts'
import type { Call, Expression, FunctionExpression, Program, Statement } from '../program/program.ts'
import { besideFunctions, isFunction, isKind, type Node, type Survey, survey, within } from '../program/survey.ts'
import { lastName } from './named-values.ts'

export interface Beat {
  readonly at: number
  readonly body: readonly Statement[]
  /** What its body returns is handed out: a function asked by a loop or a pipe. */
  readonly isAnswer: boolean
  /** The function it is in, for names of what it is about. */
  readonly inside: Node
}

const EVERY =
  /(?:^|\.)(?:setInterval|scheduleAtFixedRate|add_job|scheduled_job|repeat_every|set_interval|add_periodic_task|run_repeating|LoopingCall|PeriodicCallback|run_every|run_interval|on_timer)$/
const ONCE =
  /(?:^|\.)(?:setTimeout|setImmediate|requestAnimationFrame|Timer|enter|enterabs|call_later|call_soon|after|callLater|nextTick|call_at|queueMicrotask)$/
const SCHEDULES =
  /^(?:do|schedule|Cron|CronJob|every|scheduleJob|Interval|Timeout|periodic_task|crontab|timer|repeat|cron|interval)$/
const PIPES = /^(?:interval|timer)$/
const SLEEPS =
  /^(?:sleep|pause|delay|wait|nap|sleep_ms|usleep|msleep|setTimeout|asyncSleep|wait_for|waitFor|throttle|sleepMs|timeout|rest|idle|nanosleep|sleep_for)$/

/** Loops and functions in which something waits for time to pass, here and now: found from the waiting outwards, for it is rare. */
function waiting(seen: Survey): ReadonlySet<Node> {
  const found = new Set<Node>()
  for (const call of seen.of('call')) {
    if (!SLEEPS.test(lastName(call.callee) ?? '')) continue

    let inner: Node = call
    for (let around = seen.parentOf(call); around !== undefined; around = seen.parentOf(around)) {
      if (isKind(around, 'loop') && inner !== around.over && inner !== around.each && !around.before.includes(inner as Statement))
        found.add(around)
      if (isFunction(around)) {
        found.add(around)
        if (!isExecutor(around, seen)) break
      }
      inner = around
    }
  }
  return found
}

/** `new Promise(resolve => setTimeout(resolve, 100))`: the function runs at once. */
const isExecutor = (fn: FunctionExpression, { parentOf }: Survey) => {
  const around = parentOf(fn)
  return isKind(around, 'call') && lastName(around.callee) === 'Promise'
}

export function beatsOf(program: Program, flow: Flow): readonly Beat[] {
  const seen = survey(program)
  const { of, parentOf, functionAround, nameOf } = seen
  const found: Beat[] = []
  let functions: Map<string, FunctionExpression> | undefined
  const lastNamed = (name: string) => {
    functions ??= new Map(of('function').flatMap(fn => (nameOf(fn) === '' ? [] : [[nameOf(fn), fn] as const])))
    return functions.get(name)
  }

  const functionOf = (expression: Expression): FunctionExpression | undefined => {
    if (isFunction(expression)) return expression
    if (isKind(expression, 'call') && lastName(expression.callee) === 'bind' && isKind(expression.callee, 'member'))
      return functionOf(expression.callee.object)
    const name = lastName(expression)
    if (name === undefined) return undefined
    const known = lastNamed(name)
    if (known !== undefined) return known
    const [value, ...others] = seen.givenTo(name)
    return value !== undefined && others.length === 0 && isFunction(value) ? value : undefined
  }
  const add = (fn: FunctionExpression, at: number, isAnswer = false) => found.push({ at, body: fn.body, isAnswer, inside: fn })

  const callbacksOf = (call: Call): readonly FunctionExpression[] =>
    [...call.args, ...call.keywords.map(({ value }) => value)].flatMap(argument => functionOf(argument) ?? [])

  const look = (call: Call) => {
    const name = lastName(call.callee) ?? ''
    const path = flow.pathOf(call.callee) ?? name

    if (PIPES.test(name) && isPiped(call)) {
      for (const fn of pipedFrom(call)) add(fn, call.at, true)
      return
    }
    if (EVERY.test(path) || SCHEDULES.test(name)) {
      for (const fn of callbacksOf(call)) add(fn, call.at)
    } else if (ONCE.test(path)) {
      // Once only, unless what is called sets the timer again.
      for (const fn of callbacksOf(call)) {
        const again = comesBack(fn, call)
        if (again !== undefined) add(again, call.at)
      }
    }
    // `@Cron('* * * * * *')`, `@scheduler.scheduled_job('interval', seconds=1)`: the decorator is called with the function.
    const decorator = isKind(call.callee, 'call') ? (lastName(call.callee.callee) ?? '') : ''
    if (SCHEDULES.test(decorator) || EVERY.test(decorator)) for (const fn of callbacksOf(call)) add(fn, call.at)
  }

  const comesBack = (fn: FunctionExpression, timer: Call): FunctionExpression | undefined => {
    for (let around = functionAround(timer); around !== undefined; around = functionAround(around)) {
      if (around === fn) return fn
      const name = nameOf(around)
      const calls = name !== '' && [...within(fn.body)].some(node => isKind(node, 'call') && lastName(node.callee) === name)
      if (calls) return around
    }
    return undefined
  }

  const isPiped = (call: Call) => {
    const around = parentOf(call)
    return isKind(around, 'member') && /^(?:pipe|subscribe|map|do)$/.test(around.property ?? '')
  }

  /** Functions in `interval(500).pipe(map(fn)).subscribe(fn)`. */
  const pipedFrom = (call: Call): readonly FunctionExpression[] => {
    let whole: Node = call
    for (let around = parentOf(whole); isKind(around, 'member') || isKind(around, 'call'); around = parentOf(whole))
      whole = around
    return [...within(whole)].filter(isFunction)
  }

  for (const call of of('call')) look(call)
  const waits = waiting(seen)

  for (const loop of of('loop')) {
    const ticks =
      loop.over !== undefined &&
      [...within(loop.over)].some(node => isKind(node, 'call') && EVERY.test(lastName(node.callee) ?? ''))
    if (ticks || waits.has(loop)) found.push({ at: loop.at, body: loop.body, isAnswer: false, inside: loop })
  }

  for (const fn of of('function')) {
    if (!waits.has(fn) || isExecutor(fn, seen)) continue
    const isOwnLoop = [...within(fn.body, besideFunctions)].some(node => isKind(node, 'loop'))
    if (!isOwnLoop) add(fn, fn.at, true)
  }
  return found
}
