// quadrant strategy test: loads a strategy, checks its parameters and warm-up, and runs it on the bundled prices.
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Strategy } from '../../domain/strategy.ts'
import { lakeFolder, stateHome } from '../home.ts'
import { interruptSignal } from './interrupt.ts'
import { runText } from './run-view.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Result {
  readonly check: string
  readonly status: 'ok' | 'warning'
  readonly found: string
}

export function define(command: Command, terminal: Terminal): void {
  command.argument('<file>', "a .ts file, or a shipped strategy's name").action(async (file: string) => {
    const { loadStrategy } = await import('../strategy-file.ts')
    const path = file.endsWith('.ts') || existsSync(file) ? resolve(file) : undefined
    const strategy = await loadStrategy({ use: file, path })
    const checks = [loaded(strategy), ...(await declared(strategy)), await pretending(strategy)]

    const [{ importBundled }, { Lake }, { parseRunConfig }, { testConfigText }, { runBacktest }] = await Promise.all([
      import('../datasets.ts'),
      import('../../adapters/lake/lake.ts'),
      import('../config.ts'),
      import('../project.ts'),
      import('../backtest.ts'),
    ])
    const home = stateHome()
    const lake = new Lake(lakeFolder(home))
    const progress = terminal.progress(basename(file))
    await importBundled(lake, { signal: interruptSignal() })
    lake.close()

    const config = parseRunConfig(testConfigText(path ?? file), { file: 'strategy-test.yaml' })
    const run = await runBacktest(config, {
      home,
      signal: interruptSignal(),
      onProgress: (done, total) => progress.update(done, total),
    })
    progress.end()
    checks.push(...observed(run))

    terminal.answer({ strategy: strategy.name, checks, run }, () =>
      [
        table(
          ['check', 'status', 'found'].map(title => ({ title })),
          checks.map(({ check, status, found }) => [check, status, found]),
        ),
        '',
        runText(run),
      ].join('\n'),
    )
  })
}

const loaded = ({ name, bar }: Strategy): Result => ({ check: 'loads', status: 'ok', found: `${name}, deciding on '${bar}'` })

/** Whether its own code makes up what a market should say. */
async function pretending(strategy: Strategy): Promise<Result> {
  const { inspect } = await import('../../guard/scan/inspect.ts')
  const [first, ...more] = inspect(strategy, { name: strategy.name })
  if (first === undefined) return { check: 'only real data', status: 'ok', found: 'nothing is made up' }
  const others = more.length === 0 ? '' : `, and ${more.length} more: quadrant guard scan`
  return { check: 'only real data', status: 'warning', found: `${first.message} (${first.rule})${others}` }
}

/** Its parameters as declared, and how many bars it waits before its first decision. */
async function declared(strategy: Strategy): Promise<Result[]> {
  const [{ readParameters }, { Failure }] = await Promise.all([import('../../sdk/params.ts'), import('../failure.ts')])
  const { values, faults } = readParameters(strategy.parameters, {})
  const all = [...faults, ...strategy.check(values)]
  if (all.length > 0) {
    throw new Failure('STRATEGY_PARAMETERS', {
      message: `the parameters that '${strategy.name}' starts with do not pass its own check: ${all.join('; ')}`,
      fix: 'change the initial values in params, or the check',
    })
  }

  const measures = Object.entries(strategy.measures(values))
  const [slowest, first] = measures.reduce<[string, number]>(
    (worst, [name, measure]) => (measure.first > worst[1] ? [name, measure.first] : worst),
    ['', 0],
  )
  return [
    {
      check: 'parameters',
      status: 'ok',
      found:
        Object.entries(values)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ') || 'none',
    },
    {
      check: 'warm-up',
      status: 'ok',
      found: slowest === '' ? 'none: decides at the first bar' : `${first + 1} bars (${slowest})`,
    },
  ]
}

function observed(run: { readonly decisions: number; readonly signals: number; readonly trades: number }): Result[] {
  return [
    { check: 'decides', status: run.decisions > 0 ? 'ok' : 'warning', found: `${run.decisions} times` },
    { check: 'acts', status: run.signals > 0 ? 'ok' : 'warning', found: `${run.signals} signals, ${run.trades} closed trades` },
  ]
}
