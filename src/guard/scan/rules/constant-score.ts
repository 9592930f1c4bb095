// Scores that were never computed: how good, how sure or how likely something is, as a number in the code.
import { type NamedValue, namedValues } from '../clues/named-values.ts'
import { givesScore, isOfHundred, isScoreName, saysMedia, saysSettings, saysStatistics } from '../clues/score-names.ts'
import { mayHoldNumber, type WrittenNumber, writtenNumbers } from '../clues/written-numbers.ts'
import type { Conditional, Expression } from '../program/program.ts'
import { isEntry, isKind, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const constantScore: Rule = {
  id: 'constant-score',
  severity: 'error',
  summary: 'a quality, confidence or probability is written down instead of computed',
  why:
    'Whoever sizes a position by a confidence believes that it was measured. A constant says the same of the best signal and of the ' +
    'worst, of a feed that lives and of one that is dead. Compute it from the data, or leave it out.',
  bad: [
    { language: 'typescript', code: 'export const assess = (ticks: Tick[]) => ({ quality: 0.98, count: ticks.length })' },
    { language: 'typescript', code: 'class Feed {\n  getQualityScore(): number {\n    return 1\n  }\n}' },
    { language: 'javascript', code: 'export const toSignal = p => ({ side: p.side, confidence: p.confidence || 0.8 })' },
    { language: 'javascript', code: 'let score = 0.5\nscore += 0.3\nexport const rank = symbol => ({ symbol, score })' },
    { language: 'python', code: 'class Model:\n    def __init__(self):\n        self.confidence = 0.9' },
    { language: 'python', code: 'def hammer(bar):\n    return Pattern("hammer", strength=0.8)' },
  ],
  good: [
    {
      language: 'typescript',
      code: 'const MIN_CONFIDENCE = 0.7\nconst weights = { quality: 0.4, freshness: 0.6 }\nlet score = 0',
    },
    {
      language: 'typescript',
      code: "canvas.toBlob(save, 'image/jpeg', 0.92)\nconst options = { format: 'jpeg', quality: 0.85 }",
    },
    { language: 'javascript', code: 'let score = 100\nif (gaps > 3) score -= 20\nexport const quality = () => score' },
    {
      language: 'typescript',
      code: 'const quality = (ageMs: number) => {\n  if (ageMs < 100) return 1\n  return ageMs < 500 ? 0.7 : 0.3\n}',
    },
    {
      language: 'python',
      code: 'def quality(received, expected):\n    if expected == 0:\n        return 0.0\n    return received / expected',
    },
    {
      language: 'python',
      code: 'def mean_interval(returns, confidence=0.95):\n    return t.ppf((1 + confidence) / 2, len(returns))',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const seen = survey(module.program)
    const scores = namedValues(module.program).filter(({ how, name }) =>
      how === 'return' ? givesScore(name) : isScoreName(name),
    )
    if (!scores.some(({ value }) => mayHoldNumber(value))) return []

    const found = new Map<number, Hit>()

    for (const named of scores) {
      const written = scoreIn(named, scores, module, seen)
      if (written === undefined || isChosen(named, written, module, seen)) continue

      const how = written.how === 'fallback' ? 'falls back on' : 'is'
      const through = written.from === undefined ? [] : [written.from]
      const message = `${named.name} ${how} ${written.value}, whatever the data say`
      if (!found.has(named.at)) found.set(named.at, { at: named.at, message, through })
    }
    return [...found.values()]
  },
}

function scoreIn(named: NamedValue, all: readonly NamedValue[], module: Module, seen: Survey): WrittenNumber | undefined {
  const { value, how } = named
  const isTable = how === 'variable' && (isKind(value, 'list') || isKind(value, 'object'))
  if (isTable) return undefined

  const written = writtenNumbers(asUsed(named, seen), module)
  const isMeasured = isKind(value, 'conditional') && isGraded(value, written)
  const scores = written.filter(({ value: number }) => number > 0 && number <= (isOfHundred(named.name) ? 100 : 1))
  const [score] = scores
  if (score === undefined || isMeasured) return undefined

  const others = all.filter(
    other => other !== named && other.name === named.name && other.how === how && isBeside(other, named, seen),
  )
  const isComputedElsewhere = others.some(other => writtenNumbers(other.value, module).length === 0)
  if (how === 'return') {
    if (isComputedElsewhere && (score.value === 1 || score.value === 100)) return undefined
    if (isOneOfGrades([named, ...others], module, seen)) return undefined
  }
  if (how === 'field' && isComputedElsewhere) return undefined
  if (how === 'entry' && (score.value === 1 || score.value === 100) && isComputedElsewhere) return undefined
  return score
}

/** Returns of the same function; fields and keys of the same file. */
const isBeside = (other: NamedValue, named: NamedValue, seen: Survey) =>
  named.how !== 'return' || seen.functionAround(other.node) === seen.functionAround(named.node)

/** A variable stands for all that it is given: one that is counted up from a start is no constant. */
function asUsed({ node, value, how }: NamedValue, seen: Survey): Expression {
  if (how !== 'variable' || (!isKind(node, 'declare') && !isKind(node, 'assign')) || !isKind(node.target, 'name')) return value
  return seen.givenTo(node.target.name).length > 1 ? node.target : value
}

/** `age < 100 ? 0.9 : 0.4`, `agree ? 0.7 : 0.5`, `total > 0 ? sound / total : 1`: somebody looked, and not only at which it is. */
function isGraded({ test, then, otherwise }: Conditional, written: readonly WrittenNumber[]): boolean {
  const isByName = isKind(test, 'operation') && /^[!=]==?$/.test(test.operator) && test.operands.some(isText)
  if (isByName) return false
  const branches = [then, otherwise].filter(branch => written.some(({ value }) => isNumber(branch, value)))
  const isHalfComputed = branches.length === 1 && written.length === 1 && !isKind(then, 'object') && !isKind(otherwise, 'object')
  if (isHalfComputed) return NEUTRAL.has(written[0]!.value)
  return new Set(written.map(each => each.value)).size > 1
}

/** What is said before anything is known, or where nothing speaks against it. */
const NEUTRAL: ReadonlySet<number> = new Set([0.5, 1, 50, 100])

const isNumber = (expression: Expression, value: number) => expression.kind === 'literal' && expression.value === value

const isText = (expression: Expression) => expression.kind === 'literal' && typeof expression.value === 'string'

function isOneOfGrades(returns: readonly NamedValue[], module: Module, seen: Survey): boolean {
  const fn = seen.functionAround(returns[0]!.node)
  const grades = new Set(returns.flatMap(({ value }) => writtenNumbers(value, module).map(each => each.value)))
  // 0, 1, 2, 3: a rank.
  const isRank = grades.size > 2 && [...grades].every(Number.isInteger)
  return fn !== undefined && grades.size > 1 && (isRank || measures(fn.body))
}

const measures = (nodes: readonly Node[]) =>
  [...within(nodes)].some(node => isKind(node, 'operation') && /^[<>]=?$/.test(node.operator))

/** Settings, weights, levels of a statistic, the quality of a picture. */
function isChosen(named: NamedValue, written: WrittenNumber, module: Module, seen: Survey): boolean {
  const { parentOf } = seen
  const { program } = module
  const object = named.how === 'entry' ? parentOf(named.node) : undefined

  if (isKind(object, 'object')) {
    const values = object.entries.map(({ value }) => module.flow.constantOf(value)?.value)
    const isWeights =
      values.length > 1 &&
      values.every(value => typeof value === 'number') &&
      Math.abs(values.reduce((a, b) => a + b, 0) - 1) < 1e-9
    if (isWeights) return true
    // A judgement that cites what it rests on: `{ type: 'none', confidence: 1, evidence: ['one kind of account'] }`.
    if (
      object.entries.some(
        ({ key, value }) => /^(?:evidence|basis)$/.test(key ?? '') && isKind(value, 'list') && value.items.length > 0,
      )
    )
      return true
  }

  const near = object ?? named.node
  const isStatistic = /confidence|probability/i.test(named.name) && /^0?\.9/.test(String(written.value))
  if (/quality/i.test(named.name) && saysMedia(program.text.slice(near.at, Math.min(near.end, near.at + 2000)))) return true

  for (let around: Node | undefined = near; around !== undefined; around = parentOf(around)) {
    if (isEntry(around) && around !== named.node && saysSettings(around.key ?? '')) return true
    if (
      around !== named.node &&
      (isKind(around, 'declare') || isKind(around, 'assign')) &&
      saysSettings(nameBound(around.target) ?? '')
    )
      return true
    if (isKind(around, 'class') && saysSettings(around.name ?? '')) return true
    if (isKind(around, 'function') || isKind(around, 'call')) {
      const text = program.text.slice(around.at, Math.min(around.end, around.at + 2000))
      if (isStatistic && saysStatistics(text)) return true
      if (/quality/i.test(named.name) && isKind(around, 'call') && saysMedia(text)) return true
    }
  }
  return false
}
