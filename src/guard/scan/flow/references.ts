// The modules a program loads: imports of all kinds, and the files it hands to workers.
import type { Reference } from '../examination/examined.ts'
import type { Expression, Program } from '../program/program.ts'
import { survey } from '../program/survey.ts'
import type { Flow } from './flow.ts'

/** `new URL('./worker.ts', import.meta.url)`, `new Worker('./worker.js')`, `fork('./child.ts')`. */
const LOADERS: ReadonlySet<string> = new Set(['URL', 'Worker', 'SharedWorker', 'fork', 'importScripts'])

const BESIDE = /^\.{1,2}\/.*\.[cm]?[jt]sx?$/

export function referencesOf(program: Program, flow: Flow): Reference[] {
  const { of } = survey(program)
  const found: Reference[] = []
  const add = (module: string, at: number, names: readonly string[] = []) => found.push({ module, names, at })

  for (const { module, names, at, typeOnly } of of('import')) {
    if (!typeOnly) add(module, at, program.language === 'python' ? names.map(({ imported }) => imported) : [])
  }
  for (const { module, at } of of('export')) if (module !== undefined) add(module, at)
  for (const { module, at } of of('dynamic-import')) {
    const name = flow.constantOf(module)?.value
    if (typeof name === 'string') add(name, at)
  }
  for (const { callee, args, at } of of('call')) {
    if (args[0] === undefined || !LOADERS.has(nameOf(callee))) continue
    const path = flow.constantOf(args[0])?.value
    if (typeof path === 'string' && BESIDE.test(path)) add(path, at)
  }
  return found.sort((a, b) => a.at - b.at)
}

const nameOf = (callee: Expression): string =>
  callee.kind === 'name' ? callee.name : callee.kind === 'member' ? (callee.property ?? '') : ''
