// What no page of Markdown can hold: files that cannot be read, made here, and such as only look like it.
import type { CorpusFile, CorpusText } from './corpus-text.ts'

const violation = (name: string, path: string, content: string | Uint8Array): CorpusText => text(name, false, { path, content })
const lookAlike = (name: string, path: string, content: string | Uint8Array): CorpusText => text(name, true, { path, content })

function text(name: string, isClean: boolean, file: CorpusFile): CorpusText {
  const language = file.path.split('.').at(-1) ?? ''
  return { rule: 'unreadable', isClean, name: `${isClean ? 'clean, ' : ''}unreadable: ${name}`, files: [file], language }
}

const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 197 + (i >> 3) * 89) & 0xff)

const deep = (open: string, inside: string, close: string, depth: number): string =>
  `${open.repeat(depth)}${inside}${close.repeat(depth)}`

export const UNREADABLE_TEXTS: readonly CorpusText[] = [
  violation('bytes of a program, 1', 'feed.ts', noise(4096)),
  violation('bytes of a program, 2', 'feed.js', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, ...noise(512)])),
  violation('bytes of a program, 3', 'feed.py', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, ...noise(512)])),

  violation('broken syntax, 1', 'quote.ts', 'export function quote(symbol: string) {\n  return { symbol, bid: 1\n'),
  violation('broken syntax, 2', 'quote.js', 'const quote = symbol => (\nmodule.exports = { quote }}\n'),
  violation('broken syntax, 3', 'quote.py', 'def quote(symbol:\n    return {"symbol": symbol\n'),

  violation(
    'a quarrel of two branches, 1',
    'merge.ts',
    '<<<<<<< HEAD\nexport const a = 1\n=======\nexport const a = 2\n>>>>>>> work\n',
  ),
  violation('a quarrel of two branches, 2', 'merge.js', 'let a\n<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> work\n'),
  violation('a quarrel of two branches, 3', 'merge.py', '<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> work\n'),

  violation('nested beyond reason, 1', 'deep.ts', `export const deep = ${deep('[', '1', ']', 100_000)}\n`),
  violation('nested beyond reason, 2', 'deep.js', `module.exports = ${deep('(', '1', ')', 100_000)}\n`),
  violation('nested beyond reason, 3', 'deep.py', `deep = ${deep('[', '1', ']', 100_000)}\n`),

  violation('huge, 1', 'huge.ts', `export const rows = [\n${'  [1700000000000, 1, 2],\n'.repeat(1_200_000)}]\n`),
  violation('huge, 2', 'huge.js', `module.exports = [\n${'  [1700000000000, 1, 2],\n'.repeat(1_200_000)}]\n`),
  violation('huge, 3', 'huge.py', `ROWS = [\n${'    [1700000000000, 1, 2],\n'.repeat(1_200_000)}]\n`),

  lookAlike('a byte order mark, 1', 'bom.ts', '\ufeffexport const lotSize = 100_000\n'),
  lookAlike('a byte order mark, 2', 'bom.py', '\ufeffLOT_SIZE = 100_000\n'),
  lookAlike('line ends of Windows', 'crlf.js', "'use strict'\r\n\r\nmodule.exports = {\r\n  lotSize: 100000,\r\n}\r\n"),
  lookAlike('nothing at all, 1', 'empty.ts', ''),
  lookAlike('nothing at all, 2', '__init__.py', ''),
  lookAlike(
    'one long line',
    'bundle.min.js',
    `${Array.from({ length: 4_000 }, (_, i) => `function f${i}(a,b){return a+b*${i}}`).join(';')}\n`,
  ),
  lookAlike('deep as people write it', 'tree.ts', `export const tree = ${deep('[', '', ']', 40)}\n`),
  lookAlike('a thousand links in a chain', 'chain.js', `module.exports = q => q${'.next()'.repeat(1_000)}\n`),
  lookAlike('names in other scripts', 'names.py', 'größe = 1\nцена = größe + 1\n名前 = "ドル円"\n'),
]
