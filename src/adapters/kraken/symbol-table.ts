// The symbols of one connection and the stream of each.
import type { Instrument } from '../../domain/instrument.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { SymbolStream, type TradeTails } from './symbol-stream.ts'

export class SymbolTable {
  readonly #streams = new Map<string, SymbolStream>()
  readonly #resolve: (symbol: string) => Instrument | undefined
  readonly #provenance: Provenance
  readonly #tails: TradeTails
  #sequence = 0

  /** `resolve`: undefined for a symbol that nobody asked for. */
  constructor(parts: {
    readonly resolve: (symbol: string) => Instrument | undefined
    readonly provenance: Provenance
    readonly tails?: TradeTails
  }) {
    this.#resolve = parts.resolve
    this.#provenance = parts.provenance
    this.#tails = parts.tails ?? new Map()
  }

  of(symbol: string): SymbolStream | undefined {
    const known = this.#streams.get(symbol)
    if (known !== undefined) return known
    const instrument = symbol === '' ? undefined : this.#resolve(symbol)
    if (instrument === undefined) return undefined
    const stream = new SymbolStream({
      symbol,
      instrument,
      provenance: this.#provenance,
      tails: this.#tails,
      count: () => ++this.#sequence,
    })
    this.#streams.set(symbol, stream)
    return stream
  }
}
