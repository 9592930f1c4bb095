// One file by itself: read, parsed, its flow followed, every rule asked. Nothing that can be wrong with a file stops the scan.
import { relative, sep } from 'node:path'
import { allowancesOf } from '../allowances.ts'
import { analyse, type Flow } from '../flow/flow.ts'
import { referencesOf } from '../flow/references.ts'
import { parseJavaScript } from '../javascript/javascript.ts'
import { mayBeDeep } from '../program/deep-text.ts'
import { NestedTooDeep } from '../program/nesting.ts'
import type { Parsed } from '../program/parsed.ts'
import type { Language, Program } from '../program/program.ts'
import { lineCount } from '../program/text-lines.ts'
import { isTestFile } from '../project/project-tests.ts'
import type { SourceFile } from '../project/source-files.ts'
import { sourceText } from '../project/source-text.ts'
import { parsePython } from '../python/python.ts'
import type { Module, Rule } from '../rule.ts'
import { RULES } from '../rules/all.ts'
import { examineApart } from './examine-apart.ts'
import { type Examined, type Subject, unread } from './examined.ts'

/** For Python `openPython` must have been awaited before. `judge` decides where the text is judged: here, unless that is dangerous. */
export function examine(source: SourceFile, judge: (subject: Subject) => Examined = careful): Examined {
  const { file, isTest } = source
  const read = sourceText(source)
  switch (read.kind) {
    case 'text':
      return judge({ file, text: read.text, language: read.language, isTest, ...placeOf(source) })
    case 'unreadable':
      return unread(file, { at: 0, message: read.why })
    case 'generated':
      return { ...unread(file), generated: read.why }
  }
}

const placeOf = ({ path, project, isGiven }: SourceFile): Pick<Subject, 'place'> =>
  project === undefined || isGiven ? {} : { place: relative(project, path).replaceAll(sep, '/') }

const careful = (subject: Subject): Examined => (mayBeDeep(subject.text) ? examineApart(subject) : examineText(subject))

export function examineText({ file, text, language, isTest, place = '' }: Subject): Examined {
  try {
    const parsed = parse(file, text, language)
    if (!('fault' in parsed)) return judged({ ...parsed.program, place }, isTest)
    // What stands in the readable part of a broken file is no less true for the rest of it.
    const readable = parsed.partial === undefined ? unread(file) : judged({ ...parsed.partial, place }, isTest)
    return { ...readable, lines: lineCount(text), fault: parsed.fault }
  } catch (error) {
    return {
      ...unread(file, { at: error instanceof NestedTooDeep ? error.at : 0, message: reasonOf(error) }),
      lines: lineCount(text),
    }
  }
}

const parse = (file: string, text: string, language: Language): Parsed =>
  language === 'python' ? parsePython(file, text) : parseJavaScript(file, text, language)

function judged(program: Program, isTest: boolean): Examined {
  let known: Flow | undefined
  const module: Module = {
    program,
    isTest,
    get flow() {
      known ??= analyse(program)
      return known
    },
  }
  const seen = {
    file: program.file,
    lines: lineCount(program.text),
    hits: RULES.filter(rule => appliesTo(rule, module)).flatMap(rule => rule.check(module).map(hit => ({ rule: rule.id, hit }))),
    allowances: allowancesOf(program.text, program.comments),
  }
  // Nothing goes on from a test: that it is imported at all is a finding of its own.
  if (isTest) return { ...seen, exports: new Map(), references: [] }
  return { ...seen, exports: module.flow.exports, references: referencesOf(program, module.flow) }
}

/** What was named on the command line is production, and yet a test when a test runner would open it: then both kinds look at it. */
const appliesTo = (rule: Rule, { isTest, program }: Module): boolean =>
  rule.looksAt === 'everything' ||
  (rule.looksAt === 'tests'
    ? isTest || isTestFile(program.file.slice(program.file.lastIndexOf('/') + 1)) || usesRunner(program)
    : !isTest)

const RUNNERS =
  /^(?:vitest|jest|@jest\/globals|node:test|mocha|ava|tap|uvu|jasmine|bun:test|@playwright\/test|@japa\/runner|pytest|unittest(?:\..*)?|nose2?|testtools|behave)$/

const usesRunner = ({ body }: Program): boolean => body.some(each => each.kind === 'import' && RUNNERS.test(each.module))

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deep to be followed'
  return error instanceof Error ? `it could not be judged: ${error.message.split('\n')[0]}` : 'it could not be judged'
}
