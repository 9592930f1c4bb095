// What the documents show exists: links lead somewhere, strategies load, commands are in the tree, targets in the Makefile.
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { isGroup, TREE } from '../src/apps/cli/tree.ts'
import type { Strategy } from '../src/domain/strategy.ts'
import { ROOT, read } from './source.ts'

const documents = globSync(['*.md', 'docs/*.md'], { cwd: ROOT })
  .sort()
  .map(path => ({ path, text: read(path) ?? '' }))

test('every link to a file leads to one', () => {
  const broken = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(match => match[1]!)
      .filter(link => !existsSync(join(ROOT, dirname(path), link)))
      .map(link => `${path} → ${link}`),
  )

  expect(broken).toEqual([])
})

test('every whole strategy in the documents loads, starts with sound parameters and measures something', async () => {
  const shown = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/```ts\n(import [^\n]* from 'quadrant'\n[\s\S]*?)```/g)].map(match => ({ path, code: match[1]! })),
  )
  expect(shown.length).toBeGreaterThan(1)

  // A file elsewhere does not know what 'quadrant' means, so it is told.
  const folder = mkdtempSync(join(tmpdir(), 'quadrant-documents-'))
  try {
    for (const [i, { path, code }] of shown.entries()) {
      const file = join(folder, `shown-${i}.ts`)
      writeFileSync(file, code.replace("from 'quadrant'", `from ${JSON.stringify(join(ROOT, 'src/sdk/sdk.ts'))}`))
      const { default: strategy } = (await import(file)) as { readonly default: Strategy }

      const values = Object.fromEntries(Object.entries(strategy.parameters).map(([name, { initial }]) => [name, initial]))
      expect(strategy.check(values), path).toEqual([])
      expect(Object.keys(strategy.measures(values)).length, path).toBeGreaterThan(0)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('every command in the documents is a command', () => {
  const commands = new Set(
    TREE.flatMap(entry => (isGroup(entry) ? entry.commands.map(leaf => `${entry.name} ${leaf.name}`) : [entry.name])),
  )
  const groups = new Set(TREE.filter(isGroup).map(group => group.name))
  const typed = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:bin\/|`)quadrant ([a-z]+)(?: ([a-z]+))?/g)].map(([, first = '', second = '']) => ({
      path,
      command: groups.has(first) ? `${first} ${second}` : first,
    })),
  )

  expect(typed.length).toBeGreaterThan(5)
  // '`quadrant data`' alone names the group.
  expect(
    typed
      .filter(({ command }) => !commands.has(command) && !groups.has(command.trim()))
      .map(({ path, command }) => `${path} → ${command}`),
  ).toEqual([])
})

test('every make target in the documents is in the Makefile', () => {
  const targets = new Set([...(read('Makefile') ?? '').matchAll(/^([a-z]+):/gm)].map(match => match[1]))
  const typed = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:`|^)make ([a-z]+)/gm)].map(match => ({ path, target: match[1] })),
  )

  expect(typed.length).toBeGreaterThan(2)
  expect(typed.filter(({ target }) => !targets.has(target)).map(({ path, target }) => `${path} → make ${target}`)).toEqual([])
})
