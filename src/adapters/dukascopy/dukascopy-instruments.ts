// What Dukascopy has beside currencies and spot metals, which follow rules of their own: its code, decimals and hours of each.
import type { AssetClass, InstrumentSpec } from '../../domain/instrument.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { micros } from '../../domain/numbers.ts'

interface Row {
  readonly codes: string
  readonly assetClass: AssetClass
  readonly decimals: number
  readonly calendar: string
}

/** As listed by Dukascopy in July 2026. A feed that is finer than these decimals is refused, never rounded. */
const ROWS: readonly Row[] = [
  { codes: 'LIGHT.CMD-USD DIESEL.CMD-USD', assetClass: 'energy', decimals: 3, calendar: 'energy-cfd' },
  { codes: 'GAS.CMD-USD', assetClass: 'energy', decimals: 4, calendar: 'energy-cfd' },
  { codes: 'BRENT.CMD-USD', assetClass: 'energy', decimals: 3, calendar: 'brent-cfd' },
  { codes: 'XPD.CMD-USD XPT.CMD-USD', assetClass: 'metal', decimals: 3, calendar: 'metals-cfd' },
  { codes: 'COPPER.CMD-USD', assetClass: 'metal', decimals: 4, calendar: 'metals-cfd' },
  { codes: 'USTBOND.TR-USD', assetClass: 'bond', decimals: 3, calendar: 'us-index-cfd' },
  { codes: 'BUND.TR-EUR', assetClass: 'bond', decimals: 3, calendar: 'de-index-cfd' },
  { codes: 'UKGILT.TR-GBP', assetClass: 'bond', decimals: 3, calendar: 'uk-index-cfd' },
  { codes: 'USA30.IDX-USD USA500.IDX-USD USATECH.IDX-USD USSC2000.IDX-USD DOLLAR.IDX-USD', ...index('us-index-cfd') },
  { codes: 'AUS.IDX-AUD CHI.IDX-USD HKG.IDX-HKD JPN.IDX-JPY SGD.IDX-SGD', ...index('us-index-cfd') },
  { codes: 'DEU.IDX-EUR EUS.IDX-EUR FRA.IDX-EUR ESP.IDX-EUR ITA.IDX-EUR NLD.IDX-EUR CHE.IDX-CHF', ...index('de-index-cfd') },
  { codes: 'GBR.IDX-GBP', ...index('uk-index-cfd') },
  { codes: 'SPY.US-USD QQQ.US-USD DIA.US-USD IWM.US-USD EEM.US-USD EFA.US-USD FXI.US-USD EWJ.US-USD EWZ.US-USD', ...fund() },
  { codes: 'GLD.US-USD SLV.US-USD GDX.US-USD USO.US-USD XOP.US-USD VNQ.US-USD VXX.US-USD TLT.US-USD IEF.US-USD', ...fund() },
  { codes: 'XLE.US-USD XLF.US-USD XLI.US-USD XLK.US-USD XLP.US-USD XLU.US-USD XLV.US-USD XLY.US-USD SMH.US-USD', ...fund() },
  { codes: 'BTC-USD BTC-EUR ETH-USD ETH-EUR LTC-USD BCH-USD', assetClass: 'crypto', decimals: 1, calendar: 'crypto' },
  { codes: 'ADA-USD LNK-USD UNI-USD DSH-USD', assetClass: 'crypto', decimals: 3, calendar: 'crypto' },
]

function index(calendar: string): Omit<Row, 'codes'> {
  return { assetClass: 'index', decimals: 3, calendar }
}

function fund(): Omit<Row, 'codes'> {
  return { assetClass: 'etf', decimals: 3, calendar: 'us-equity' }
}

export const dukascopyInstruments = (): readonly InstrumentMeta[] =>
  ROWS.flatMap(row => row.codes.split(' ').map(code => metaOf(code, row)))

function metaOf(code: string, { assetClass, decimals, calendar }: Row): InstrumentMeta {
  const [name = '', quote = ''] = code.split('-')
  const symbol = code.replaceAll(/[^A-Z0-9]/g, '')
  const spec: InstrumentSpec = {
    id: `${symbol}.DUKASCOPY`,
    assetClass,
    base: name.split('.')[0] ?? name,
    quote,
    settle: quote,
    priceDecimals: decimals,
    // Volumes come with fractions of a unit.
    quantityDecimals: 2,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar,
    negativePrices: false,
  }
  return {
    ...spec,
    name,
    venue: 'dukascopy',
    venueSymbol: code,
    aliases: [{ source: 'dukascopy', symbol: code }],
    contract: 'cfd',
    contractSize: '1',
    accountType: { type: 'none', confidence: 1, evidence: ['a source of history: no account is involved'] },
    status: 'unknown',
    // Written here, and so older than whatever a source tells.
    fetchedTime: micros(1),
    checksum: '',
  }
}
