// What other files can take from this one, and by which traits its values came.

import type { Expression, Statement } from '../program/program.ts'
import type { FlowBuilder } from './flow-builder.ts'
import type { Spot, Thing } from './flow-graph.ts'
import { ofBorrowed, originsAt } from './origins.ts'
import { chanceOf } from './random-sources.ts'
import type { Origin } from './trait.ts'

type Found = Map<string, readonly Origin[]>

const DEPTH_MAX = 3
const NAMES_MAX = 200

export function exportsOf(builder: FlowBuilder): ReadonlyMap<string, readonly Origin[]> {
  const found: Found = new Map()
  if (builder.isPython) {
    for (const [name, binding] of builder.bindings.top) add(builder, name, builder.variable(binding), found)
    for (const statement of builder.program.body)
      if (statement.kind === 'import' && statement.names.some(({ local }) => local === '*'))
        passOnAll(statement.module, statement.at, found)
    return found
  }
  for (const statement of builder.program.body) ofStatement(statement, builder, found)
  return found
}

function ofStatement(statement: Statement, builder: FlowBuilder, found: Found): void {
  if (statement.kind === 'expression') {
    ofCommonJs(statement.value, builder, found)
    return
  }
  if (statement.kind !== 'export') return
  if (statement.value !== undefined) {
    const names = statement.names.length === 0 ? ['default'] : statement.names.map(({ exported }) => exported)
    const spot = builder.known(statement.value)
    if (spot !== undefined) for (const name of names) add(builder, name, spot, found)
    return
  }
  for (const { local, exported } of statement.names) {
    if (statement.module !== undefined) {
      if (local === '*' && exported === '*') passOnAll(statement.module, statement.at, found)
      else
        found.set(
          exported,
          ofBorrowed({ kind: 'borrowed', module: statement.module, name: local, trait: undefined }, [statement.at]),
        )
      continue
    }
    const binding = builder.bindings.top.get(local)
    if (binding !== undefined) add(builder, exported, builder.variable(binding), found)
  }
}

/** `exports.draw = …`, `module.exports.draw = …`, `module.exports = …`. */
function ofCommonJs(value: Expression, builder: FlowBuilder, found: Found): void {
  if (value.kind !== 'assign' || value.target.kind !== 'member') return
  const { object, property } = value.target
  const spot = builder.known(value.value)
  if (spot === undefined || property === undefined) return

  if (object.kind === 'name' && object.name === 'module' && property === 'exports') add(builder, 'default', spot, found)
  const isExports =
    (object.kind === 'name' && object.name === 'exports') ||
    (object.kind === 'member' &&
      object.property === 'exports' &&
      object.object.kind === 'name' &&
      object.object.name === 'module')
  if (isExports) add(builder, property, spot, found)
}

/** `export * from`: several may be listed under '*'. */
function passOnAll(module: string, at: number, found: Found): void {
  const more = ofBorrowed({ kind: 'borrowed', module, name: '*', trait: undefined }, [at])
  found.set('*', [...(found.get('*') ?? []), ...more])
}

function add(builder: FlowBuilder, name: string, spot: Spot, found: Found, depth = 0, seen: readonly Thing[] = []): void {
  // Set before its parts are looked at: what is known already is not looked at again from another side.
  if (found.size >= NAMES_MAX || (depth > 1 && found.has(name))) return
  if (!found.has(name)) found.set(name, [])
  const origins = [...originsAt(spot)]
  for (const token of spot.tokens) {
    // `export const draw = Math.random`.
    if (token.kind === 'path' && drawsAs(token.path, builder)) {
      origins.push({ trait: 'random', through: [spot.at] })
      if (token.path.includes('(#)')) origins.push({ trait: 'seeded', through: [spot.at] })
    }
    if (token.kind !== 'thing') continue
    const { thing } = token
    const returned = thing.function?.returns
    if (returned !== undefined) origins.push(...originsAt(returned))
    if (depth >= DEPTH_MAX || seen.includes(thing)) continue

    // What was spread into it, under names that are not known here.
    if (thing.rest.tokens.length > 0) found.set(`${name}.*`, originsAt(thing.rest))
    const deeper = [...seen, thing]
    for (const [key, field] of thing.fields) add(builder, `${name}.${key}`, field, found, depth + 1, deeper)
    for (const inner of returned?.tokens ?? []) {
      if (inner.kind !== 'thing' || inner.thing === thing || deeper.includes(inner.thing)) continue
      for (const [key, field] of inner.thing.fields)
        add(builder, `${name}.${key}`, field, found, depth + 1, [...deeper, inner.thing])
    }
  }
  found.set(name, [...(found.get(name) ?? []), ...origins])
}

const drawsAs = (path: string, { program }: FlowBuilder): boolean => chanceOf(path, program.language, false) === 'draw'
