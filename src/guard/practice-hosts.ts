// The one list of hosts that are not the market: practice worlds of venues, hosts of examples, services that answer anything.

export interface PracticeHost {
  /** As it was written, in lower case, without scheme, port and path. */
  readonly host: string
  /** practice: a venue's world without money · example: reserved for documentation · echo: answers whatever is asked. */
  readonly kind: 'practice' | 'example' | 'echo'
  /** Whose it is, or what in the name says so. */
  readonly what: string
}

/** Names of venues whose practice world does not say so by one of the `WORDS`, and those that do, for their owner's name. */
const PRACTICE: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/^(?:api|stream)-fxpractice\.oanda\.com$/, 'OANDA practice'],
  [/^(?:.+\.)?sandbox\.oanda\.com$/, 'OANDA sandbox'],
  [/^demo\d*(?:\.p)?\.ctrader(?:api)?\.com$/, 'cTrader demo'],
  [/^paper-api\.alpaca\.markets$/, 'Alpaca paper'],
  [/^(?:.+\.)?sandbox\.alpaca\.markets$/, 'Alpaca sandbox'],
  [/^(?:.+\.)?testnet\.binance\.vision$/, 'Binance spot testnet'],
  [/^(?:.+\.)?binancefuture\.com$/, 'Binance futures testnet'],
  [/^(?:demo-[a-z]+|testnet(?:-[a-z]+)?)\.binance\.(?:com|us)$/, 'Binance demo'],
  [/^(?:.+\.)?testnet\.binanceops\.com$/, 'Binance testnet'],
  [/^(?:.+\.)?sandbox\.(?:exchange|pro|prime|gdax)\.coinbase\.com$/, 'Coinbase sandbox'],
  [/^(?:api|ws)[-.]sandbox\.coinbase\.com$/, 'Coinbase sandbox'],
  [/^(?:.+\.)?demo-futures\.kraken\.com$/, 'Kraken futures demo'],
  [/^(?:.+\.)?uat\.lobster\.kraken\.com$/, 'Kraken UAT'],
  [/^beta-ws(?:-auth|-l3)?\.kraken\.com$/, 'Kraken beta'],
  [/^(?:api|stream)-(?:testnet|demo)\.bybit\.[a-z.]+$/, 'Bybit testnet or demo'],
  [/^ws[a-z]*pap\.okx\.com$/, 'OKX demo'],
  [/^wspap\.bitget\.com$/, 'Bitget demo'],
  [/^test\.deribit\.com$/, 'Deribit test'],
  [/^(?:.+\.)?testnet\.bitmex\.com$/, 'BitMEX testnet'],
  [/^(?:.+\.)?sandbox\.gemini\.com$/, 'Gemini sandbox'],
  [/^sandbox\.bitstamp\.net$/, 'Bitstamp sandbox'],
  [/^(?:openapi|api|api-futures)-sandbox[a-z-]*\.kucoin\.com$/, 'KuCoin sandbox'],
  [/^(?:fx-)?(?:api|ws)-testnet\.gate(?:io|api)?\.(?:ws|io)$/, 'Gate testnet'],
  [/^uat-(?:api|stream)\.3ona\.co$/, 'Crypto.com UAT'],
  [/^(?:.+\.)?hyperliquid-testnet\.xyz$/, 'Hyperliquid testnet'],
  [/^(?:.+\.)?(?:stage\.dydx\.exchange|v4testnet\.dydx\.exchange|testnet\.dydx\.[a-z]+)$/, 'dYdX testnet'],
  [/^testnet(?:-api)?\.phemex\.com$/, 'Phemex testnet'],
  [/^api\.demo\.hitbtc\.com$/, 'HitBTC demo'],
  [/^demo-(?:api\.ig\.com|apd\.marketdatasystems\.com)$/, 'IG demo'],
  [/^sim\.logonvalidation\.net$/, 'Saxo simulation'],
  [/^sandbox\.tradier\.com$/, 'Tradier sandbox'],
  [/^sim-api\.tradestation\.com$/, 'TradeStation simulation'],
  [/^api-demo\.fxcm\.com$/, 'FXCM demo'],
  [/^(?:.+-)?demo\.(?:.+\.)?tradovateapi\.com$/, 'Tradovate demo'],
  [/^demo-api-capital\.backend-capital\.com$/, 'Capital.com demo'],
  [/^demo\.trading212\.com$/, 'Trading 212 demo'],
  [/^practicelogin\.(?:q\.)?questrade\.com$/, 'Questrade practice'],
  [/^apisb\.etrade\.com$/, 'E*TRADE sandbox'],
  [/^(?:.+\.)?[a-z]+-demo\.lmax\.com$/, 'LMAX demo'],
  [/^api-sandbox\.upstox\.com$/, 'Upstox sandbox'],
  [/^sandbox(?:-sse)?\.iexapis\.com$/, 'IEX sandbox'],
  [/^paper-trading\.lemon\.markets$/, 'lemon.markets paper'],
  [/^sandbox\.plaid\.com$/, 'Plaid sandbox'],
]

