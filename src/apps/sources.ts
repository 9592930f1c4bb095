// The sources of market data, by name. A new one is a folder in adapters and one line here.
import { KRAKEN } from '../adapters/kraken/kraken.ts'
import type { SourceDescriptor } from '../connectivity/source.ts'

export const SOURCES: readonly SourceDescriptor[] = [KRAKEN]

export const findSource = (name: string): SourceDescriptor | undefined => SOURCES.find(source => source.name === name)
