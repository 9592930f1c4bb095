// The texts of a new strategy, its configuration and its project folder: small, working, and meant to be changed.

/** A strategy on daily bars. Its name is kebab-case. */
export function strategyText(name: string): string {
  return `// Buys a dip to the fast average inside an up-trend, and leaves when the trend is lost.
import { atr, ema, exit, hold, int, long, number, percent, strategy } from 'quadrant'

export default strategy({
  name: '${name}',
  bar: '1d',
  params: {
    fast: int(10, { min: 3, max: 60 }),
    slow: int(40, { min: 20, max: 300 }),
    stopAtrs: number(2, { min: 0.5, max: 10 }),
    risk: percent(0.5, { min: 0.05, max: 1 }),
  },
  check: p => (p.fast < p.slow ? [] : ['fast must be smaller than slow']),

  // What is measured at each bar. Warm-up follows from it: nothing is decided before every measure is ready.
  features: p => ({ fast: ema(p.fast), slow: ema(p.slow), atr: atr(14) }),

  // Asked at each bar's close. Every hold says why: \`quadrant why RUN --not --at T\` prints it.
  decide({ bar, f, p, position }) {
    if (position) return f.fast.now < f.slow.now ? exit('trend lost') : hold('the trend holds')
    if (f.fast.now < f.slow.now) return hold('no up-trend')
    if (bar.low > f.fast.now) return hold('no pull-back yet')

    const stop = bar.close - p.stopAtrs * f.atr.now
    if (!(stop < bar.close)) return hold('no movement to measure a stop by')
    return long({ stop, target: '2R', risk: p.risk, why: 'pull-back in an up-trend' })
  },
})
`
}

/** A run of it on a bundled daily series. `use` is a shipped name or a path relative to the configuration. */
export function configText({ name, use, from }: { readonly name: string; readonly use: string; readonly from: string }): string {
  return `# yaml-language-server: $schema=./run.schema.json
# What is not said here has the default that run.schema.json names.
name: ${name}
from: ${from}
account: { currency: USD, equity: '100000' }
data:
  - { instrument: WTI.EIA, kind: bar, bar: 1d }
macro: [CPIAUCSL, UNRATE, INDPRO, DGS2, DGS10]
strategies:
  - use: ${use}
    instrument: WTI.EIA
    bar: 1d
    params: {}
senses: [why, what]
allocation: { method: risk, risk: '0.5%' }
risk:
  # Daily prices: the newest may be a long weekend old, and one day's move is large.
  dataAge: 7d
  collar: '25%'
  # Decades in one run: after a fall of this size nothing new is opened.
  drawdown: '30%'
venue: { latency: 50ms, commission: { rate: '0.01%', minimum: '0' }, fill: next }
quality: { staleAfter: 7d, outlier: 12 }
`
}

export function projectReadme(strategy: string): string {
  return `# A Quadrant project

| what | where |
|---|---|
| the run: data, risk, costs | config/${strategy}.yaml |
| the strategy | strategies/${strategy}.ts |
| data, runs, reports | .quadrant/ (made here, not for git) |

    quadrant backtest run config/${strategy}.yaml
    quadrant backtest run config/${strategy}.yaml --set strategies.0.params.fast=15
    quadrant backtest list
    quadrant strategy test strategies/${strategy}.ts
    quadrant data list

The figures come with Quadrant: daily oil and gas prices of the U.S. Energy Information Administration, and U.S.
government statistics. \`quadrant data import --help\` lists what else can be brought in.
`
}

/** So that editors find the sdk's types; Quadrant itself needs none of it. */
export const projectTsconfig = (sdk: string): string =>
  `${JSON.stringify(
    {
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        erasableSyntaxOnly: true,
        allowImportingTsExtensions: true,
        paths: { quadrant: [sdk] },
      },
      include: ['strategies'],
    },
    null,
    2,
  )}\n`

export const PROJECT_PACKAGE = `${JSON.stringify({ private: true, type: 'module' }, null, 2)}\n`
