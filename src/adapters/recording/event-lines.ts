// Everything that enters a session, as lines of JSON: short arrays for what comes by the thousand, objects for the rest.
import type { FeedEvent, LiveEvent, OperatorCommand } from '../../domain/event.ts'
import type { BookLevel, PriceBasis, Side } from '../../domain/market.ts'
import { type Micros, micros, price, type Quantity, quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'

/** One thing a session was given, in the order it was given. */
export type Input =
  | { readonly kind: 'event'; readonly event: LiveEvent }
  /** From before the run: the senses took it in. */
  | { readonly kind: 'known'; readonly event: FeedEvent }
  | { readonly kind: 'command'; readonly command: OperatorCommand }
  /** Time passed up to here without a fact. */
  | { readonly kind: 'advance'; readonly time: Micros }

type Levels = readonly (readonly [number, number])[]

/** Writes one segment: names and provenances are written once and then referred to by number. */
export class EventLineWriter {
  readonly #names = new Map<string, number>()
  readonly #provenances = new Map<Provenance, number>()
  // The last ones: most lines are of the same stream as the line before.
  #lastName = ''
  #lastNameIndex = -1
  #lastProvenance: Provenance | undefined
  #lastProvenanceIndex = -1

  /** One or more lines, each with its line break. */
  input(input: Input): string {
    switch (input.kind) {
      case 'advance':
        return `["A",${input.time}]\n`
      case 'command':
        return this.#whole('O', input.command)
      case 'known':
        return this.#whole('K', input.event)
      case 'event':
        return this.event(input.event)
    }
  }

  event(event: LiveEvent): string {
    switch (event.kind) {
      case 'quote': {
        const head = this.#head(event.instrumentId, event.provenance)
        const at = `${this.#lastNameIndex},${this.#lastProvenanceIndex},${event.eventTime},${event.receivedTime},${event.sequence}`
        return `${head}["Q",${at},${event.bid},${event.ask},${event.bidSize},${event.askSize}]\n`
      }
      case 'trade': {
        const head = this.#head(event.instrumentId, event.provenance)
        const at = `${this.#lastNameIndex},${this.#lastProvenanceIndex},${event.eventTime},${event.receivedTime},${event.sequence}`
        return `${head}["T",${at},${event.price},${event.quantity},"${event.aggressor}"]\n`
      }
      case 'book-snapshot': {
        const head = this.#head(event.instrumentId, event.provenance)
        const at = `${this.#lastNameIndex},${this.#lastProvenanceIndex},${event.eventTime},${event.receivedTime},${event.sequence}`
        return `${head}["S",${at},${event.updateId},${levels(event.bids)},${levels(event.asks)}]\n`
      }
      case 'book-change': {
        const head = this.#head(event.instrumentId, event.provenance)
        const at = `${this.#lastNameIndex},${this.#lastProvenanceIndex},${event.eventTime},${event.receivedTime},${event.sequence}`
        const ids = `${event.firstUpdateId},${event.lastUpdateId},${event.previousUpdateId}`
        return `${head}["C",${at},${ids},${levels(event.bids)},${levels(event.asks)}]\n`
      }
      case 'bar': {
        const head = this.#head(event.instrumentId, event.provenance)
        const at = `${this.#lastNameIndex},${this.#lastProvenanceIndex},${event.eventTime},${event.receivedTime},${event.sequence}`
        const { open, high, low, close, askOpen, askHigh, askLow, askClose, volume } = event
        const prices = [open, high, low, close, askOpen, askHigh, askLow, askClose].join(',')
        return `${head}["B",${at},"${event.basis}",${event.openTime},${prices},${volume}]\n`
      }
      default:
        return this.#whole('O', event)
    }
  }

  #whole(type: 'O' | 'K', event: { readonly provenance: Provenance }): string {
    const { provenance, ...rest } = event
    const head = this.#provenance(provenance)
    return `${head}["${type}",${this.#lastProvenanceIndex},${JSON.stringify(rest)}]\n`
  }

  #head(instrumentId: string, provenance: Provenance): string {
    return this.#name(instrumentId) + this.#provenance(provenance)
  }

  #name(name: string): string {
    if (name === this.#lastName) return ''
    this.#lastName = name
    const known = this.#names.get(name)
    if (known !== undefined) {
      this.#lastNameIndex = known
      return ''
    }
    this.#lastNameIndex = this.#names.size
    this.#names.set(name, this.#lastNameIndex)
    return `["i",${JSON.stringify(name)}]\n`
  }

  #provenance(provenance: Provenance): string {
    if (provenance === this.#lastProvenance) return ''
    this.#lastProvenance = provenance
    const known = this.#provenances.get(provenance)
    if (known !== undefined) {
      this.#lastProvenanceIndex = known
      return ''
    }
    this.#lastProvenanceIndex = this.#provenances.size
    this.#provenances.set(provenance, this.#lastProvenanceIndex)
    return `["p",${JSON.stringify(provenance)}]\n`
  }
}

