// The sources of market data, by name. A new one is a folder in adapters and one line here.
import { BINANCE } from '../adapters/binance/binance.ts'
import { COINBASE } from '../adapters/coinbase/coinbase.ts'
import { CTRADER } from '../adapters/ctrader/ctrader.ts'
import { DUKASCOPY } from '../adapters/dukascopy/dukascopy.ts'
import { FRED } from '../adapters/fred/fred.ts'
import { KRAKEN } from '../adapters/kraken/kraken.ts'
import { MT5_BRIDGE, MT5_CACHE, MT5_DIRECT } from '../adapters/mt5/mt5.ts'
import { OANDA } from '../adapters/oanda/oanda.ts'
import type { SourceDescriptor } from '../connectivity/source.ts'

export const SOURCES: readonly SourceDescriptor[] = [
  KRAKEN,
  BINANCE,
  COINBASE,
  OANDA,
  CTRADER,
  MT5_DIRECT,
  MT5_BRIDGE,
  MT5_CACHE,
  FRED,
  DUKASCOPY,
]

export const findSource = (name: string): SourceDescriptor | undefined => SOURCES.find(source => source.name === name)
