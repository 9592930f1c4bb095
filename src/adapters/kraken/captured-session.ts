// Captured connections to Kraken, of either dialect: what the first message looks like says which.
import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { KrakenConversation } from './kraken-conversation.ts'
import { KrakenV1Conversation } from './kraken-v1-conversation.ts'
import { SymbolTable } from './symbol-table.ts'

export class CapturedSession implements Conversation {
  readonly #v1: KrakenV1Conversation
  readonly #v2: KrakenConversation
  #chosen: Conversation | undefined

  constructor(provenance: Provenance, resolve: (symbol: string) => Instrument) {
    const table = new SymbolTable({ resolve, provenance })
    this.#v1 = new KrakenV1Conversation({ table })
    this.#v2 = new KrakenConversation({ table })
  }

  open(now: Micros, out: Reactions): void {
    this.#v1.open(now, out)
  }

  overhear(frame: Frame): void {
    this.#v2.overhear(frame)
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    if (this.#chosen === undefined && typeof frame === 'string') {
      if (/^\s*(?:\[|\{.*"event"\s*:)/s.test(frame)) this.#chosen = this.#v1
      else if (/^\s*\{.*"(?:channel|method)"\s*:/s.test(frame)) this.#chosen = this.#v2
    }
    const conversation = this.#chosen ?? this.#v2
    conversation.receive(frame, now, out)
  }
}
