// Imports of what belongs into tests: libraries that invent, pretend or assert, and modules whose path says so.
import { textsOf } from '../clues/constant-texts.ts'
import { whatForTests } from '../clues/test-libraries.ts'
import type { Call } from '../program/program.ts'
import { isKind, type Node, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

/** Functions besides `import` and `require` that load a module by its name or path. */
const LOADERS: ReadonlySet<string> = new Set([
  'require',
  'module.require',
  'require.main.require',
  'process.getBuiltinModule',
  'process.mainModule.require',
  'importlib.import_module',
  'importlib.__import__',
  '__import__',
  'builtins.__import__',
  'importlib.reload',
  'importlib.util.spec_from_file_location',
  'importlib.machinery.SourceFileLoader',
  'pkgutil.resolve_name',
  'runpy.run_path',
  'runpy.run_module',
  'pydoc.locate',
])

/** A look at the whole text, before any at its calls. */
const MAY_LOAD = /[Rr]equire|getBuiltinModule|import_|importlib|resolve_name|run_path|run_module|locate/

/** Makers of a `require` of one's own. */
const MAKERS = /(?:^|\.)createRequire$/

export const testImport: Rule = {
  id: 'test-import',
  severity: 'error',
  summary: 'a library or module for tests is loaded outside of tests',
  why:
    'Whatever invents names, prices or answers for tests is one call away from a live order once it is loaded beside real code. ' +
    'Move it into a test folder, or take what is real from a source.',
  bad: [
    {
      language: 'typescript',
      code: "import { faker } from '@faker-js/faker/locale/de'\nexport const price = () => faker.finance.amount()",
    },
    { language: 'javascript', code: "const lib = 'cha' + 'nce'\nconst Chance = require(lib)" },
    { language: 'typescript', code: "export { quotes } from './mocks/feed.ts'" },
    { language: 'typescript', code: "const feed = await import('./__fixtures__/quotes.json')" },
    {
      language: 'javascript',
      code: "import { createRequire } from 'node:module'\nconst load = createRequire(import.meta.url)\nload('nock')",
    },
    { language: 'python', code: 'from unittest.mock import MagicMock as Client' },
    { language: 'python', code: "import importlib\nfeed = importlib.import_module('tests.fixtures.ticks')" },
  ],
  good: [
    { language: 'typescript', code: "import type { Mock } from 'vitest'" },
    {
      language: 'typescript',
      code: "import { latest } from './latest.ts'\nimport { run } from 'backtest-engine'\nimport { attest } from './attestation.ts'",
    },
    {
      language: 'typescript',
      code: "import { randomUUID } from 'node:crypto'\nimport { crossRate } from './synthetic-cross.ts'",
    },
    { language: 'python', code: 'import random\nimport secrets\nimport uuid' },
    { language: 'python', code: 'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pytest import Item' },
    { language: 'python', code: 'import backtrader as bt\nfrom statsmodels.tsa.stattools import adfuller' },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const { program, flow } = module
    const { of, parentOf } = survey(program)
    const hits: Hit[] = []

    const look = (specifier: string, node: Node, names?: readonly string[]) => {
      const what = whatForTests(specifier, program.language, names)
      if (what === undefined || isForTypesOnly(node, parentOf)) return
      hits.push({ at: node.at, message: `'${specifier}' is ${what}; nothing outside of tests may load it` })
    }

    for (const node of of('import')) {
      if (node.typeOnly) continue
      look(node.module, node, node.names.length === 0 ? undefined : node.names.map(({ imported }) => imported))
      if (program.language === 'python') {
        // `from . import fixtures`, `from app import mocks`: what is taken may itself be a module.
        for (const { imported } of node.names) {
          if (/^(?!test_)[a-z_]+$/.test(imported)) look(submodule(node.module, imported), node, [])
        }
      }
    }

    for (const node of of('export')) {
      if (node.module !== undefined) look(node.module, node)
    }

    for (const node of of('dynamic-import')) {
      for (const text of textsOf(node.module, module)) look(text, node)
    }

    const made = new Set(
      of('declare').flatMap(({ target, value }) =>
        target.kind === 'name' && isKind(value, 'call') && MAKERS.test(flow.pathOf(value.callee) ?? '') ? [target.name] : [],
      ),
    )
    const loads = ({ callee }: Call) => {
      if (LOADERS.has(flow.pathOf(callee) ?? '')) return true
      if (callee.kind === 'name') return made.has(callee.name)
      return isKind(callee, 'call') && MAKERS.test(flow.pathOf(callee.callee) ?? '')
    }
    const mayLoad = MAY_LOAD.test(program.text)
    for (const node of mayLoad ? of('call') : []) {
      if (!loads(node)) continue
      for (const argument of node.args) {
        for (const text of textsOf(argument, module)) look(text, node)
      }
    }

    return firstOfEach(hits)
  },
}

/** `from app import mocks` → 'app.mocks'. */
const submodule = (module: string, name: string) => (module.endsWith('.') ? `${module}${name}` : `${module}.${name}`)

/** One place is one finding, whatever the number of names it takes. */
const firstOfEach = (hits: readonly Hit[]) => [...new Map([...hits].reverse().map(hit => [hit.at, hit])).values()].reverse()

/** Inside `if TYPE_CHECKING:`, which no running program enters. */
function isForTypesOnly(node: Node, parentOf: (node: Node) => Node | undefined): boolean {
  let inner = node
  for (let around = parentOf(node); around !== undefined; around = parentOf(around)) {
    if (isKind(around, 'if') && around.then.some(statement => statement === inner)) {
      const names = [...within(around.test)]
      const says = names.some(part => (isKind(part, 'name') || isKind(part, 'member') ? saysTypeChecking(part) : false))
      if (says && !isKind(around.test, 'operation')) return true
    }
    inner = around
  }
  return false
}

const saysTypeChecking = (
  node: { readonly kind: 'name'; readonly name: string } | { readonly kind: 'member'; readonly property: string | undefined },
) => (node.kind === 'name' ? node.name : node.property) === 'TYPE_CHECKING'
