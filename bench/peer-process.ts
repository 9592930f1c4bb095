// Other engines as processes: where their environments and scripts are, and one run of a script.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { dataPack } from '../src/apps/data-pack.ts'
import type { Peer, PeerLine } from './peer-works.ts'

/** A peer that has not answered by then is broken rather than slow. */
const PATIENCE_MILLIS = 20 * 60_000

export interface Peers {
  /** The folder with the Python environments, the one with the scripts, and the data that both sides read. */
  readonly environments: string
  readonly scripts: string
  readonly pack: string
}

export class PeerError extends Error {
  readonly code: 'PEER_FAILED' | 'PEER_UNEQUAL'
  readonly fix: string

  constructor(of: { readonly code: PeerError['code']; readonly message: string; readonly fix: string }) {
    super(of.message)
    this.code = of.code
    this.fix = of.fix
  }
}

/** Where everything is, or in words what is missing. */
export function findPeers(): Peers | string {
  const { QUADRANT_PEERS: environments = '', QUADRANT_PEER_SCRIPTS: named } = process.env
  if (environments === '') return 'QUADRANT_PEERS names no folder with Python environments (nt2, nt, bt, vbt)'
  if (!existsSync(environments)) return `the folder ${environments} that QUADRANT_PEERS names is not there`

  const pack = dataPack()
  if (pack === undefined) return 'needs the data pack'
  const scripts = resolve(named ?? join(pack, '../peers'))
  if (!existsSync(join(scripts, 'common.py')))
    return `no scripts of the peers in ${scripts}; QUADRANT_PEER_SCRIPTS names their folder`
  return { environments: resolve(environments), scripts, pack }
}

/** The peer's Python, or undefined when its environment is not installed. */
export function pythonOf(peer: Peer, { environments }: Peers): string | undefined {
  const python = join(environments, peer.environment, 'bin/python')
  return existsSync(python) ? python : undefined
}

/** What the peer's script prints. Throws PeerError PEER_FAILED when it ends without an answer. */
export function runPeer(peer: Peer, peers: Peers): PeerLine {
  const done = spawnSync(pythonOf(peer, peers)!, [join(peers.scripts, peer.script), ...(peer.words ?? [])], {
    cwd: peers.scripts,
    encoding: 'utf8',
    // The scripts are read in place, so nothing is compiled into their folder.
    env: { ...process.env, ...peer.variables, QUADRANT_DATA: peers.pack, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' },
    timeout: PATIENCE_MILLIS,
  })
  const line = lastLine(done.stdout)
  if (done.status === 0 && line.startsWith('{')) return JSON.parse(line) as PeerLine

  const message = done.error?.message ?? (lastLine(done.stderr) || `it ended with ${done.status ?? done.signal}`)
  const fix = `run ${peer.script} in the environment ${peer.environment} by hand; its first lines say what it needs`
  throw new PeerError({ code: 'PEER_FAILED', message, fix })
}

export function versionOf(peer: Peer, peers: Peers): string {
  return spawnSync(pythonOf(peer, peers)!, ['--version'], { encoding: 'utf8' }).stdout.trim()
}

const lastLine = (text: string | null): string => text?.trim().split('\n').at(-1) ?? ''
