// Every format that files can be imported in, by the name a user types: those of files alone, and those that a source publishes.
import type { ImportFormat } from '../adapters/files/format.ts'
import { formats } from '../adapters/files/formats.ts'
import { bi5 } from './bi5-import.ts'

export const importFormats: Readonly<Record<string, ImportFormat>> = { ...formats, bi5 }
