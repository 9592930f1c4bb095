// Decode and normalise one frame of cTrader, in both encodings. No captured session of it can be had: the frames are a seeded
// walk in the venue's documented form, half spots and half depth, with ids beyond 2^53 as the venue's fields allow.
import { createHash } from 'node:crypto'
import { CtraderConversation } from '../src/adapters/ctrader/ctrader-conversation.ts'
import { JSON_CODEC } from '../src/adapters/ctrader/json-codec.ts'
import { type Fields, type OpenApiCodec, PAYLOAD } from '../src/adapters/ctrader/open-api-message.ts'
import { PROTOBUF_CODEC } from '../src/adapters/ctrader/protobuf-codec.ts'
import type { Frame, Reactions } from '../src/connectivity/conversation.ts'
import { instrument } from '../src/domain/instrument.ts'
import { micros } from '../src/domain/numbers.ts'
import { percentiles, writeFigure } from './figure.ts'

const FRAMES = 60_000
const WARM = 20_000
const ROUNDS = 5
const KINDS = ['spot', 'depth'] as const
const WORST = { p50: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY }
const NOW = micros(1_795_168_800_000_000)
const ACCOUNT = { ctidTraderAccountId: 38_421_907 }

const EURUSD = instrument({
  ...{ id: 'EURUSD.CTRADER', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', calendar: 'fx-cfd' },
  ...{ priceDecimals: 5, quantityDecimals: 2, tick: 1, lot: 100_000, multiplier: 1, negativePrices: false },
})

for (const [name, codec] of [
  ['json', JSON_CODEC],
  ['protobuf', PROTOBUF_CODEC],
] as const) {
  const wire = frames(codec)
  const best = { spot: WORST, depth: WORST }
  let correctnessHash = ''
  // The round that others on the machine disturbed least.
  for (let round = 0; round < ROUNDS; round++) {
    const { hear, answer } = subscribed(codec)
    const samples: Record<string, number[]> = { spot: [], depth: [] }
    for (const [i, { kind, frame }] of wire.entries()) {
      const start = performance.now()
      hear(frame)
      const took = (performance.now() - start) * 1000
      if (i >= WARM) samples[kind]!.push(took)
    }
    correctnessHash = answer()
    for (const kind of KINDS) {
      const times = percentiles(samples[kind]!)
      if (times.p99 < best[kind].p99) best[kind] = times
    }
  }
  for (const kind of KINDS) {
    const { p50, p99 } = best[kind]
    const rest = { bench: 'ctrader', unit: 'µs/frame', p50, p99, target: { atMost: 20 }, correctnessHash }
    writeFigure({ ...rest, metric: `${name} ${kind} p99`, value: p99 })
  }
}

/** A conversation that is past its log-in, and a digest of what it said since. */
function subscribed(codec: OpenApiCodec) {
  const sent: { readonly type: number; readonly id: string }[] = []
  const digest = createHash('sha256')
  const out: Reactions = {
    // The same in both encodings: events are compared, not bytes.
    fact: event => digest.update(event.kind === 'quote' ? `${event.bid} ${event.ask}` : event.kind),
    link: () => undefined,
    fault: (fault, _, detail) => digest.update(`${fault} ${detail}`),
    compared: () => undefined,
    measure: () => undefined,
    send: frame => sent.push(codec.decode(frame)!),
    request: () => undefined,
    reconnect: () => undefined,
    refuse: () => undefined,
    unknown: () => undefined,
  }
  const conversation = new CtraderConversation({
    ...{ codec, clientId: 'id', clientSecret: 'secret', accountId: '38421907', environment: 'practice' },
    token: { latest: 'access', lost: undefined, refused: () => undefined },
    subscriptions: [{ instrument: EURUSD, symbol: 'EURUSD', wants: ['quote', 'book'] }],
    provenance: { source: 'ctrader', kind: 'live', origin: '', checksum: '', licence: '' },
  })
  const hear = (frame: Frame) => conversation.receive(frame, NOW, out)
  const tell = (asked: number, type: number, fields: Fields) =>
    hear(codec.encode({ type, id: sent.findLast(each => each.type === asked)?.id ?? '', fields }))

  conversation.open(NOW, out)
  tell(PAYLOAD.applicationAuth, PAYLOAD.applicationAuthAnswer, {})
  tell(PAYLOAD.accountList, PAYLOAD.accountListAnswer, {
    accessToken: 'access',
    ctidTraderAccount: [{ ...ACCOUNT, isLive: false }],
  })
  tell(PAYLOAD.accountAuth, PAYLOAD.accountAuthAnswer, ACCOUNT)
  tell(PAYLOAD.symbolsList, PAYLOAD.symbolsListAnswer, { ...ACCOUNT, symbol: [{ symbolId: 1, symbolName: 'EURUSD' }] })
  tell(PAYLOAD.subscribeSpots, PAYLOAD.subscribeSpotsAnswer, ACCOUNT)
  return { hear, answer: () => digest.copy().digest('hex').slice(0, 16) }
}

/** Twenty levels of each side; every second message replaces two of their quotes, the others move the best prices. */
function frames(codec: OpenApiCodec): { readonly kind: 'spot' | 'depth'; readonly frame: Frame }[] {
  let id = 2n ** 60n
  const quote = (side: 'bid' | 'ask', price: number) => ({ id: String(++id), size: 100 + Number(id % 1000n), [side]: price })
  const resting: Fields[] = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? quote('bid', 107_999 - i / 2) : quote('ask', 108_001 + (i - 1) / 2),
  )
  const depth = (newQuotes: readonly Fields[], deletedQuotes: readonly unknown[]) =>
    codec.encode({ type: PAYLOAD.depth, id: '', fields: { ...ACCOUNT, symbolId: 1, newQuotes, deletedQuotes } })

  const first = { kind: 'depth' as const, frame: depth(resting, []) }
  const rest = Array.from({ length: FRAMES }, (_, i) => {
    if (i % 2 === 0) {
      const side = i % 3 === 0 ? { ask: 108_001 + (i % 5) } : { bid: 107_999 - (i % 7), ask: 108_001 + (i % 5) }
      const fields = { ...ACCOUNT, symbolId: 1, ...side, timestamp: NOW / 1000 }
      return { kind: 'spot' as const, frame: codec.encode({ type: PAYLOAD.spot, id: '', fields }) }
    }
    const gone = resting.splice(i % 30, 2)
    const added = gone.map(({ bid, ask }) => (bid === undefined ? quote('ask', ask as number) : quote('bid', bid as number)))
    resting.push(...added)
    const ids = gone.map(each => each['id'])
    return { kind: 'depth' as const, frame: depth(added, ids) }
  })
  return [first, ...rest]
}
