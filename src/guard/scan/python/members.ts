// Lowers attributes and subscripts, also where they are taken in a roundabout way: vars(x)['name'], globals()['name'].
import type { Expression, Member, Name } from '../program/program.ts'
import { constantKey } from './literals.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

interface Place {
  readonly at: number
  readonly end: number
}

export function lowerMember(source: PythonSource, node: NodeId): Member {
  const inner = source.tree.children(node)
  const object = source.expression(inner[0])
  const name = inner.at(-1)
  return {
    kind: 'member',
    ...source.place(node),
    object,
    property: name === undefined ? '' : source.identifier(name),
    index: undefined,
  }
}

export function lowerSubscript(source: PythonSource, node: NodeId): Expression {
  const { object, index, place } = partsOf(source, node)
  return itemOf(object, index, place)
}

/** Where something is put: whatever the object is, it is an item of it. */
export function lowerPlace(source: PythonSource, node: NodeId): Member | Name {
  const { object, index, place } = partsOf(source, node)
  const item = itemOf(object, index, place)
  return item.kind === 'member' || item.kind === 'name' ? item : attributeOf(object, index, place)
}

function partsOf(source: PythonSource, node: NodeId): { object: Expression; index: Expression; place: Place } {
  const { tree } = source
  const place = source.place(node)
  const [value, ...subscripts] = tree.children(node)
  const object = source.expression(value)
  const indices = subscripts.map(each => source.item(each))

  const [first] = indices
  const index: Expression =
    first === undefined || indices.length > 1
      ? { kind: 'list', at: first?.at ?? place.end, end: indices.at(-1)?.end ?? place.end, items: indices }
      : first
  return { object, index, place }
}

function itemOf(object: Expression, index: Expression, place: Place): Expression {
  const key = constantKey(index)

  // The names of a module and the attributes of an object are dictionaries, too.
  if (object.kind === 'call' && object.callee.kind === 'name' && object.keywords.length === 0) {
    const { callee, args } = object
    const isScope = callee.name === 'globals' || callee.name === 'locals' || callee.name === 'vars'
    if (isScope && args.length === 0 && key !== undefined) return { kind: 'name', ...place, name: key }
    if (callee.name === 'vars' && args.length === 1) return attributeOf(args[0]!, index, place)
  }
  if (object.kind === 'member' && object.property === '__dict__') return attributeOf(object.object, index, place)

  // What was loaded once is found there: sys.modules['random'].
  if (object.kind === 'member' && object.property === 'modules' && object.object.kind === 'name' && object.object.name === 'sys')
    return { kind: 'dynamic-import', ...place, module: index }

  return attributeOf(object, index, place)
}

export function attributeOf(object: Expression, index: Expression, place: Place): Member {
  const property = constantKey(index)
  return { kind: 'member', ...place, object, property, index: property === undefined ? index : undefined }
}
