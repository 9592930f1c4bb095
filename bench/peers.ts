// The same work here and in another engine, in turn in the same minutes: how many times as fast ours is.
// `QUADRANT_PEERS=folder node bench/peers.ts [words of the metric]`; the folder holds Python environments by name.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { dataPack } from '../src/apps/data-pack.ts'
import { benchLake, engineRun, median } from './engine-child.ts'
import type { EngineTimes } from './engine-run.ts'
import { writeFigure } from './figure.ts'
import { inequalities, type Peer, type PeerLine, secondsOf, WORKS, type Work } from './peer-works.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
/** A peer that has not answered by then is broken rather than slow. */
const PATIENCE_MILLIS = 20 * 60_000

interface Surroundings {
  /** The folder with the environments, the one with the scripts, and the data both sides read. */
  readonly environments: string
  readonly scripts: string
  readonly pack: string
}

const surroundings = find()
if (typeof surroundings === 'string') process.stdout.write(`peers · skipped: ${surroundings}\n`)
else if (await benchLake()) compareAll(surroundings, process.argv.slice(2).join(' '))

/** Where everything is, or what is missing. */
function find(): Surroundings | string {
  const { QUADRANT_PEERS: environments = '', QUADRANT_PEER_SCRIPTS: named } = process.env
  if (environments === '') return 'QUADRANT_PEERS names no folder with Python environments (nt2, nt, bt, vbt)'
  if (!existsSync(environments)) return `the folder ${environments} that QUADRANT_PEERS names is not there`

  const pack = dataPack()
  if (pack === undefined) return 'needs the data pack'
  const scripts = resolve(named ?? join(pack, '../peers'))
  if (!existsSync(join(scripts, 'common.py')))
    return 'no scripts of the peers beside the data pack; QUADRANT_PEER_SCRIPTS names their folder'
  return { environments: resolve(environments), scripts, pack }
}

function compareAll(where: Surroundings, wanted: string): void {
  for (const work of WORKS) {
    for (const peer of work.peers) {
      if (!metricOf(work, peer).includes(wanted)) continue
      try {
        compare(work, peer, where)
      } catch (error) {
        if (!(error instanceof PeerError)) throw error
        process.stderr.write(`error ${error.code}: ${metricOf(work, peer)}: ${error.message}\n  fix: ${error.fix}\n`)
        process.exitCode = 1
      }
    }
  }
}

class PeerError extends Error {
  readonly code: 'PEER_FAILED' | 'PEER_UNEQUAL'
  readonly fix: string

  constructor(of: { readonly code: PeerError['code']; readonly message: string; readonly fix: string }) {
    super(of.message)
    this.code = of.code
    this.fix = of.fix
  }
}

const metricOf = (work: Work, peer: Peer): string => `${work.name} vs ${peer.name}: ratio of ${work.unit}`

/** Theirs, ours, theirs, ours. No ratio is written before every round has shown equal work. */
function compare(work: Work, peer: Peer, where: Surroundings): void {
  const python = join(where.environments, peer.environment, 'bin/python')
  if (!existsSync(python)) {
    process.stdout.write(`peers · ${work.name} vs ${peer.name} · skipped: no environment ${peer.environment}\n`)
    return
  }

  const theirs: PeerLine[] = []
  const ours: EngineTimes[] = []
  const loads: number[] = []
  for (let round = 0; round < (peer.slow ? 1 : ROUNDS); round++) {
    theirs.push(runPeer(python, peer, where))
    ours.push(engineRun(work.job))
    loads.push(loadavg()[0]!)

    const unequal = inequalities(work, peer, ours.at(-1)!, theirs.at(-1)!)
    if (ours.at(-1)!.stateHash !== ours[0]!.stateHash) unequal.push('our rounds: two different answers')
    if (unequal.length > 0) {
      const fix = `see whether ${peer.script} or config/${work.job.config}.yaml has changed; unequal work has no ratio`
      throw new PeerError({ code: 'PEER_UNEQUAL', message: unequal.join('; '), fix })
    }
  }
  report(work, peer, { theirs, ours, loads, python: versionOf(python) })
}

