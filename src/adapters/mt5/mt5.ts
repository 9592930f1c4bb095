// MetaTrader 5: two routes to the same terminal, the sidecar beside it and the bridge it dials, and the last values of both.
import { randomUUID } from 'node:crypto'
import { lineLink } from '../../connectivity/line-link.ts'
import { LiveFeed } from '../../connectivity/live-feed.ts'
import type { LiveSource, Need, SourceDescriptor, SourceParts, Subscription } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { LiveEvent } from '../../domain/event.ts'
import type { AssetClass } from '../../domain/instrument.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { LinkState } from '../../domain/source.ts'
import { BridgeConversation } from './bridge-conversation.ts'
import { BridgeGateway } from './bridge-gateway.ts'
import { type SymbolListing, symbolsOfTerminal } from './bridge-symbols.ts'
import { LastKnownSource, lastKnownFile, remembering } from './last-known.ts'
import { SidecarConversation } from './sidecar-conversation.ts'
import { instrumentMeta, type SymbolFacts } from './symbol-facts.ts'
import { listSymbols, metasOf, type SymbolList } from './symbol-list.ts'
import { terminalAccount } from './terminal-account.ts'

const ASSET_CLASSES: readonly AssetClass[] = ['forex', 'metal', 'energy', 'index', 'crypto', 'equity', 'etf', 'future']
const LICENCE = "the broker's terms; own use, not to be passed on"
const LOOPBACK = '127.0.0.1'

const LOGIN: Need = {
  variable: 'QUADRANT_MT5_LOGIN',
  what: 'the account number that the terminal is logged in with',
  secret: false,
  pattern: /^\d{4,12}$/,
}
const SERVER: Need = { variable: 'QUADRANT_MT5_SERVER', what: "the broker's server, as the terminal shows it", secret: false }

const SIDECAR = { port: 'QUADRANT_MT5_SIDECAR_PORT', token: 'QUADRANT_MT5_SIDECAR_TOKEN' } as const
const SIDECAR_PORT_DEFAULT = 7465

export const MT5_DIRECT: SourceDescriptor = {
  name: 'mt5-direct',
  title: 'MetaTrader 5, beside the terminal',
  assetClasses: ASSET_CLASSES,
  gives: ['quotes', 'trades', 'books', 'instruments'],
  needs: [
    { variable: SIDECAR.token, what: 'the token that the sidecar was started with', secret: true, pattern: /^.{16,}$/ },
    { variable: SIDECAR.port, what: 'the port of the sidecar on this machine', secret: false, optional: true, pattern: /^\d+$/ },
    { ...LOGIN, optional: true },
    { ...SERVER, optional: true },
  ],
  hosts: { live: [LOOPBACK], practice: [LOOPBACK] },
  level: 'L1',
  licence: LICENCE,
  symbolExample: 'EURUSD',
  live: (parts, subscriptions) => remembering(direct(parts, subscriptions), { file: lastKnownFile(parts), subscriptions }),
  instruments: async parts => {
    const list = await listSymbols(lineLink(parts.network, sidecarTarget(parts)), {
      token: setting(parts, SIDECAR.token),
      clock: parts.clock,
    })
    return metasOf(list)
  },
  accounts: parts => terminalAccount(lineLink(parts.network, sidecarTarget(parts)), setting(parts, SIDECAR.token)),
}

const BRIDGE = {
  listen: 'QUADRANT_MT5_BRIDGE_LISTEN',
  certificate: 'QUADRANT_MT5_BRIDGE_CERTIFICATE',
  key: 'QUADRANT_MT5_BRIDGE_KEY',
  secret: 'QUADRANT_MT5_BRIDGE_SECRET',
  wait: 'QUADRANT_MT5_BRIDGE_WAIT',
} as const

const LISTEN_DEFAULT = '0.0.0.0:8443'
const WAIT_SECONDS_DEFAULT = 20

