// What is known of one OAuth link, on disk, encrypted, and whole after any crash.
import { join } from 'node:path'
import type { Micros } from '../domain/numbers.ts'
import { DISK, type Disk, writeDurably } from './durable-file.ts'
import type { SecretBox } from './secret-box.ts'
import { SourceError } from './source-error.ts'

export interface TokenPair {
  readonly access: string
  /** Empty where the source gives none: then a person renews. */
  readonly refresh: string
  readonly obtainedTime: Micros
  readonly expiresTime: Micros
}

/** A refresh that was begun: written before the call, so that a crash cannot make us forget that it may have happened. */
export interface PendingRefresh {
  readonly oldRefresh: string
  readonly startedTime: Micros
  /** The number of the lease under which it was begun. */
  readonly fence: number
}

export interface TokenRecord {
  /** Counts the pairs of this link; a pair made from generation n is only ever written over generation n. */
  readonly generation: number
  readonly current: TokenPair
  /** Kept to look back at, never used. */
  readonly previous?: TokenPair
  readonly pending?: PendingRefresh
  /** Nothing but a person helps any more. */
  readonly lost?: { readonly time: Micros; readonly reason: string }
}

export class TokenStore {
  readonly path: string
  readonly #about: string
  readonly #box: SecretBox
  readonly #disk: Disk

  constructor({ folder, name, box, disk = DISK }: { folder: string; name: string; box: SecretBox; disk?: Disk }) {
    this.path = join(folder, `${name}.tokens`)
    this.#about = `the token file of ${name}`
    this.#box = box
    this.#disk = disk
  }

  /** Undefined before the first grant. Throws SourceError SECRET_KEY_WRONG, SECRET_DAMAGED. */
  load(): TokenRecord | undefined {
    const sealed = this.#disk.read(this.path)
    return sealed === undefined ? undefined : (JSON.parse(this.#box.open(sealed, this.#about)) as TokenRecord)
  }

  /**
   * Durable when it returns. Throws SourceError TOKEN_SUPERSEDED when the record on disk is no longer at generation
   * `over`: somebody else renewed meanwhile, and theirs is the younger.
   */
  save(record: TokenRecord, { over }: { readonly over: number }): void {
    const found = this.load()?.generation ?? 0
    if (found !== over) {
      throw new SourceError('TOKEN_SUPERSEDED', {
        message: `${this.#about} is at generation ${found}, not at ${over}: another process renewed it meanwhile`,
        fix: 'nothing to do; the younger token is taken',
        passing: true,
      })
    }
    writeDurably(this.path, this.#box.seal(JSON.stringify(record), this.#about), this.#disk)
  }
}