function runPeer(python: string, peer: Peer, { scripts, pack }: Surroundings): PeerLine {
  const done = spawnSync(python, [join(scripts, peer.script), ...(peer.words ?? [])], {
    cwd: scripts,
    encoding: 'utf8',
    // Its scripts lie in a folder that is read in place: nothing is compiled into it.
    env: { ...process.env, ...peer.variables, QUADRANT_DATA: pack, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' },
    timeout: PATIENCE_MILLIS,
  })
  const line = done.stdout?.trim().split('\n').at(-1) ?? ''
  if (done.status === 0 && line.startsWith('{')) return JSON.parse(line) as PeerLine

  const why = done.error?.message ?? done.stderr?.trim().split('\n').at(-1) ?? `it ended with ${done.status ?? done.signal}`
  const fix = `run ${peer.script} with the environment ${peer.environment} by hand; its head says which package it needs`
  throw new PeerError({ code: 'PEER_FAILED', message: why, fix })
}

const versionOf = (python: string): string => spawnSync(python, ['--version'], { encoding: 'utf8' }).stdout.trim()

interface Rounds {
  readonly theirs: readonly PeerLine[]
  readonly ours: readonly EngineTimes[]
  readonly loads: readonly number[]
  readonly python: string
}

function report(work: Work, peer: Peer, { theirs, ours, loads, python }: Rounds): void {
  const rateOf = (seconds: number): string =>
    `${seconds.toFixed(3)} s (${Math.round(work.facts / seconds).toLocaleString('en-US')} ${work.unit})`
  // A peer's process runs once. So does ours then: its later runs, which the compiler has made faster, are only noted.
  const cold = ours.map(times => times.engine[0]!)
  const warm = ours.map(times => median(times.engine.slice(1)))
  const compared = peer.warm ? warm : cold
  const engines = theirs.map(line => secondsOf(line).engine)
  const ratio = median(engines) / median(compared)
  const each = compared.map((seconds, round) => engines[round]! / seconds)

  const sums = `ours ${rateOf(median(compared))}, theirs ${rateOf(median(engines))}`
  const note = [
    `${peer.warm ? 'warm runs' : 'first run of a process'} on both sides: ${sums}`,
    `${ours.length} round${ours.length === 1 ? '' : 's'} in turn, ratio ${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`,
    peer.warm ? `our first run ${median(cold).toFixed(3)} s` : `our warm runs ${median(warm).toFixed(3)} s`,
    `reading included: ours ${median(ours.map(times => (peer.warm ? median(times.total.slice(1)) : times.total[0]!))).toFixed(2)} s from the lake, theirs ${median(theirs.map(line => secondsOf(line).total)).toFixed(2)} s from the archives`,
    `peak memory ${Math.max(...ours.map(times => times.rssPeakMb))} and ${Math.round(Math.max(...theirs.map(line => line.rss_peak_mb)))} MB`,
    work.oursAlso === undefined ? '' : `ours also does ${work.oursAlso}: ${ours[0]!.orders} orders`,
    peer.differs === undefined ? '' : `its answer differs as documented: ${peer.differs.because}`,
    `${theirs[0]!.orders} orders there, version ${theirs[0]!.ver}, ${python}`,
    `load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
  ]
  writeFigure({
    bench: 'peers',
    metric: metricOf(work, peer),
    value: Number(ratio.toPrecision(4)),
    unit: 'times',
    ...(peer.atLeast === undefined ? {} : { target: { atLeast: peer.atLeast } }),
    correctnessHash: ours[0]!.stateHash,
    dataHash: ours[0]!.dataHash,
    p50: Number(ratio.toPrecision(4)),
    rssPeakMb: Math.max(...ours.map(times => times.rssPeakMb)),
    note: note.filter(part => part !== '').join('; '),
  })
  process.stdout.write(`  ${sums}\n`)
}
