// How brokers spell instruments in MetaTrader: stems and suffixes as seen in the wild, and what each combination means.

export interface BrokerName {
  readonly name: string
  /** Our name of the instrument. */
  readonly canonical: string
}

const PAIRS =
  'EURUSD GBPUSD USDJPY USDCHF AUDUSD USDCAD NZDUSD EURGBP EURJPY GBPJPY AUDJPY CHFJPY EURAUD EURCAD GBPAUD AUDNZD USDSGD USDZAR USDMXN EURNOK'.split(
    ' ',
  )
const PAIR_SUFFIXES = ['', '+', '#', '.ecn', 'ecn', '.raw', '.pro', '.r', '_i', '-T1', '.m', 'c', '.C', '.stp', '.std']

const pairs = PAIRS.flatMap(pair =>
  PAIR_SUFFIXES.map(suffix => ({ name: `${pair}${suffix}`, canonical: `${pair.slice(0, 3)}/${pair.slice(3)}` })),
)

const METALS = ['XAUUSD', 'GOLD', 'XAGUSD', 'SILVER'].flatMap(metal =>
  ['', '+', '.raw', '.ecn', 'm', '_i', '#'].map(suffix => ({
    name: `${metal}${suffix}`,
    canonical: /AU|GOLD/.test(metal) ? 'XAU/USD' : 'XAG/USD',
  })),
)

const OTHERS: readonly (readonly [string, string])[] = [
  ['US30', 'US30'],
  ['US30.cash', 'US30'],
  ['DJ30', 'US30'],
  ['DJ30.raw', 'US30'],
  ['NAS100', 'US100'],
  ['NAS100.cash', 'US100'],
  ['US100', 'US100'],
  ['US100+', 'US100'],
  ['USTEC', 'US100'],
  ['USTEC.r', 'US100'],
  ['SPX500', 'US500'],
  ['US500', 'US500'],
  ['US500.cash', 'US500'],
  ['SP500_i', 'US500'],
  ['GER40', 'DE40'],
  ['GER40.cash', 'DE40'],
  ['DE40', 'DE40'],
  ['DAX', 'DE40'],
  ['UK100', 'UK100'],
  ['UK100.cash', 'UK100'],
  ['FTSE100', 'UK100'],
  ['EU50', 'EU50'],
  ['EUSTX50', 'EU50'],
  ['FRA40', 'FR40'],
  ['JP225', 'JP225'],
  ['JPN225.r', 'JP225'],
  ['AUS200', 'AU200'],
  ['HK50.cash', 'HK50'],
  ['USOIL', 'WTI'],
  ['USOIL.cash', 'WTI'],
  ['XTIUSD', 'WTI'],
  ['XTIUSD.raw', 'WTI'],
  ['WTI', 'WTI'],
  ['UKOIL', 'BRENT'],
  ['UKOIL+', 'BRENT'],
  ['XBRUSD', 'BRENT'],
  ['BRENT', 'BRENT'],
  ['BRENT.f', 'BRENT'],
  ['XNGUSD', 'NATGAS'],
  ['NATGAS', 'NATGAS'],
  ['BTCUSD', 'BTC/USD'],
  ['BTCUSD.r', 'BTC/USD'],
  ['ETHUSD', 'ETH/USD'],
  ['ETHUSD+', 'ETH/USD'],
  ['BTCUSDT', 'BTC/USDT'],
  ['#AAPL', 'AAPL'],
  ['#MSFT', 'MSFT'],
  ['TSLA', 'TSLA'],
  ['mEURUSD.r', 'EUR/USD'],
  ['mGBPUSD', 'GBP/USD'],
  ['.US30', 'US30'],
  ['_EURUSD', 'EUR/USD'],
  ['!EURUSD', 'EUR/USD'],
  ['EURUSD!', 'EUR/USD'],
  ['EURUSD^', 'EUR/USD'],
  ['EURUSD.fx', 'EUR/USD'],
  ['EURUSDmicro', 'EUR/USD'],
  ['EURUSD.mini', 'EUR/USD'],
  ['EURUSD.cent', 'EUR/USD'],
  ['EURUSD.prime', 'EUR/USD'],
  ['EURUSD-ECN', 'EUR/USD'],
  ['EURUSD.Raw', 'EUR/USD'],
  ['EURUSDz', 'EUR/USD'],
  ['EURUSD_T2', 'EUR/USD'],
]

export const BROKER_NAMES: readonly BrokerName[] = [
  ...pairs,
  ...METALS,
  ...OTHERS.map(([name, canonical]) => ({ name, canonical })),
]

/** The spellings that the reference names one by one, taken apart by hand. */
export const SPELLINGS: readonly {
  readonly name: string
  readonly prefix: string
  readonly core: string
  readonly suffix: string
}[] = [
  { name: 'EURUSD+', prefix: '', core: 'EURUSD', suffix: '+' },
  { name: 'EURUSD.ecn', prefix: '', core: 'EURUSD', suffix: '.ecn' },
  { name: 'mEURUSD.r', prefix: 'm', core: 'EURUSD', suffix: '.r' },
  { name: 'EURUSDecn', prefix: '', core: 'EURUSD', suffix: 'ecn' },
  { name: 'EURUSD_i', prefix: '', core: 'EURUSD', suffix: '_i' },
  { name: 'EURUSD-T1', prefix: '', core: 'EURUSD', suffix: '-T1' },
  { name: 'XAUUSD.raw', prefix: '', core: 'XAUUSD', suffix: '.raw' },
  { name: 'US30.cash', prefix: '', core: 'US30', suffix: '.cash' },
  { name: '#AAPL', prefix: '#', core: 'AAPL', suffix: '' },
  { name: 'USDJPY#', prefix: '', core: 'USDJPY', suffix: '#' },
  { name: 'EURUSD.C', prefix: '', core: 'EURUSD', suffix: '.C' },
]
