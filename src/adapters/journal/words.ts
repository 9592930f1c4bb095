// Texts and origins that come again and again, stored once per journal and named by number ever after.
//
//   words := count of texts, text*, count of provenances, provenance*
//   provenance := kind (byte, index into KINDS), source, origin, checksum, licence (text each)
//
// A batch carries the words first used in it, ahead of its records; numbers go on where the batch before ended.
import type { Provenance, ProvenanceKind } from '../../domain/provenance.ts'
import { ByteReader, type ByteWriter } from './bytes.ts'
import { corrupt } from './journal-error.ts'

/** Part of the format: new kinds go to the end. */
const KINDS = ['live', 'recorded', 'derived', 'synthetic'] as const satisfies readonly ProvenanceKind[]

export class Words {
  readonly #texts: string[] = []
  readonly #textNumbers = new Map<string, number>()
  readonly #provenances: Provenance[] = []
  /** By content, for an equal origin built anew; by reference, for the object that all its data share. */
  readonly #provenanceNumbers = new Map<string, number>()
  readonly #known = new WeakMap<Provenance, number>()
  #latest: { readonly provenance: Provenance; readonly number: number } | undefined
  #textsWritten = 0
  #provenancesWritten = 0

  textNumber(text: string): number {
    return this.#textNumbers.get(text) ?? this.#addText(text)
  }

  provenanceNumber(provenance: Provenance): number {
    if (this.#latest?.provenance === provenance) return this.#latest.number
    const number =
      this.#known.get(provenance) ?? this.#provenanceNumbers.get(contentOf(provenance)) ?? this.#addProvenance(provenance)
    this.#known.set(provenance, number)
    this.#latest = { provenance, number }
    return number
  }

  text(number: number): string {
    const text = this.#texts[number]
    if (text === undefined) throw corrupt(`a journal record uses word ${number}, which was never written`)
    return text
  }

  /** The same object for the same origin, so that data go on sharing it. */
  provenance(number: number): Provenance {
    const provenance = this.#provenances[number]
    if (provenance === undefined) throw corrupt(`a journal record uses origin ${number}, which was never written`)
    return provenance
  }

  /** Writes the words added since the last call. */
  writeNew(to: ByteWriter): void {
    to.count(this.#texts.length - this.#textsWritten)
    for (const text of this.#texts.slice(this.#textsWritten)) to.text(text)

    to.count(this.#provenances.length - this.#provenancesWritten)
    for (const { kind, source, origin, checksum, licence } of this.#provenances.slice(this.#provenancesWritten)) {
      to.byte(KINDS.indexOf(kind))
      for (const text of [source, origin, checksum, licence]) to.text(text)
    }

    this.#textsWritten = this.#texts.length
    this.#provenancesWritten = this.#provenances.length
  }

  /** Learns what `writeNew` wrote. */
  learn(bytes: Uint8Array): void {
    const from = new ByteReader(bytes)
    for (let left = from.index(Number.MAX_SAFE_INTEGER); left > 0; left--) this.#addText(from.text())

    for (let left = from.index(Number.MAX_SAFE_INTEGER); left > 0; left--) {
      const kind = KINDS[from.byte()]
      if (kind === undefined) throw corrupt('a journal names a kind of origin that does not exist')
      const provenance = { source: from.text(), kind, origin: from.text(), checksum: from.text(), licence: from.text() }
      this.#addProvenance(Object.freeze(provenance))
    }

    this.#textsWritten = this.#texts.length
    this.#provenancesWritten = this.#provenances.length
  }

  #addText(text: string): number {
    const number = this.#texts.push(text) - 1
    this.#textNumbers.set(text, number)
    return number
  }

  #addProvenance(provenance: Provenance): number {
    const number = this.#provenances.push(provenance) - 1
    this.#provenanceNumbers.set(contentOf(provenance), number)
    return number
  }
}

const contentOf = ({ source, kind, origin, checksum, licence }: Provenance): string =>
  JSON.stringify([source, kind, origin, checksum, licence])