export const MT5_BRIDGE: SourceDescriptor = {
  name: 'mt5-bridge',
  title: 'MetaTrader 5, over the secure bridge',
  assetClasses: ASSET_CLASSES,
  gives: ['quotes', 'trades', 'books', 'bars', 'calendar', 'instruments'],
  needs: [
    LOGIN,
    SERVER,
    {
      variable: BRIDGE.secret,
      what: 'the secret that the Expert Advisor shares with this machine',
      secret: true,
      pattern: /^.{32,}$/,
    },
    { variable: BRIDGE.certificate, what: 'the file of the certificate that the Expert Advisor pins (PEM)', secret: false },
    { variable: BRIDGE.key, what: "the file of the certificate's key (PEM)", secret: false },
    {
      variable: BRIDGE.listen,
      what: `address and port to listen on; ${LISTEN_DEFAULT} when not given`,
      secret: false,
      optional: true,
    },
    {
      variable: BRIDGE.wait,
      what: `seconds to wait for the terminal when its symbols are wanted; ${WAIT_SECONDS_DEFAULT} when not given`,
      secret: false,
      optional: true,
      pattern: /^\d+$/,
    },
  ],
  // The terminal dials in; nothing is dialled.
  hosts: { live: [], practice: [] },
  level: 'L1',
  licence: LICENCE,
  symbolExample: 'EURUSD',
  live: (parts, subscriptions) => remembering(bridge(parts, subscriptions), { file: lastKnownFile(parts), subscriptions }),
  instruments: async parts => metasOf(await listOverBridge(parts)),
}

export const MT5_CACHE: SourceDescriptor = {
  name: 'mt5-cache',
  title: 'MetaTrader 5, last known values (for reading only)',
  assetClasses: ASSET_CLASSES,
  gives: ['quotes'],
  needs: [],
  hosts: { live: [], practice: [] },
  // It speaks to no service that could be simulated: its own tests are all there is.
  level: 'L0',
  licence: LICENCE,
  symbolExample: 'EURUSD',
  live: (parts, subscriptions) =>
    new LastKnownSource({
      file: lastKnownFile(parts),
      clock: parts.clock,
      subscriptions,
      provenance: { ...provenance('mt5-cache', 'last-known'), kind: 'recorded' },
    }),
}

function direct(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  const target = sidecarTarget(parts)
  const origin = provenance('mt5-direct', `tcp://${target.host}:${target.port}`)
  const token = setting(parts, SIDECAR.token)
  return new LiveFeed({
    provenance: origin,
    clock: parts.clock,
    link: lineLink(parts.network, target),
    conversation: () =>
      new SidecarConversation({
        subscriptions,
        provenance: origin,
        token,
        login: setting(parts, LOGIN.variable),
        server: setting(parts, SERVER.variable),
      }),
    // Pings are answered every second.
    silenceMillis: 4000,
    secrets: () => [token],
    ...(parts.tap === undefined ? {} : { tap: parts.tap }),
  })
}

/** Listens while it is read; the certificate's thumbprint is said first, for the owner to pin. */
function bridge(parts: SourceParts, subscriptions: readonly Subscription[]): LiveSource {
  return { batches: () => ({ [Symbol.asyncIterator]: () => listening(parts, subscriptions) }) }
}

function listening(parts: SourceParts, subscriptions: readonly Subscription[]): AsyncIterator<readonly LiveEvent[]> {
  let gateway: BridgeGateway | undefined
  let inner: AsyncIterator<readonly LiveEvent[]> | undefined
  let left = false

  const begin = async (): Promise<LiveEvent> => {
    gateway = gatewayOf(parts, tellingOf(parts))
    const { origin, said } = await opened(gateway)
    inner = accepted(parts, { subscriptions, gateway, origin }).batches()[Symbol.asyncIterator]()
    return linkChange(parts, origin, { state: 'connecting', reason: said })
  }

  return {
    async next() {
      if (left) return { done: true, value: undefined }
      if (inner !== undefined) return inner.next()
      try {
        return { done: false, value: [await begin()] }
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        // Only a person can mend it: another port, another file.
        left = true
        const reason = `${error.code}: ${error.message}; ${error.fix}`
        return { done: false, value: [linkChange(parts, provenance('mt5-bridge', 'sbp'), { state: 'fatal', reason })] }
      }
    },
    async return() {
      left = true
      await inner?.return?.()
      await gateway?.close()
      return { done: true, value: undefined }
    },
  }
}

/** Listens until a terminal has told what its broker lists; it dials again by itself. */
async function listOverBridge(parts: SourceParts): Promise<SymbolList> {
  const waitSeconds = Number(setting(parts, BRIDGE.wait) || WAIT_SECONDS_DEFAULT)
  let stranger = ''
  const tell = tellingOf(parts)
  const gateway = gatewayOf(parts, reason => {
    stranger = reason
    tell(reason)
  })
  try {
    const { origin, said } = await opened(gateway)
    parts.alarm?.(said)
    const symbols = await symbolsOfTerminal(listing => accepted(parts, { subscriptions: [], gateway, origin, listing }), {
      waitMillis: waitSeconds * 1000,
      thumbprint: gateway.thumbprint,
      stranger: () => stranger,
    })
    return { server: setting(parts, SERVER.variable), symbols, fetchedTime: parts.clock.now() }
  } finally {
    await gateway.close()
  }
}

