// The file formats that can be imported, by the name a user types.
import { bi5 } from './bi5.ts'
import { binanceCapture } from './binance-capture.ts'
import { bundled } from './bundled.ts'
import { csv } from './csv.ts'
import { ejtrader } from './ejtrader.ts'
import { forexfactory } from './forexfactory.ts'
import type { ImportFormat } from './format.ts'
import { fred } from './fred.ts'
import { lean } from './lean.ts'
import { parquet } from './parquet.ts'

export const formats: Readonly<Record<string, ImportFormat>> = {
  lean,
  ejtrader,
  bi5,
  'binance-capture': binanceCapture,
  fred,
  forexfactory,
  csv,
  parquet,
  bundled,
}
