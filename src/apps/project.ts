// Writes new projects and strategies. What is there already is never overwritten.
import { existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { makeFolder } from '../adapters/lake/durable.ts'
import { Failure } from './failure.ts'
import { runSchemaJson } from './run-schema.ts'
import { configText, PROJECT_PACKAGE, projectReadme, projectTsconfig, strategyText } from './strategy-template.ts'

const SDK = resolve(import.meta.dirname, '../sdk/sdk.ts')
const FIRST = 'first'

/** Makes a project in `folder`, new or existing. Returns the files written, relative to it. Throws Failure FILE_EXISTS. */
export function makeProject(folder: string): string[] {
  return writeNew(folder, {
    'README.md': projectReadme(FIRST),
    'package.json': PROJECT_PACKAGE,
    'tsconfig.json': projectTsconfig(SDK),
    '.gitignore': '.quadrant/\nnode_modules/\n',
    'config/run.schema.json': runSchemaJson(),
    [`config/${FIRST}.yaml`]: configText({ name: FIRST, use: `../strategies/${FIRST}.ts`, from: '1990-01-01' }),
    [`strategies/${FIRST}.ts`]: strategyText(FIRST),
  })
}

/** Writes strategies/NAME.ts and config/NAME.yaml below `folder`. Throws Failure USAGE_NAME or FILE_EXISTS. */
export function makeStrategy(folder: string, name: string): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 60) {
    throw new Failure('USAGE_NAME', {
      message: `'${name}' is no strategy name: lower-case words joined by dashes`,
      fix: `quadrant strategy new ${kebab(name) || 'my-idea'}`,
    })
  }

  const schema = 'config/run.schema.json'
  return writeNew(folder, {
    ...(existsSync(join(folder, schema)) ? {} : { [schema]: runSchemaJson() }),
    [`config/${name}.yaml`]: configText({ name, use: `../strategies/${name}.ts`, from: '1990-01-01' }),
    [`strategies/${name}.ts`]: strategyText(name),
  })
}

/** The configuration that `strategy test` runs a strategy with, on the bundled oil prices. `use` is a name or a whole path. */
export function testConfigText(use: string): string {
  return configText({ name: `test-${kebab(basename(use, '.ts')) || 'strategy'}`, use, from: '1990-01-01' })
}

function writeNew(folder: string, files: Readonly<Record<string, string>>): string[] {
  const there = Object.keys(files).filter(file => existsSync(join(folder, file)))
  if (there.length > 0) {
    throw new Failure('FILE_EXISTS', {
      message: `${relative(process.cwd(), resolve(folder)) || 'this folder'} already has ${there.join(', ')}; nothing was written`,
      fix: 'choose another name or folder, or move the old files away',
    })
  }

  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file)
    makeFolder(dirname(path))
    writeFileSync(path, text, { flag: 'wx' })
  }
  return Object.keys(files)
}

const kebab = (text: string): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
