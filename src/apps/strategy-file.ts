// Loads strategies: the shipped ones by name, anybody's by the path of a .ts file.
import { existsSync, readdirSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Strategy } from '../domain/strategy.ts'
import { Failure } from './failure.ts'
import { didYouMean } from './suggest.ts'

/** The folder of the shipped strategies. */
export const shippedFolder = resolve(import.meta.dirname, '../../strategies')
const SDK = new URL('../sdk/sdk.ts', import.meta.url).href

/** Names of the shipped strategies, sorted. */
export function shippedStrategies(): string[] {
  return strategyFiles(shippedFolder).map(file => file.slice(0, -'.ts'.length))
}

/** The .ts files of a folder that are no tests, sorted; none when there is no such folder. */
export function strategyFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
    .sort()
}

/**
 * `path` wins over `use`. Throws Failure STRATEGY_NOT_FOUND, or STRATEGY_INVALID when the file does not load or does not
 * export a strategy.
 */
export async function loadStrategy({
  use,
  path,
}: {
  readonly use: string
  readonly path: string | undefined
}): Promise<Strategy> {
  const file = strategyPath({ use, path })
  if (!existsSync(file) || (path === undefined && !shippedStrategies().includes(use))) throw notFound(use, path)

  nameTheSdk()
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(file).href)) as { default?: unknown }).default
  } catch (error) {
    throw invalid(use, `does not load: ${(error as Error).message.split('\n')[0]}`)
  }
  if (!isStrategy(exported)) throw invalid(use, 'has no strategy as its default export')
  return exported
}

/** Where a strategy's source lies. */
export const strategyPath = ({ use, path }: { readonly use: string; readonly path: string | undefined }): string =>
  path ?? join(shippedFolder, `${use}.ts`)

function isStrategy(value: unknown): value is Strategy {
  const candidate = value as Partial<Strategy> | null | undefined
  return (
    typeof candidate === 'object' &&
    typeof candidate?.name === 'string' &&
    typeof candidate.measures === 'function' &&
    typeof candidate.decide === 'function'
  )
}

let named = false

/** `import … from 'quadrant'` means this installation's sdk, wherever the strategy's file lies. */
function nameTheSdk(): void {
  if (named) return
  named = true
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'quadrant' ? { url: SDK, shortCircuit: true } : next(specifier, context),
  })
}

function notFound(use: string, path: string | undefined): Failure {
  if (path !== undefined) {
    return new Failure('STRATEGY_NOT_FOUND', {
      message: `there is no strategy file '${path}'`,
      fix: "correct the path (it is relative to the configuration's folder), or write one with `quadrant strategy new NAME`",
    })
  }
  return new Failure('STRATEGY_NOT_FOUND', {
    message: `there is no shipped strategy '${use}'.${didYouMean(use, shippedStrategies())}`,
    fix: `use one of ${shippedStrategies().join(', ')}, or the path of a .ts file`,
  })
}

const invalid = (use: string, what: string): Failure =>
  new Failure('STRATEGY_INVALID', {
    message: `the strategy '${use}' ${what}`,
    fix: 'docs/write-a-strategy.md shows the form; `quadrant strategy new NAME` writes a working one',
  })