/** Hosts whose practice world is a path. */
const PRACTICE_PATHS: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/^(?:gateway|streaming)\.saxobank\.com\/sim(?:\/|$)/, 'Saxo simulation'],
  [/^ws\.xtb\.com\/demo/, 'XTB demo'],
  [/^xapi\.xtb\.com:5124(?:\/|$)/, 'XTB demo'],
]

/** RFC 2606 and RFC 6761 keep these for examples and tests. */
const EXAMPLE = /(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|invalid|test)$/

/** Anybody may put any answer there. */
const ECHO =
  /(?:^|\.)(?:httpbin\.(?:org|dev)|postman-echo\.com|jsonplaceholder\.typicode\.com|mockapi\.io|mocky\.io|beeceptor\.com|webhook\.site|requestbin\.(?:com|net)|pipedream\.net|reqres\.in|mockbin\.(?:org|com|io)|wiremock(?:api\.cloud|\.io)|mock\.pstmn\.io|httpstat\.us|echo\.websocket\.org|ws\.postman-echo\.com|echo\.websocket\.events|piesocket\.com|ngrok(?:-free)?\.(?:io|app|dev)|localtunnel\.me|loca\.lt)$/

/** What a host calls itself, as a whole part of its name: 'api-sandbox.venue.com', 'testnet.venue.io', 'sim01.broker.net'. */
const WORDS =
  /(?:^|[.-])(fxpractice|practice|sandbox|sbx|testnet|testing|test|uat|demo|paper|papertrading|staging|simulator|simulated|simulation|sim|mock|mocks|fake|dummy|playground|devnet|pre-?prod)\d{0,3}(?=$|[.-])/

/** Public registries, code hosts and the like have such words in names that are no market. */
const OUTSIDE = /(?:^|\.)(?:github\.(?:com|io)|githubusercontent\.com|npmjs\.(?:com|org)|pypi\.org|readthedocs\.io)$/

/**
 * Undefined for a host that says nothing of practice. `address` is a host name, host:port, or a whole address; a loopback name
 * is none of these: whether it may be a venue is for its reader to say.
 */
export function practiceHost(address: string): PracticeHost | undefined {
  const rest = address
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^[^/?#@]*@/, '')
  const host = rest.replace(/[:/?#].*$/, '').replace(/\.$/, '')
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(host) || /^[\d.]+$/.test(host) || OUTSIDE.test(host)) return undefined

  const path = PRACTICE_PATHS.find(([pattern]) => pattern.test(rest))
  if (path !== undefined) return { host, kind: 'practice', what: path[1] }
  const known = PRACTICE.find(([pattern]) => pattern.test(host))
  if (known !== undefined) return { host, kind: 'practice', what: known[1] }
  if (EXAMPLE.test(host)) return { host, kind: 'example', what: 'a name kept for examples' }
  if (ECHO.test(host)) return { host, kind: 'echo', what: 'a service that answers whatever it is told to' }

  // The last two parts are what somebody registered: a company called test.com is not thereby a test.
  const word = WORDS.exec(host.split('.').slice(0, -2).join('.'))?.[1]
  return word === undefined ? undefined : { host, kind: 'practice', what: `its name says ${word}` }
}

/** Every practice host that is named somewhere in a text, such as a string of source code or a setting. */
export function practiceHostsIn(text: string): readonly PracticeHost[] {
  const addresses = text.match(/(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[a-z0-9_-]+\.)+[a-z]{2,}(?::\d+)?(?:\/[^\s"'`<>]*)?/gi) ?? []
  return addresses.flatMap(address => practiceHost(address) ?? [])
}

/** This machine. Addresses of a private network are not: whoever is on it may read along. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(?:\.\d{1,3}){3}\]?)$/i.test(host)
