// Whose key a variable holds, by its name, and what keys of that provider look like. venues.md §7.

export interface KeyForm {
  /** Which of the provider's variables. */
  readonly role: KeyRole
  readonly pattern: RegExp
  /** The vendor documents it: what differs is no key. Else it is what keys are seen to be, and only worth a word. */
  readonly isDocumented: boolean
}

export interface KeyProvider {
  readonly name: string
  /** Part of a variable's name, between underscores. */
  readonly words: RegExp
  readonly forms: readonly KeyForm[]
}

/**
 * key and secret: drawn at random · passphrase: thought up by a person · account: a number or a name, no secret · contact: an
 * address for complaints.
 */
export type KeyRole = 'key' | 'secret' | 'passphrase' | 'account' | 'contact'

const key = (pattern: RegExp, isDocumented = false): KeyForm => ({ role: 'key', pattern, isDocumented })
const secret = (pattern: RegExp): KeyForm => ({ role: 'secret', pattern, isDocumented: false })
const account = (pattern: RegExp): KeyForm => ({ role: 'account', pattern, isDocumented: false })

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const PEM = '-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*'

/** The launch set of venues.md §7 first, then others by name, of whose keys no form is known here. */
export const KEY_PROVIDERS: readonly KeyProvider[] = [
  { name: 'fred', words: /FRED|STLOUISFED/, forms: [key(/^[0-9a-z]{32}$/, true)] },
  { name: 'alphavantage', words: /ALPHA_?VANTAGE|AV/, forms: [key(/^[A-Z0-9]{16}$/)] },
  { name: 'newsapi', words: /NEWS_?API/, forms: [key(/^[0-9a-f]{32}$/)] },
  { name: 'finnhub', words: /FINN_?HUB/, forms: [key(/^(?:[a-z0-9]{20}|[a-z0-9]{40})$/)] },
  { name: 'massive', words: /POLYGON|POLYGON_?IO|MASSIVE/, forms: [key(/^[A-Za-z0-9_]{32}$/)] },
  { name: 'eia', words: /EIA/, forms: [key(/^[A-Za-z0-9]{40}$/)] },
  { name: 'nasdaq', words: /NASDAQ|QUANDL|NDL/, forms: [key(/^[A-Za-z0-9_-]{20}$/)] },
  {
    name: 'binance',
    words: /BINANCE(?:US)?/,
    forms: [key(/^[A-Za-z0-9]{64}$/), secret(new RegExp(`^(?:[A-Za-z0-9]{64}|${PEM})$`))],
  },
  {
    name: 'kraken',
    words: /KRAKEN/,
    forms: [key(/^[A-Za-z0-9+/]{56}$/), secret(/^[A-Za-z0-9+/]{86}==$/)],
  },
  {
    name: 'coinbase',
    words: /COINBASE|CDP|CB|GDAX|CBPRO/,
    forms: [
      key(/^(?:organizations\/[0-9a-f-]{36}\/apiKeys\/[0-9a-f-]{36}|[0-9a-f-]{36}|[0-9a-f]{32})$/),
      secret(new RegExp(`^(?:${PEM}|[A-Za-z0-9+/]{86}==)$`)),
    ],
  },
  { name: 'bybit', words: /BYBIT/, forms: [key(/^[A-Za-z0-9]{18}$/), secret(/^[A-Za-z0-9]{36}$/)] },
  {
    name: 'alpaca',
    words: /ALPACA|APCA/,
    forms: [key(/^(?:PK|AK|CK)[A-Z0-9]{18,24}$/), secret(/^[A-Za-z0-9/+]{40,44}$/)],
  },
  { name: 'oanda', words: /OANDA/, forms: [key(/^[0-9a-f]{32}-[0-9a-f]{32}$/), account(/^[01]01-\d{3}-\d+-\d{3}$/)] },
  { name: 'ctrader', words: /CTRADER|SPOTWARE/, forms: [] },
  { name: 'deribit', words: /DERIBIT/, forms: [secret(/^[A-Za-z0-9_-]{32,64}$/)] },
  { name: 'tardis', words: /TARDIS/, forms: [key(/^TD\.[A-Za-z0-9._-]{20,}$/)] },
  { name: 'ibkr', words: /IBKR|IB|TWS|INTERACTIVE_?BROKERS/, forms: [account(/^D?[UFI]\d{6,9}$/)] },
  { name: 'mt5', words: /MT[45]|META_?TRADER[45]?/, forms: [] },
  { name: 'edgar', words: /SEC|EDGAR/, forms: [{ role: 'contact', pattern: /\S+@\S+\.\S+/, isDocumented: true }] },
  { name: 'openfigi', words: /OPEN_?FIGI/, forms: [key(UUID)] },
  ...[
    ...['okx', 'okex', 'kucoin', 'bitmex', 'gemini', 'bitfinex', 'bitstamp', 'gate', 'gateio', 'bitget', 'htx', 'huobi', 'mexc'],
    ...['phemex', 'poloniex', 'hitbtc', 'bitso', 'upbit', 'hyperliquid', 'dydx', 'paxos', 'cryptocom', 'lmax'],
    ...[
      'tradier',
      'tradestation',
      'saxo',
      'fxcm',
      'schwab',
      'etrade',
      'robinhood',
      'tradovate',
      'questrade',
      'capitalcom',
      'xtb',
    ],
    ...['dukascopy', 'trading212', 'zerodha', 'upstox', 'ig', 'ig_markets', 'pepperstone', 'icmarkets', 'webull'],
    ...[
      'twelvedata',
      'twelve_data',
      'tiingo',
      'iex',
      'iexcloud',
      'marketstack',
      'fmp',
      'financialmodelingprep',
      'intrinio',
      'eodhd',
    ],
    ...[
      'databento',
      'cryptocompare',
      'coingecko',
      'coinmarketcap',
      'cmc',
      'coinapi',
      'kaiko',
      'glassnode',
      'amberdata',
      'cryptoquant',
    ],
    ...['messari', 'benzinga', 'stocktwits', 'marketaux', 'gnews', 'newsdata', 'bls', 'bea', 'noaa', 'usda', 'census', 'ecb'],
    ...['quiver', 'unusualwhales', 'orats', 'refinitiv', 'bloomberg', 'factset', 'openexchangerates', 'fixer', 'currencylayer'],
    ...[
      'exchangerate',
      'exchangeratesapi',
      'tradingeconomics',
      'forexfactory',
      'barchart',
      'sharadar',
      'simfin',
      'yahoo',
      'yfinance',
    ],
  ].map(name => ({ name, words: new RegExp(name.toUpperCase().replace('_', '_?')), forms: [] })),
]

