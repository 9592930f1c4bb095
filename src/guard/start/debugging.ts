// Nothing looks over the shoulder of a live run: no debugger, no preloaded code, no output that prints what it should not.
import type { Fault, Verdict } from '../fault.ts'
import { isOn, textOf, type Variables } from './variables.ts'

export interface DebuggingFacts {
  readonly variables: Variables
  /** process.execArgv. */
  readonly execArguments: readonly string[]
  /** Where a debugger may attach already; empty where none can. */
  readonly inspectorAddress: string
}

const INSPECT = /^--(?:inspect(?:-brk|-port|-wait|-publish-uid)?|debug(?:-brk|-port)?|experimental-worker-inspection)(?:=|$)/
const PRELOAD =
  /^(?:-r|--require|--import|--loader|--experimental-loader|--eval|-e|--print|-p|--snapshot-blob|--experimental-sea-config|--expose[-_]internals|--allow-natives-syntax)(?:=|$)/
const RECORD =
  /^--(?:cpu-prof|heap-prof|prof|trace-(?:tls|event|http|require|gc)[a-z-]*|heapsnapshot-[a-z-]+|report-[a-z-]+|perf-[a-z-]+|experimental-test-coverage|test|watch)(?:=|-|$)/

/** Allocators; and a made-up clock is a fault of its own. */
const HARMLESS = /(?:jemalloc|tcmalloc|mimalloc|faketime)[^/]*$/i

/** They make Node or a library print frames, requests and headers, keys included. */
const LOUD = [
  'DEBUG',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_V8_COVERAGE',
  'QUADRANT_DEBUG',
  'WS_DEBUG',
  'PGDEBUG',
  'GRPC_TRACE',
] as const
const LEVELS = ['LOG_LEVEL', 'QUADRANT_LOG_LEVEL', 'PINO_LEVEL', 'LOGLEVEL'] as const

export function debuggingVerdict({ variables, execArguments, inspectorAddress }: DebuggingFacts): Verdict {
  const faults: Fault[] = []
  const given = [
    ...execArguments.map(option => ({ option, from: 'the command line of Node' })),
    ...splitOptions(textOf(variables, 'NODE_OPTIONS')).map(option => ({ option, from: 'NODE_OPTIONS' })),
  ]
  const having = (pattern: RegExp) => given.filter(({ option }) => pattern.test(option))

  const inspectors = having(INSPECT)
  if (inspectors.length > 0 || inspectorAddress !== '') {
    const where =
      inspectors.length > 0 ? `${inspectors[0]!.from} has ${inspectors[0]!.option.replace(/=.*/, '')}` : 'a debugger may attach'
    faults.push({
      code: 'ENV_DEBUGGER',
      what: `${where}: whoever attaches reads every key and changes every order`,
      fix: 'start Node without --inspect',
    })
  }
  for (const { option, from } of having(PRELOAD)) {
    faults.push({
      code: 'ENV_PRELOAD',
      what: `${from} has ${option.replace(/=.*/, '')}: code that is not Quadrant's runs before it and may change anything`,
      fix: 'start Node without it',
    })
  }
  for (const name of ['LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES']) {
    const libraries = textOf(variables, name)
      .split(/[\s:]+/)
      .filter(library => library !== '' && !HARMLESS.test(library))
    if (libraries.length > 0) {
      faults.push({
        code: 'ENV_PRELOAD',
        what: `${name} names ${libraries.join(' ').slice(0, 120)}: code that is not Quadrant's runs within it`,
        fix: `unset ${name}`,
      })
    }
  }
  for (const { option, from } of having(RECORD)) {
    faults.push({
      code: 'ENV_DEBUG_OUTPUT',
      what: `${from} has ${option.replace(/=.*/, '')}: memory, calls or keys would be written to files`,
      fix: 'start Node without it',
    })
  }
  for (const name of LOUD) {
    if (isOn(variables[name])) {
      faults.push({
        code: 'ENV_DEBUG_OUTPUT',
        what: `${name} is set: what is sent and received may be printed, keys included`,
        fix: `unset ${name}`,
      })
    }
  }
  for (const name of LEVELS) {
    if (/^(?:trace|debug|silly|verbose|all)$/i.test(textOf(variables, name))) {
      faults.push({
        code: 'ENV_DEBUG_OUTPUT',
        what: `${name} is ${textOf(variables, name)}: frames may be printed, keys included`,
        fix: `set ${name} to info, or unset it`,
      })
    }
  }
  return { faults, warnings: [] }
}

/** '-r x' is two words of one option: the second says nothing by itself. */
const splitOptions = (text: string): readonly string[] => text.split(/\s+/).filter(option => option.startsWith('-'))
