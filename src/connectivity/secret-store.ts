// Keys that should not lie about in the environment: one encrypted file of names and values.
import { join } from 'node:path'
import { DISK, type Disk, writeDurably } from './durable-file.ts'
import type { SecretBox } from './secret-box.ts'

const ABOUT = 'the secret store'

export class SecretStore {
  readonly path: string
  readonly #box: SecretBox
  readonly #disk: Disk

  constructor({ folder, box, disk = DISK }: { readonly folder: string; readonly box: SecretBox; readonly disk?: Disk }) {
    this.path = join(folder, 'secrets')
    this.#box = box
    this.#disk = disk
  }

  /** In order of the alphabet. Throws SourceError SECRET_KEY_WRONG, SECRET_DAMAGED, as all that reads does. */
  names(): readonly string[] {
    return [...this.#read().keys()].sort()
  }

  get(name: string): string | undefined {
    return this.#read().get(name)
  }

  set(name: string, value: string): void {
    this.#write(this.#read().set(name, value))
  }

  /** False where there was none. */
  remove(name: string): boolean {
    const secrets = this.#read()
    if (!secrets.delete(name)) return false
    this.#write(secrets)
    return true
  }

  #read(): Map<string, string> {
    const sealed = this.#disk.read(this.path)
    return new Map(sealed === undefined ? [] : (JSON.parse(this.#box.open(sealed, ABOUT)) as [string, string][]))
  }

  #write(secrets: ReadonlyMap<string, string>): void {
    writeDurably(this.path, this.#box.seal(JSON.stringify([...secrets]), ABOUT), this.#disk)
  }
}
