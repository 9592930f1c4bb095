// Reads the corpus: what is planted and what only looks like it, from the Markdown files in test/guard/corpus/.
//
// A page is about one rule: `# random-walk, first part` (violations) or `# clean, near random-walk` (look-alikes of it). A page of
// several rules has several such lines. `## name` begins a case; its fenced blocks are its texts:
//
//     ```ts                          one text, alone in its folder
//     ```ts file=noise.ts            a file beside the next text: such blocks belong to the next one without `file=`
//     ```ts as=src/main.ts           the text's own name, where the name matters (else subject.ts)
//     ```ts project as=test/a.test.ts   its folder is a project: package.json or pyproject.toml lies beside it
//
// A text of a violation is a disguise; the rule must find something in one of its files. Languages: ts, tsx, js, jsx, py (and json,
// toml for files beside).
import assert from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CorpusFile {
  readonly path: string
  readonly content: string | Uint8Array
}

export interface CorpusText {
  /** The rule that must find it, or that it only looks like. */
  readonly rule: string
  readonly isClean: boolean
  /** 'random-walk: price walks in a loop, 2'. */
  readonly name: string
  /** The subject is the last; alone they are scanned by name, with a project file as the folder that they are. */
  readonly files: readonly CorpusFile[]
  readonly language: string
}

const FOLDER = join(import.meta.dirname, 'corpus')

const PROJECT_FILES: Readonly<Record<string, CorpusFile>> = {
  py: { path: 'pyproject.toml', content: '[project]\nname = "subject"\nversion = "1.0.0"\n' },
  other: { path: 'package.json', content: '{ "name": "subject", "type": "module" }\n' },
}

/** Every text of the corpus, page by page; `only` chooses pages by their names. */
export const readCorpus = (only: (page: string) => boolean = () => true): CorpusText[] =>
  readdirSync(FOLDER)
    .filter(page => page.endsWith('.md') && only(page))
    .sort()
    .flatMap(page => textsOf(readFileSync(join(FOLDER, page), 'utf8'), page))

function textsOf(markdown: string, page: string): CorpusText[] {
  const texts: CorpusText[] = []
  let rule = ''
  let isClean = false
  let name = ''
  let number = 0
  let beside: CorpusFile[] = []
  let block: { readonly info: string; readonly lines: string[] } | undefined

  for (const [i, line] of markdown.split('\n').entries()) {
    if (block !== undefined) {
      if (line !== '```') {
        block.lines.push(line)
        continue
      }
      const { file, language, isProject, isBeside } = described(block)
      block = undefined
      beside.push(file)
      if (isBeside) continue
      if (isProject) beside.unshift(PROJECT_FILES[language] ?? PROJECT_FILES['other']!)

      assert(rule !== '' && name !== '', `${page}:${i + 1}: a text belongs to a rule and a case`)
      number++
      texts.push({ rule, isClean, name: `${isClean ? 'clean, ' : ''}${rule}: ${name}, ${number}`, files: beside, language })
      beside = []
    } else if (line.startsWith('```')) {
      block = { info: line.slice(3), lines: [] }
    } else if (line.startsWith('# ')) {
      const [, clean, id] = /^# (clean, near )?([\w-]+)/.exec(line) ?? []
      assert(id !== undefined, `${page}:${i + 1}: the page says which rule it is about`)
      rule = id
      isClean = clean !== undefined
    } else if (line.startsWith('## ')) {
      name = line.slice(3).trim()
      number = 0
    }
  }
  assert(block === undefined && beside.length === 0, `${page} ends within a text`)
  return texts
}

function described({ info, lines }: { readonly info: string; readonly lines: readonly string[] }) {
  const [language = '', ...words] = info.split(' ')
  const wordFor = (key: string) => words.find(word => word.startsWith(`${key}=`))?.slice(key.length + 1)
  const fileBeside = wordFor('file')
  return {
    file: { path: fileBeside ?? wordFor('as') ?? `subject.${language}`, content: `${lines.join('\n')}\n` },
    language,
    isProject: words.includes('project'),
    isBeside: fileBeside !== undefined,
  }
}
