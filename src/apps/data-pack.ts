// Finds the data pack: a folder of real market data beside the repository, or wherever QUADRANT_DATA points.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What makes a folder the pack: the gold ticks that the quickstart begins with. */
const SIGN = join('cfd', 'lean', 'oanda', 'tick', 'xauusd')

/** The pack's folder, or undefined. An empty QUADRANT_DATA says: do without. */
export function dataPack(): string | undefined {
  const named = process.env['QUADRANT_DATA']
  const folder = named === undefined ? resolve(import.meta.dirname, '../../../shared/market') : resolve(named)
  return named !== '' && existsSync(join(folder, SIGN)) ? folder : undefined
}
