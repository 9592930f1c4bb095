// The file formats that can be imported, by the name a user types.
import { bundled } from './bundled.ts'
import { forexfactory } from './forexfactory.ts'
import type { ImportFormat } from './format.ts'
import { fred } from './fred.ts'
import { lean } from './lean.ts'

export const formats: Readonly<Record<string, ImportFormat>> = {
  lean,
  fred,
  forexfactory,
  bundled,
}
