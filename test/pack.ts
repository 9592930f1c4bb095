// Finds the pack of real market data that many tests read in place. Nothing of it is in the repository.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'vitest'

// An empty QUADRANT_DATA says: do without, even where the pack is there.
const named = process.env['QUADRANT_DATA']
const candidates =
  named === undefined ? [resolve(import.meta.dirname, '../../shared/market')] : named === '' ? [] : [resolve(named)]

/** The pack's folder, or undefined on a machine without it. */
export const PACK: string | undefined = candidates.find(path => existsSync(join(path, 'cfd/lean')))

/** A path inside the pack; call it only inside a `packTest`. */
export const packPath = (...parts: string[]): string => join(PACK ?? '/data-pack-missing', ...parts)

/** A test that reads the pack, or says in its own name why it did not run. */
export function packTest(name: string, body: () => void | Promise<void>, timeoutMillis = 60_000): void {
  if (PACK) test(name, { timeout: timeoutMillis }, body)
  else test.skip(`${name} (skipped: needs the data pack)`, body)
}