/** Names that say what it is for and not whose it is. */
const GENERIC: KeyProvider = {
  name: 'trading',
  words:
    /BROKER|BROKERAGE|EXCHANGE|TRADING|TRADE|TRADER|MARKET|MARKETS|MARKET_?DATA|VENUE|FEED|DATA_?FEED|NEWS|QUOTE|QUOTES|PRICE|PRICES|TICKER|CRYPTO|FOREX|FX|STOCK|STOCKS/,
  forms: [],
}
const OWN: KeyProvider = { name: 'quadrant', words: /QUADRANT/, forms: [] }
const BARE =
  /^(?:API|APP|ACCESS|SECRET|CLIENT|AUTH|BEARER|PRIVATE)_(?:KEY|TOKEN|SECRET|KEY_ID|SECRET_KEY|ACCESS_KEY|PASSPHRASE)$|^API_?KEY$/

const hasWord = (name: string, words: RegExp): boolean =>
  new RegExp(`(?:^|_)(?:${words.source})(?=_|$|API|KEY|TOKEN|SECRET)`).test(name)

/** Undefined for a variable that is nobody's here. */
export function providerOf(variable: string): KeyProvider | undefined {
  const name = variable.toUpperCase()
  const own = name.replace(/^QUADRANT_/, '')
  const named = KEY_PROVIDERS.find(({ words }) => hasWord(own, words))
  if (named !== undefined) return named
  if (hasWord(own, GENERIC.words)) return GENERIC
  if (own !== name) return OWN
  return BARE.test(name) ? GENERIC : undefined
}

/** True for a name of something that has to do with trading: of a provider, of ours, or of a broker in general. */
export const isTradingName = (variable: string): boolean => providerOf(variable) !== undefined

/** Where a key is, or how something is reached: not the key itself. */
const NO_KEY =
  /(?:TLS|SSL|CA|SSH|GPG|BRIDGE)_(?:KEY|PRIVATE_KEY)$|(?:^|_)(?:URL|URI|HOST|PORT|FILE|PATH|DIR|FOLDER|ENV|ENVIRONMENT|MODE|VERSION|TIMEOUT|LISTEN|WAIT|CERT|CERTIFICATE|CA|ENDPOINT|BASE|SCHEME|HEADER|NAME|TYPE|COUNT|LIMIT|RATE|ENABLED|REQUIRED|ALGORITHM|ISSUER|AUDIENCE|TTL|EXPIRY|EXPIRES|EXPIRATION|ROTATION|LENGTH|HASH|FINGERPRINT)(?:_\d+)?$/

/** What a variable of a provider holds; undefined for what is no key. */
export function keyRole(variable: string): KeyRole | undefined {
  const name = variable.toUpperCase()
  if (/USER_?AGENT|CONTACT|IDENTITY/.test(name) || (/EMAIL$/.test(name) && /SEC|EDGAR/.test(name))) return 'contact'
  if (NO_KEY.test(name)) return undefined
  // What the owner thought up to open the store with.
  if (name === 'QUADRANT_SECRET_KEY') return 'passphrase'
  if (/PASS_?PHRASE|PASSWORD|PASSWD|PASSCODE|(?:^|_)(?:PASS|PWD|PIN)$/.test(name)) return 'passphrase'
  if (/ACCOUNT|LOGIN|(?:^|_)SERVER$|USER_?NAME|(?:^|_)USER(?:_?ID)?$/.test(name)) return 'account'
  if (/SECRET|PRIVATE/.test(name)) return 'secret'
  if (
    /(?:^|_)(?:API_?)?KEY(?:_?ID)?(?:_\d+)?$|[A-Z]KEY$|TOKEN(?:_\d+)?$|(?:CLIENT|APP|ACCESS)_?ID$|CREDENTIALS?$|(?:^|_)(?:AUTH|BEARER|JWT)$/.test(
      name,
    )
  )
    return 'key'
  return undefined
}