const levels = (side: readonly BookLevel[]): string => `[${side.map(level => `[${level.price},${level.quantity}]`).join(',')}]`

/** Reads what EventLineWriter wrote, segment by segment: a new reader for each. Throws an Error on a line that is none of its. */
export class EventLineReader {
  readonly #names: string[] = []
  readonly #provenances: Provenance[] = []

  /** Undefined for a line that only introduces a name. */
  line(text: string): Input | undefined {
    const row = JSON.parse(text) as readonly unknown[]
    switch (row[0]) {
      case 'i':
        this.#names.push(row[1] as string)
        return undefined
      case 'p':
        this.#provenances.push(Object.freeze(row[1] as Provenance))
        return undefined
      case 'A':
        return { kind: 'advance', time: micros(row[1] as number) }
      case 'K':
        return { kind: 'known', event: this.#revived(row[1] as number, row[2] as Record<string, unknown>) as FeedEvent }
      case 'O':
        return this.#object(row[1] as number, row[2] as Record<string, unknown>)
      default:
        return { kind: 'event', event: this.#market(row) }
    }
  }

  #object(provenance: number, fields: Record<string, unknown>): Input {
    const event = this.#revived(provenance, fields)
    return fields['kind'] === 'operator-command'
      ? { kind: 'command', command: event as OperatorCommand }
      : { kind: 'event', event: event as LiveEvent }
  }

  #revived(provenance: number, fields: Record<string, unknown>): FeedEvent | LiveEvent | OperatorCommand {
    // JSON knows no NaN and wrote null; no field of an event is null by itself.
    for (const [name, value] of Object.entries(fields)) if (value === null) fields[name] = Number.NaN
    return { ...fields, provenance: this.#of(provenance) } as unknown as LiveEvent
  }

  #market(row: readonly unknown[]): LiveEvent {
    const [type, name, provenance, eventTime, receivedTime, sequence, ...rest] = row as [
      string,
      number,
      number,
      number,
      number,
      number,
      ...unknown[],
    ]
    const about = {
      instrumentId: this.#names[name] ?? missing('name', name),
      eventTime: micros(eventTime),
      receivedTime: micros(receivedTime),
      sequence,
      provenance: this.#of(provenance),
    }
    switch (type) {
      case 'Q': {
        const [bid, ask, bidSize, askSize] = rest as number[]
        return {
          kind: 'quote',
          ...about,
          bid: price(bid!),
          ask: price(ask!),
          bidSize: quantity(bidSize!),
          askSize: quantity(askSize!),
        }
      }
      case 'T': {
        const [at, size, aggressor] = rest as [number, number, Side | 'unknown']
        return { kind: 'trade', ...about, price: price(at), quantity: quantity(size), aggressor }
      }
      case 'S': {
        const [updateId, bids, asks] = rest as [number, Levels, Levels]
        return { kind: 'book-snapshot', ...about, updateId, bids: sideOf(bids), asks: sideOf(asks) }
      }
      case 'C': {
        const [firstUpdateId, lastUpdateId, previousUpdateId, bids, asks] = rest as [number, number, number, Levels, Levels]
        return {
          kind: 'book-change',
          ...about,
          firstUpdateId,
          lastUpdateId,
          previousUpdateId,
          bids: sideOf(bids),
          asks: sideOf(asks),
        }
      }
      case 'B': {
        const [basis, openTime, open, high, low, close, askOpen, askHigh, askLow, askClose, volume] = rest as [
          PriceBasis,
          ...number[],
        ]
        return {
          kind: 'bar',
          ...about,
          basis,
          openTime: micros(openTime!),
          open: price(open!),
          high: price(high!),
          low: price(low!),
          close: price(close!),
          askOpen: price(askOpen!),
          askHigh: price(askHigh!),
          askLow: price(askLow!),
          askClose: price(askClose!),
          volume: volume!,
        }
      }
      default:
        throw new Error(`no line of a recording begins with ${JSON.stringify(type)}`)
    }
  }

  #of(index: number): Provenance {
    return this.#provenances[index] ?? missing('provenance', index)
  }
}

const sideOf = (side: Levels): BookLevel[] => side.map(([at, size]) => ({ price: price(at), quantity: size as Quantity }))

function missing(what: string, index: number): never {
  throw new Error(`${what} ${index} is used before it is introduced`)
}
