// The same work here and in another engine, in turn in the same minutes: how many times as fast ours is.
// `QUADRANT_PEERS=folder node bench/peers.ts [words of the metric]`; the folder holds Python environments by name.
import { loadavg } from 'node:os'
import { benchLake, inTurn, median } from './engine-child.ts'
import type { EngineTimes } from './engine-run.ts'
import { writeFigure } from './figure.ts'
import { findPeers, PeerError, type Peers, pythonOf, runPeer, versionOf } from './peer-process.ts'
import { inequalities, type Peer, type PeerLine, secondsOf, WORKS, type Work } from './peer-works.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)

const peers = findPeers()
if (typeof peers === 'string') process.stdout.write(`peers · skipped: ${peers}\n`)
else if (await benchLake()) compareAll(peers, process.argv.slice(2).join(' '))

function compareAll(found: Peers, wanted: string): void {
  for (const work of WORKS) {
    for (const peer of work.peers) {
      const metric = metricOf(work, peer)
      if (!metric.includes(wanted)) continue
      if (pythonOf(peer, found) === undefined) {
        process.stdout.write(`peers · ${metric} · skipped: no environment ${peer.environment}\n`)
        continue
      }
      try {
        report(work, peer, compare(work, peer, found))
      } catch (error) {
        if (!(error instanceof PeerError)) throw error
        process.stderr.write(`error ${error.code}: ${metric}: ${error.message}\n  fix: ${error.fix}\n`)
        process.exitCode = 1
      }
    }
  }
}

function metricOf(work: Work, peer: Peer): string {
  return `${work.name} vs ${peer.name}: ratio of ${work.unit}`
}

interface Rounds {
  readonly theirs: readonly PeerLine[]
  readonly ours: readonly EngineTimes[]
  readonly loads: readonly number[]
  readonly python: string
}

/** Theirs, ours, theirs, ours. Throws PeerError unless every round shows equal work, so that no ratio is made of unequal work. */
function compare(work: Work, peer: Peer, found: Peers): Rounds {
  const theirs: PeerLine[] = []
  const ours: EngineTimes[] = []
  const loads: number[] = []
  for (let round = 0; round < (peer.slow ? 1 : ROUNDS); round++) {
    const line = runPeer(peer, found)
    const times = inTurn({ ours: work.job }, 1).ours
    theirs.push(line)
    ours.push(times)
    loads.push(loadavg()[0]!)

    const unequal = inequalities(work, peer, times, line)
    if (times.stateHash !== ours[0]!.stateHash) unequal.push('our rounds: two different answers')
    if (unequal.length === 0) continue
    const fix = `see what changed in ${peer.script} or config/${work.job.config}.yaml; unequal work has no ratio`
    throw new PeerError({ code: 'PEER_UNEQUAL', message: unequal.join('; '), fix })
  }
  return { theirs, ours, loads, python: versionOf(peer, found) }
}

/** A peer's process runs once, so ours is compared by its first run; later ones, which the compiler has made faster, are noted. */
function report(work: Work, peer: Peer, rounds: Rounds): void {
  const { ours, theirs } = rounds
  const compared = ours.map(times => of(times.engine, peer))
  const engines = theirs.map(line => secondsOf(line).engine)
  const ratio = Number((median(engines) / median(compared)).toPrecision(4))
  const each = compared.map((seconds, round) => engines[round]! / seconds)

  const rate = (seconds: number) =>
    `${seconds.toFixed(3)} s (${Math.round(work.facts / seconds).toLocaleString('en-US')} ${work.unit})`
  const medians = `ours ${rate(median(compared))}, theirs ${rate(median(engines))}`
  const spread = `rounds: ${ours.length}, ratio ${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)}`
  writeFigure({
    bench: 'peers',
    metric: metricOf(work, peer),
    value: ratio,
    unit: 'times',
    ...(peer.atLeast === undefined ? {} : { target: { atLeast: peer.atLeast } }),
    correctnessHash: ours[0]!.stateHash,
    dataHash: ours[0]!.dataHash,
    p50: ratio,
    rssPeakMb: Math.max(...ours.map(times => times.rssPeakMb)),
    note: [medians, spread, ...circumstances(work, peer, rounds)].join('; '),
  })
  process.stdout.write(`  ${medians}\n`)
}

/** The run of a process that is compared: its first, or the median of the later ones. */
function of(seconds: readonly number[], { warm = false }: Pick<Peer, 'warm'>): number {
  return warm ? median(seconds.slice(1)) : seconds[0]!
}

/** What a reader needs to judge the ratio. */
function circumstances(work: Work, peer: Peer, { theirs, ours, loads, python }: Rounds): string[] {
  const { ver, orders } = theirs[0]!
  const other = { warm: !peer.warm }
  const ourTotal = median(ours.map(times => of(times.total, peer))).toFixed(2)
  const theirTotal = median(theirs.map(line => secondsOf(line).total)).toFixed(2)
  return [
    peer.warm ? 'warm runs on both sides' : 'the first run of a process on both sides',
    `our ${other.warm ? 'warm' : 'first'} runs ${median(ours.map(times => of(times.engine, other))).toFixed(3)} s`,
    `reading included: ours ${ourTotal} s from the lake, theirs ${theirTotal} s from the archives`,
    `peak memory theirs ${Math.round(Math.max(...theirs.map(line => line.rss_peak_mb)))} MB`,
    ...(work.oursAlso === undefined ? [] : [`ours also does ${work.oursAlso} (${ours[0]!.orders} orders)`]),
    ...(peer.differs === undefined ? [] : [`its answer differs as documented: ${peer.differs.because}`]),
    `${orders} orders there, version ${ver}, ${python}`,
    `load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`,
  ]
}