/** Tells a person of strangers at the door: of each kind the first, the 10th, the 100th … */
function tellingOf({ alarm }: SourceParts): (reason: string) => void {
  const counts = new Map<string, number>()
  return reason => {
    const count = (counts.get(reason) ?? 0) + 1
    if (count === 1 && counts.size >= STRANGE_REASONS_MAX) return
    counts.set(reason, count)
    if (/^10*$/.test(String(count)))
      alarm?.(`somebody dialled in and was sent away: ${reason}${count === 1 ? '' : `, ${count} times`}`)
  }
}

const STRANGE_REASONS_MAX = 20

function gatewayOf(parts: SourceParts, onStranger: (reason: string) => void): BridgeGateway {
  return new BridgeGateway({
    address: listenAddress(setting(parts, BRIDGE.listen) || LISTEN_DEFAULT),
    certificateFile: setting(parts, BRIDGE.certificate),
    keyFile: setting(parts, BRIDGE.key),
    lock: {
      login: setting(parts, LOGIN.variable),
      server: setting(parts, SERVER.variable),
      secret: setting(parts, BRIDGE.secret),
    },
    onStranger,
  })
}

async function opened(gateway: BridgeGateway): Promise<{ origin: Provenance; said: string }> {
  const port = await gateway.listen()
  const place = `${gateway.host}:${port}`
  return {
    origin: provenance('mt5-bridge', `sbp://${place}`),
    said: `waits for the terminal on ${place}; thumbprint to pin ${gateway.thumbprint}`,
  }
}

interface Accepting {
  readonly subscriptions: readonly Subscription[]
  readonly gateway: BridgeGateway
  readonly origin: Provenance
  readonly listing?: SymbolListing
}

function accepted(parts: SourceParts, { subscriptions, gateway, origin, listing = {} }: Accepting): LiveSource {
  const secret = setting(parts, BRIDGE.secret)
  return new LiveFeed({
    provenance: origin,
    clock: parts.clock,
    link: gateway.link,
    conversation: () =>
      new BridgeConversation({
        subscriptions,
        provenance: origin,
        login: setting(parts, LOGIN.variable),
        server: setting(parts, SERVER.variable),
        secret,
        nonce: () => gateway.nonce,
        session: randomUUID(),
        onSymbol: facts => parts.onInstruments?.(recordOf(facts, parts)),
        ...listing,
      }),
    // Three heartbeats of two seconds, and one to spare for the way.
    silenceMillis: 8000,
    secrets: () => [secret],
    ...(parts.tap === undefined ? {} : { tap: parts.tap }),
  })
}

/** What the terminal tells of a symbol that is subscribed: without its twins, its account type cannot be judged. */
function recordOf(facts: SymbolFacts, parts: SourceParts): readonly InstrumentMeta[] {
  const accountType = { type: 'unknown', confidence: 0, evidence: ['not yet compared with its twins'] } as const
  const server = `mt5:${setting(parts, SERVER.variable)}`
  const meta = instrumentMeta(facts, { venue: 'MT5', server, accountType, fetchedTime: parts.clock.now() })
  return meta === undefined ? [] : [meta]
}

function linkChange(
  parts: SourceParts,
  origin: Provenance,
  { state, reason }: { readonly state: LinkState; readonly reason: string },
): LiveEvent {
  const now = parts.clock.now()
  return {
    kind: 'link-change',
    source: origin.source,
    instrumentId: '',
    state,
    reason,
    eventTime: now,
    receivedTime: now,
    sequence: 0,
    provenance: origin,
  }
}

const provenance = (source: string, origin: string): Provenance =>
  Object.freeze({ source, kind: 'live', origin, checksum: '', licence: LICENCE })

/** The configuration's word before the environment's; empty when neither says anything. */
function setting({ settings, credentials }: SourceParts, variable: string): string {
  const value = settings?.[variable] ?? credentials[variable]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function sidecarTarget(parts: SourceParts) {
  const port = Number(setting(parts, SIDECAR.port) || SIDECAR_PORT_DEFAULT)
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535) throw badAddress(SIDECAR.port, String(port))
  return { host: LOOPBACK, port, plain: true }
}

function listenAddress(text: string): { host: string; port: number } {
  const [, host = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (host === '' || port > 65_535) throw badAddress(BRIDGE.listen, text)
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
}

const badAddress = (variable: string, given: string): SourceError =>
  new SourceError('MT5_ADDRESS_INVALID', {
    message: `${variable} is '${given}', which is no address to use`,
    fix: 'give a port from 1 to 65535; for the bridge with the address before it: 0.0.0.0:8443',
  })
