// Reads the source tree for the tests that keep its shape: which files there are, what they import, what they say.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')

export interface SourceFile {
  /** From the root, with slashes: 'src/domain/order.ts'. */
  readonly path: string
  readonly text: string
  /** The text without comments and without the insides of strings: what a rule about words may be held against. */
  readonly code: string
  /** As written: './order.ts', 'node:fs', 'yaml'. */
  readonly imports: readonly string[]
  /** Those of them that are loaded only when called for: `import('…')`. */
  readonly lazy: readonly string[]
}

/** Every file that ships: no tests, and no programs that only a test starts. */
export function sourceFiles(...patterns: string[]): SourceFile[] {
  return globSync(patterns, { cwd: ROOT })
    .filter(path => !/\.(?:test|fixture)\.ts$/.test(path))
    .sort()
    .map(path => sourceFile(path, readFileSync(join(ROOT, path), 'utf8')))
}

export const sourceFile = (path: string, text: string): SourceFile => ({
  path,
  text,
  code: withoutProse(text),
  imports: importsOf(text),
  lazy: [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].map(match => match[1]!),
})

/** The file a relative import means, from the root; undefined for a package. */
export const target = (from: SourceFile, specifier: string): string | undefined =>
  specifier.startsWith('.') ? normalize(join(dirname(from.path), specifier)) : undefined

export const read = (path: string): string | undefined =>
  existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : undefined

/** `from '…'`, `import '…'`, `import('…')` and `new URL('./worker.ts', import.meta.url)`. */
function importsOf(text: string): string[] {
  const statements =
    /^(?:import|export)\b[^'"`;=(]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+\.ts)['"]/gm
  return [...text.matchAll(statements)].map(([, ...names]) => names.find(name => name !== undefined) ?? '')
}

/** Comments go; strings and regular expressions keep their quotes; of templates what is between `${` and `}` stays, since that is code. */
function withoutProse(text: string): string {
  const prose =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{;]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g
  return text.replace(prose, found => {
    if (found.startsWith('/')) return ' '
    if (!found.startsWith('`')) return "''"
    return [...found.matchAll(/\$\{([^}]*)\}/g)].map(hole => ` ${hole[1]} `).join(' ')
  })
}
