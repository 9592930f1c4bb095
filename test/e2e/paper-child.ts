// A paper run in a process of its own, to be killed: `node paper-child.ts JSON` prints its notes, one line each.
import { KRAKEN } from '../../src/adapters/kraken/kraken.ts'
import { parseRunConfig } from '../../src/apps/config.ts'
import { runPaper } from '../../src/apps/live/paper.ts'

export interface PaperChild {
  readonly home: string
  readonly config: string
  /** Where the names lead, 'ws.kraken.com:443' to a port of loopback. */
  readonly ports: Readonly<Record<string, number>>
  readonly authority: string
}

const { home, config, ports, authority } = JSON.parse(process.argv[2]!) as PaperChild
const { instruments: _, ...source } = KRAKEN

await runPaper(parseRunConfig(config, { file: 'paper-test.yaml' }), {
  home,
  signal: new AbortController().signal,
  onNote: note => process.stdout.write(`${JSON.stringify(note)}\n`),
  sources: [source],
  routes: {
    route: ({ host, port }) => ({ host: '127.0.0.1', port: ports[`${host}:${port}`] ?? 1 }),
    authorities: [authority],
  },
})
