// The formats of files alone, by the name a user types.
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
  'binance-capture': binanceCapture,
  fred,
  forexfactory,
  csv,
  parquet,
  bundled,
}
