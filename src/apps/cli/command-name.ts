// What to type to run this very command: hints that are copied must work.
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { place } from './figures.ts'

const OWN = resolve(import.meta.dirname, '../../../bin/quadrant')

/** 'quadrant' where the shell finds it, else the path of bin/quadrant; in full when it is to be typed `elsewhere`. */
export function commandName({ elsewhere = false }: { readonly elsewhere?: boolean } = {}): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  if (folders.some(folder => existsSync(join(folder, 'quadrant')))) return 'quadrant'
  return elsewhere ? OWN : place(OWN)
}
