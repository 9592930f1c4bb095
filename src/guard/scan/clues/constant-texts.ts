// The texts an expression may stand for before the program runs: whole ones, alternatives, and such with holes.
import type { Flow } from '../flow/flow.ts'
import type { Expression, Name, Program } from '../program/program.ts'
import { isKind, nameBound, survey } from '../program/survey.ts'

/** Stands where something is put in that only the run knows. */
export const HOLE = '\u{fffc}'

const ALTERNATIVES_MAX = 32
const DEPTH_MAX = 6

/**
 * './mocks/￼' for `./mocks/${name}`, both ends of a choice, every item of a list that is gone over. Empty when nothing is known;
 * never longer than 32.
 */
export function textsOf(
  expression: Expression,
  { flow, program }: { readonly flow: Flow; readonly program: Program },
): readonly string[] {
  const { of, givenTo } = survey(program)

  const known = (value: Expression, depth: number): readonly string[] => {
    const constant = flow.constantOf(value)?.value
    if (typeof constant === 'string') return [constant]
    if (depth > DEPTH_MAX) return []

    switch (value.kind) {
      case 'literal':
        return typeof value.value === 'string' ? [value.value] : []
      case 'template':
        return joined(value.parts, depth)
      case 'operation':
        if (value.operator === '+') return joined(value.operands, depth)
        return ['||', '&&', '??'].includes(value.operator) ? value.operands.flatMap(operand => known(operand, depth + 1)) : []
      case 'conditional':
        return [...known(value.then, depth + 1), ...known(value.otherwise, depth + 1)]
      case 'wrapped':
        return known(value.value, depth + 1)
      case 'list':
        return value.items.flatMap(item => known(item, depth + 1))
      case 'object':
        return value.entries.flatMap(entry => known(entry.value, depth + 1))
      case 'name':
        return boundTo(value, depth)
      case 'member':
        return memberOf(value.object, value.property, depth)
      case 'call':
        return called(value.callee, value.args, depth)
      default:
        return []
    }
  }

  const joined = (parts: readonly Expression[], depth: number): readonly string[] => {
    let texts: readonly string[] = ['']
    for (const part of parts) {
      const ends = known(part, depth + 1)
      const more = ends.length === 0 ? [HOLE] : ends
      texts = texts.flatMap(text => more.map(end => text + end)).slice(0, ALTERNATIVES_MAX)
    }
    return texts.every(text => text === HOLE.repeat(text.length)) ? [] : texts
  }

  const boundTo = ({ name }: Name, depth: number): readonly string[] => {
    const bound = givenTo(name).flatMap(value => known(value, depth + 1))
    const goneOver = of('loop').flatMap(({ each, over }) =>
      each !== undefined && over !== undefined && nameBound(each) === name ? known(over, depth + 1) : [],
    )
    return [...bound, ...goneOver].slice(0, ALTERNATIVES_MAX)
  }

  /** `HOSTS.live` where `HOSTS` is written down in this file; any of its values when the key is not known. */
  const memberOf = (object: Expression, property: string | undefined, depth: number): readonly string[] => {
    if (object.kind !== 'name') return []
    return givenTo(object.name)
      .flatMap(value => {
        if (isKind(value, 'list')) return known(value, depth + 1)
        if (!isKind(value, 'object')) return []
        return value.entries
          .filter(({ key }) => property === undefined || key === property)
          .flatMap(entry => known(entry.value, depth + 1))
      })
      .slice(0, ALTERNATIVES_MAX)
  }

  /** `['fa', 'ker'].join('')`, `new URL('./mocks/feed.ts', base)`, `'FAKER'.toLowerCase()`, `path.join(root, 'mocks', 'feed')`. */
  const called = (callee: Expression, args: readonly Expression[], depth: number): readonly string[] => {
    const method = callee.kind === 'member' ? callee.property : callee.kind === 'name' ? callee.name : undefined
    const [first] = args

    if (method === 'join' || method === 'resolve') {
      const listed = callee.kind === 'member' && callee.object.kind === 'list' ? callee.object.items : undefined
      const separator = first === undefined ? ',' : known(first, depth + 1)[0]
      if (listed !== undefined && separator !== undefined) return interleaved(listed, separator, depth)

      const joiner = callee.kind === 'member' ? flow.constantOf(callee.object)?.value : undefined
      if (typeof joiner === 'string' && first?.kind === 'list') return interleaved(first.items, joiner, depth)
      return interleaved(args, '/', depth)
    }

    if (callee.kind === 'member' && (method === 'toLowerCase' || method === 'lower')) {
      return known(callee.object, depth + 1).map(text => text.toLowerCase())
    }
    const passesOn =
      method !== undefined && /^(?:URL|Path|String|str|fileURLToPath|pathToFileURL|trim|strip|toString)$/.test(method)
    if (!passesOn) return []
    return first === undefined && callee.kind === 'member'
      ? known(callee.object, depth + 1)
      : first === undefined
        ? []
        : known(first, depth + 1)
  }

  const interleaved = (parts: readonly Expression[], separator: string, depth: number): readonly string[] => {
    const spaced = parts.flatMap((part, i): Expression[] => {
      const between: Expression = { kind: 'literal', value: separator, at: part.at, end: part.at }
      return i === 0 ? [part] : [between, part]
    })
    return joined(spaced, depth)
  }

  return known(expression, 0).slice(0, ALTERNATIVES_MAX)
}
