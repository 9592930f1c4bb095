// Captured sessions of Coinbase: which conversation an address belongs to, and what its replies are.
import type { Conversation } from '../../connectivity/conversation.ts'
import type { CaptureReader } from '../../connectivity/source.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { micros } from '../../domain/numbers.ts'
import { AdvancedConversation } from './advanced-conversation.ts'
import { instrumentsOf } from './coinbase-instruments.ts'
import { COINBASE_LICENCE, COINBASE_NAME } from './coinbase-terms.ts'
import { ExchangeConversation } from './exchange-conversation.ts'

/** The Exchange was called Coinbase Pro until 2022. */
const EXCHANGE_STREAM = /^wss:\/\/ws-(?:feed|direct)\.(?:exchange|pro)\.coinbase\.com(?:[:/]|$)/
const ADVANCED_STREAM = /^wss:\/\/advanced-trade-ws\.coinbase\.com(?:[:/]|$)/
const EXCHANGE_REST = /^https:\/\/api\.(?:exchange|pro)\.coinbase\.com\/products(?:\/(?<product>[^/?]+)\/(?<what>\w+))?/
const ADVANCED_PRODUCTS = /^https:\/\/api\.coinbase\.com\/api\/v3\/brokerage\/(?:market\/)?products(?:\?|$)/

export const coinbaseCapture: CaptureReader = {
  conversation(url: string, resolve: (symbol: string) => Instrument): Conversation | undefined {
    const talk = {
      wishes: [],
      resolve,
      provenance: { source: COINBASE_NAME, kind: 'recorded', origin: url, checksum: '', licence: COINBASE_LICENCE },
    } as const
    if (EXCHANGE_STREAM.test(url)) return new ExchangeConversation(talk)
    return ADVANCED_STREAM.test(url) ? new AdvancedConversation(talk) : undefined
  },

  tagOf(url) {
    const { product, what } = EXCHANGE_REST.exec(url)?.groups ?? {}
    return product !== undefined && (what === 'book' || what === 'trades') ? `${what} ${product}` : undefined
  },

  instruments(url, body) {
    const exchange = EXCHANGE_REST.exec(url)
    const lists = ADVANCED_PRODUCTS.test(url) || (exchange !== null && exchange.groups?.['product'] === undefined)
    return lists ? (instrumentsOf(body, micros(0)) ?? []) : []
  },
}
