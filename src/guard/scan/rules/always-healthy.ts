// Health checks that can only say yes.
import { answersIn, type Verdict } from '../clues/answers.ts'
import { asksForHealth, isHealthPath, mayAskForHealth, saysHealth } from '../clues/health-names.ts'
import { lastName, namedValues } from '../clues/named-values.ts'
import type { Call, Expression, FunctionExpression, Statement } from '../program/program.ts'
import { isEntry, isFunction, isKind, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const alwaysHealthy: Rule = {
  id: 'always-healthy',
  severity: 'error',
  summary: 'a health check can only say yes',
  why:
    'Orders go on being sent while whoever watches is told that all is well: a check that looks at nothing hides every outage. Let it ' +
    'look at what it vouches for, and say no when that does not answer.',
  bad: [
    { language: 'typescript', code: 'class FeedMonitor {\n  isHealthy(): boolean {\n    return true\n  }\n}' },
    { language: 'javascript', code: "app.get('/health', (req, res) => res.json({ status: 'ok', uptime: process.uptime() }))" },
    {
      language: 'typescript',
      code: 'async function checkHealth(db: Database) {\n  try {\n    await db.query("select 1")\n    return true\n  } catch {\n    return true\n  }\n}',
    },
    { language: 'javascript', code: 'export const isConnected = async feed => (await feed.ping()) || true' },
    {
      language: 'python',
      code: 'from flask import jsonify\n\n@app.route("/healthz")\ndef probe():\n    return jsonify(status="healthy", db="up"), 200',
    },
    { language: 'python', code: 'is_ready = lambda: True' },
  ],
  good: [
    {
      language: 'typescript',
      code: "app.get('/health', async (req, res) => {\n  await db.query('select 1')\n  res.json({ status: 'ok' })\n})",
    },
    { language: 'typescript', code: "app.get('/livez', (req, res) => res.send('ok'))\nconst ping = () => 'pong'" },
    { language: 'javascript', code: 'export const isHealthy = feed => Date.now() - feed.lastTickAt < 5000' },
    { language: 'javascript', code: 'class Strategy {\n  isIntraday() { return true }\n  supportsShorts() { return true }\n}' },
    {
      language: 'python',
      code: 'def is_connected(self):\n    try:\n        self.socket.ping()\n        return True\n    except OSError:\n        return False',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const seen = survey(module.program)
    const found = new Map<number, Hit>()
    // A file can be the route: `app/api/health/route.ts`.
    const isHealthFile = /(?:^|\/)(?:health|healthz|ready|readyz)(?:\/|\.\w+$)/i.test(module.program.file)
    const report = (at: number, what: string, through: readonly number[] = []) => {
      if (!found.has(at)) found.set(at, { at, message: `${what} can only say yes`, through })
    }
    const judge = (body: readonly Statement[], at: number, what: string) => {
      const answers = answersIn(body, module)
      const isYes =
        answers.some(({ verdict }) => verdict === 'yes') &&
        answers.every(({ verdict }) => verdict === 'yes' || verdict === 'silent')
      if (isYes && (isForced(body, seen) || !looksAtSomething(body, seen, 0))) {
        const last = answers.findLast(({ verdict }) => verdict === 'yes')
        report(at, what, last === undefined ? [] : [last.at])
      }
    }

    for (const fn of seen.of('function')) {
      const name = seen.nameOf(fn)
      if (
        (isHealthFile && /^(?:GET|handler|handle|get)$/.test(name)) ||
        asksForHealth(name) ||
        isHealthPath(name) ||
        (mayAskForHealth(name) && (standsInHealth(fn, seen) || isForced(fn.body, seen)))
      )
        judge(fn.body, fn.at, `${name}()`)
    }

    for (const call of seen.of('call')) {
      const path = routeOf(call, module)
      if (path === undefined) continue
      for (const handler of handlersOf(call, seen)) judge(handler.body, handler.at, `the route ${path}`)
    }

    for (const node of seen.of('if')) {
      const path = pathAskedFor(node.test)
      if (path !== undefined) judge(node.then, node.at, `the route ${path}`)
    }

    for (const object of seen.of('object')) {
      const path = object.entries.find(({ key, value }) => /^(?:path|url|route|pattern)$/.test(key ?? '') && isHealthText(value))
      const handler = object.entries.find(
        ({ key, value }) => /^(?:handler|handle|get|fn|action)$/i.test(key ?? '') && isFunction(value),
      )
      if (path !== undefined && handler !== undefined && isFunction(handler.value))
        judge(handler.value.body, handler.at, 'the health route')
    }

    for (const { name, value, at, how } of namedValues(module.program)) {
      if (how === 'variable' && /(?:health|readiness|ready).*checks?$|^checks$|^probes$|health_?indicators?$/i.test(name)) {
        const isAboutHealth = saysHealth(name) || seen.of('function').some(fn => asksForHealth(seen.nameOf(fn)))
        if (isAboutHealth && areYesMen(value, module, seen)) report(at, `each of ${name}`)
      }
    }
    return [...found.values()]
  },
}

/** `alive || true`, `feed.ok() or True`: whatever was looked at is thrown away. */
function isForced(body: readonly Statement[], seen: Survey, depth = 0): boolean {
  return [...within(body)].some(node => {
    if (isKind(node, 'operation') && node.operator === '||') {
      const [yes, asked] = [node.operands.some(isTrue), node.operands.some(operand => operand.kind !== 'literal')]
      return yes && asked
    }
    const own = isKind(node, 'call') && isOwn(node.callee) ? seen.functionNamed(lastName(node.callee) ?? '') : undefined
    return own !== undefined && depth < DEPTH_MAX && isForced(own.body, seen, depth + 1)
  })
}

const isTrue = (operand: Expression) => operand.kind === 'literal' && operand.value === true

const TRIVIAL =
  /^(?:\[comprehension\]|log|info|debug|warn|warning|error|exception|trace|print|now|time|utcnow|isoformat|toISOString|uptime|sleep|pause|delay|wait|setTimeout|Promise|resolve|Date|send|json|end|status|code|sendStatus|set|header|type|writeHead|jsonify|json_response|JSONResponse|JsonResponse|Response|HttpResponse|PlainTextResponse|make_response|stringify|dumps|dict|Boolean|bool|freeze|callback|cb|done|assign|super|strftime|HealthCheckResponse|getStatus|gethostname|perf_counter|monotonic|hrtime|cwd|memoryUsage|str|String|round|int|float|Number|values|keys|entries|every|some|all|any|send_json|respond|body|text|html|of|from|getTime|valueOf|next|setHeader|write|Error|response|ok|success|writeHead|set_status|set_header|add_header|flush|up|healthy|build|withDetail|ServerResponse|StreamingResponse|ORJSONResponse|UJSONResponse|NextResponse)$/

const DEPTH_MAX = 4

/** Whether anything is asked whose failure would be heard. */
function looksAtSomething(body: readonly Statement[], seen: Survey, depth: number): boolean {
  if (depth > DEPTH_MAX) return true

  for (const node of within(body)) {
    if (isKind(node, 'loop') && node.over !== undefined && !isSwallowed(node, body, seen)) return true
    if (!isKind(node, 'call') || TRIVIAL.test(lastName(node.callee) ?? '') || isSwallowed(node, body, seen)) continue
    const own = isOwn(node.callee) ? seen.functionNamed(lastName(node.callee) ?? '') : undefined
    if (own === undefined || looksAtSomething(own.body, seen, depth + 1)) return true
  }
  return false
}

const isOwn = (callee: Expression) =>
  callee.kind === 'name' || (callee.kind === 'member' && callee.object.kind === 'name' && callee.object.name === 'this')

/** In a `try` whose handlers throw nothing, or with a `.catch` behind it. */
function isSwallowed(node: Node, body: readonly Statement[], { parentOf }: Survey): boolean {
  let inner: Node = node
  for (let around = parentOf(node); around !== undefined && !body.includes(inner as Statement); around = parentOf(around)) {
    if (isKind(around, 'try') && around.handlers.length > 0 && around.body.some(statement => statement === inner))
      return !around.handlers.some(throws)
    if (
      isKind(around, 'call') &&
      isKind(around.callee, 'member') &&
      around.callee === inner &&
      around.callee.property === 'catch'
    )
      return true
    inner = around
  }
  return isKind(inner, 'try') && inner.handlers.length > 0 && isInside(node, inner.body) && !inner.handlers.some(throws)
}

const throws = ({ body }: { readonly body: readonly Statement[] }) => [...within(body)].some(part => isKind(part, 'throw'))

const isInside = (node: Node, body: readonly Statement[]) =>
  body.some(statement => statement.at <= node.at && node.end <= statement.end)

/** A method called `check` is about health in a class, an object or beside arguments that are. */
function standsInHealth(fn: FunctionExpression, { parentOf }: Survey): boolean {
  for (let around = parentOf(fn); around !== undefined; around = parentOf(around)) {
    if (
      isKind(around, 'class') &&
      [around.name, ...around.bases.map(lastName)].some(name => name !== undefined && saysHealth(name))
    )
      return true
    if ((isKind(around, 'declare') || isKind(around, 'assign')) && saysHealth(nameBound(around.target) ?? '')) return true
    if (isEntry(around) && saysHealth(around.key ?? '')) return true
    if (isKind(around, 'call')) {
      const said = [around.callee, ...around.args].flatMap(part => [
        ...within(part, node => !isFunction(node) && !isKind(node, 'object')),
      ])
      if (
        said.some(
          part =>
            (isKind(part, 'name') && saysHealth(part.name)) ||
            (isKind(part, 'literal') && typeof part.value === 'string' && saysHealth(part.value)),
        )
      ) {
        return true
      }
    }
  }
  return false
}

// ── Routes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

const isHealthText = (value: Expression): boolean =>
  (value.kind === 'literal' && typeof value.value === 'string' && isHealthPath(value.value)) ||
  (value.kind === 'list' && value.items.some(isHealthText))

const ROUTES =
  /^(?:get|all|use|route|add_url_rule|add_get|add_route|register|head|post|api_route|addRoute|handle|on|path|re_path|url|Route|view|websocket)$/

function routeOf(call: Call, { flow }: Module): string | undefined {
  const named = [call.callee, isKind(call.callee, 'call') ? call.callee.callee : undefined].some(
    callee => callee !== undefined && ROUTES.test(lastName(callee) ?? ''),
  )
  if (!named) return undefined
  const given = [...call.args, ...(isKind(call.callee, 'call') ? call.callee.args : [])]
  for (const argument of given) {
    const text = flow.constantOf(argument)?.value
    if (typeof text === 'string' && isHealthPath(text)) return text
    if (isHealthText(argument)) return 'for health'
  }
  return undefined
}

function handlersOf(call: Call, seen: Survey): readonly FunctionExpression[] {
  return [...call.args, ...call.keywords.map(({ value }) => value)].flatMap(argument => {
    if (isFunction(argument)) return [argument]
    if (isKind(argument, 'call')) return handlersOf(argument, seen)
    const fn = isKind(argument, 'name') ? seen.functionNamed(argument.name) : undefined
    return fn === undefined ? [] : [fn]
  })
}

/** `request.url === '/health'`. */
function pathAskedFor(test: Expression): string | undefined {
  if (!isKind(test, 'operation')) return undefined
  if (test.operator === '&&' || test.operator === '||') return test.operands.map(pathAskedFor).find(path => path !== undefined)
  if (!/^===?$/.test(test.operator)) return undefined
  const path = test.operands.find(isHealthText)
  return path?.kind === 'literal' ? String(path.value) : undefined
}

/** A list or table of checks of which each says yes without looking. */
function areYesMen(value: Expression, module: Module, seen: Survey): boolean {
  const checks = isKind(value, 'object') ? value.entries.map(entry => entry.value) : isKind(value, 'list') ? value.items : []
  return (
    checks.length > 0 &&
    checks.every(check => {
      const fn = isFunction(check) ? check : isKind(check, 'name') ? seen.functionNamed(check.name) : undefined
      if (fn === undefined || looksAtSomething(fn.body, seen, 0)) return false
      const answers = answersIn(fn.body, module).map(({ verdict }): Verdict => verdict)
      return answers.length > 0 && answers.every(verdict => verdict === 'yes')
    })
  )
}
