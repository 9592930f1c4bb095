// The bridge for the contract: a descriptor like any other, around which the simulated terminal finds the port to dial.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MT5_BRIDGE } from '../../../src/adapters/mt5/mt5.ts'
import type { Clock } from '../../../src/connectivity/clock.ts'
import type { LiveSource, SourceDescriptor, SourceParts } from '../../../src/connectivity/source.ts'
import type { LiveEvent } from '../../../src/domain/event.ts'
import type { Identity } from '../../venues/authority.ts'
import { Mt5Terminal } from '../../venues/mt5-terminal.ts'
import type { Venue, VenueOptions } from '../../venues/venue.ts'

/** The terminal and the certificate of each rig, by the one thing that both sides are given. */
const rigs = new WeakMap<Clock, { readonly terminal: Mt5Terminal; readonly identity: Identity }>()

export async function startMt5Terminal(options: VenueOptions): Promise<Venue> {
  const identity = await options.authority.issue(['bridge.example'])
  const terminal = new Mt5Terminal(options)
  rigs.set(options.clock, { terminal, identity })
  return terminal
}

/** The terminal dials in through the rig's bad network, which stands in front of what is dialled. */
export const MT5_BRIDGE_IN_A_RIG: SourceDescriptor = {
  ...MT5_BRIDGE,
  hosts: { live: ['127.0.0.1'], practice: ['127.0.0.1'] },
  live: (parts, subscriptions) => {
    const { terminal, identity } = rigs.get(parts.clock)!
    const files = writeIdentity(parts, identity)
    const settings = {
      QUADRANT_MT5_BRIDGE_LISTEN: '127.0.0.1:0',
      QUADRANT_MT5_BRIDGE_CERTIFICATE: files.certificate,
      QUADRANT_MT5_BRIDGE_KEY: files.key,
    }
    const source = MT5_BRIDGE.live!({ ...parts, settings }, subscriptions)
    return installing(source, {
      found: door => terminal.install({ ...door, dial: () => parts.network.tcp({ host: '127.0.0.1', port: 8443 }) }),
      left: () => terminal.retire(),
    })
  },
}

function writeIdentity({ stateFolder }: SourceParts, { cert, key }: Identity) {
  mkdirSync(stateFolder, { recursive: true })
  const files = { certificate: join(stateFolder, 'bridge.pem'), key: join(stateFolder, 'bridge.key') }
  writeFileSync(files.certificate, cert)
  writeFileSync(files.key, key)
  return files
}

/** The owner of the terminal reads port and thumbprint from what the source says, and takes the advisor off at the end. */
function installing(
  source: LiveSource,
  of: { readonly found: (door: { port: number; thumbprint: string }) => void; readonly left: () => void },
): LiveSource {
  return {
    batches: () => {
      const inner = source.batches()[Symbol.asyncIterator]()
      return {
        [Symbol.asyncIterator]: (): AsyncIterator<readonly LiveEvent[]> => ({
          async next() {
            const result = await inner.next()
            for (const event of result.done ? [] : result.value) {
              const said = event.kind === 'link-change' ? /:(\d+); thumbprint to pin ([0-9A-F]{40})$/.exec(event.reason) : null
              if (said) of.found({ port: Number(said[1]), thumbprint: said[2]! })
            }
            return result
          },
          async return() {
            of.left()
            await inner.return?.()
            return { done: true, value: undefined }
          },
        }),
      }
    },
  }
}
