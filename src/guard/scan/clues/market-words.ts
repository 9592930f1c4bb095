// Which names denote what a market says or what is done about it, which denote parameters, and which nothing of the kind.

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const PRICES = list(`
  price prices px bid bids ask asks offer offers mid mids midprice mark marks last close closes high highs low lows ohlc ohlcv vwap twap nav
  spots quote quotes quotation quotations tick ticks tickdata candle candles candlestick candlesticks candlestickdata bar bars kline klines
  bbo nbbo orderbook orderbooks book books depth depths level2 l2 spot fx forex rate rates fxrate fxrates spread spreads
  return returns volatility vol yield yields premium basis settlement
`)

const QUANTITIES = list(`
  quantity quantities qty qtys size sizes volume volumes lot lots notional amount amounts turnover liquidity openinterest oi
`)

const FACTS = list(
  'trade trades print prints fill fills execution executions market markets ticker tickers feed feeds snapshot snapshots',
)

const JUDGEMENTS = list(`
  signal signals feature features indicator indicators alpha alphas prediction predictions predict predicted predicts forecast forecasts sentiment sentiments confidence
  conviction conviction momentum rsi macd ema sma atr zscore imbalance score scores probability side direction
  recommendation recommendations opinion opinions reading readings correlation correlations corr covariance surface change changes vols beta betas sharpe sortino iv ivs
  pe eps dividend dividends ebitda fundamentals fundamental funding oi leverage cvd obv adx stochastic skew
`)

const DEEDS = list(`
  order orders position positions tp exposure pnl pnls profit profits loss losses equity balance balances holdings holding trade trades allocation
  allocations margin capital stoploss takeprofit stop target targets entry exit weight weights sizing
`)

/** Alone they are anything; a market word has to stand beside them. */
const WEAK = list(`
  last mark marks high low highs lows print prints book books level2 l2 depth depths size sizes amount amounts volume volumes spot vol lot lots
  rate rates return returns yield yields premium basis score scores probability side direction feed feeds snapshot snapshots
  reading readings balance position positions level levels execution executions offer offers settlement bar bars liquidity market markets
  feature confidence open momentum levels order orders margin capital stop target targets entry exit surface change changes weight weights stochastic loss losses beta
  funding allocation allocations holding pe skew fundamental
`)

/** Two words that mean one thing of the market. */
const PHRASES = list(`
  open_interest funding_rate funding_rates implied_vol implied_vols implied_volatility win_rate fair_value market_cap market_value stop_loss take_profit target_weight
  target_weights target_price hedge_ratio exchange_rate exchange_rates interest_rate interest_rates pe_ratio dividend_yield expected_return predicted_return
  total_return order_flow profit_factor buying_power order_book short_ratio call_ratio share_price order_size position_size trade_size order_quantity
  portfolio_weights portfolio_weight long_ratio fill_price risk_premium book_imbalance sharpe_ratio bid_size ask_size buy_volume sell_volume
  stop_distance money_flow net_flow cash_flow price_change daily_change percent_change day_change order_side trade_side fear_greed greed_index
  yield_curve forward_curve discount_curve vol_surface volatility_surface term_structure credit_spread bond_yield swap_rate repo_rate storage_level
  index_level asset_value power_price spot_rate forward_rate forward_price basis_spread risk_reversal fund_flow fund_flows short_interest
  roll_yield convenience_yield implied_move implied_correlation default_probability recovery_rate surprise_index
`)

/** They end a name without saying what it is: `priceSeries`, `quoteData`. */
const ENDINGS = list(`
  data list array arrays series history values value vals val vec vector stream event events object obj record records row rows message msg
  payload update updates response result results frame df matrix buffer queue cache map store table entry entries item items info point points
  path paths seq sequence now next new current cur prev previous latest live raw float num number usd eur gbp jpy btc eth usdt out output tmp temp
  final strength distance estimate guess real base quote eurusd mean avg average chunk batch window batch page body packet snapshot
`)

/** Parameters: limits, steps, costs. A constant is right here, and a price is not made by them. */
const PARAMETERS = list(`
  min max minimum maximum limit limits threshold thresholds tolerance cap floor ceiling step steps increment precision decimals digits scale
  multiplier factor ratio weight weights alpha decay fee fees commission slippage tax margin leverage lookback period periods window length
  span horizon timeout interval ttl retries budget epsilon eps default defaults config options settings params parameters percent pct bps
`)

/** The last word of what is no market value whatever stands before it: `quoteId`, `nextTickAt`, `orderDelayMs`. */
const INNOCENT = list(`
  id ids uid uuid guid nonce nonces token tokens key keys salt hash digest signature seed seeds color colour colors colours hue index indices idx
  i j k n delay delays jitter backoff wait sleep timeout interval ms millis micros nanos seconds secs sec minutes hours duration ttl at time times
  timestamp timestamps ts date dates day age deadline expiry port ports host hosts hostname url urls uri endpoint endpoints address filename
  file files folder dir directory name names label labels title symbol symbols instrument instruments pair pairs currency currencies venue venues
  exchange exchanges broker brokers server servers worker workers shard shards partition partitions bucket buckets slot slots node nodes proxy
  proxies agent agents replica replicas region regions account accounts user users client clients session sessions request requests connection
  connections attempt attempts retry retries count counts counter counters total length sequence seqno version revision page offset cursor
  sample samples sampled sampling sampler shuffle shuffled order_by permutation permutations resample resampled
  trace span spans correlation reference ref tag tags type types kind kinds status state states mode modes flag flags enabled disabled
  callback handler handlers listener listeners subscription subscriptions channel channels topic topics stream streams
  message reason error errors warning text description note comment
  width height x y z left right top bottom angle rotation opacity theme style class icon
  percentile percentiles quantile quantiles pvalue probability significance drawdown drawdowns statistic statistics stat stats
  report reports summary simulator simulation validator parser reader writer formatter test tests schema type
  ping heartbeat latency lag cookie boundary etag cachebuster buster filter filters logger log logs
`)

/** Names whose value is who or which, never how much: what is drawn for them does not go on to prices. */
const IDENTITIES = list(`
  id ids uid uuid guid nonce nonces token tokens salt key keys hash digest signature venue venues exchange exchanges host hosts hostname url urls uri endpoint endpoints server servers worker workers shard shards
  proxy proxies replica replicas port ports session trace filename file boundary color colour colors cookie request account
  accounts user users client clients connection connections node nodes agent agents partition partitions channel channels topic topics name names
`)

/** Which instrument, never how much; and yet what is bought must not be drawn by lot. */
const INSTRUMENTS = list(
  'symbol symbols instrument instruments pair pairs ticker tickers currency currencies coin coins asset assets security stock stocks',
)

/** Work about markets that is research: many drawn worlds, of which only statistics remain. */
const RESEARCH = list(`
  montecarlo bootstrap bootstrapped bootstrapping permutation permutations permutationtest permute permuted resample resampled resampling resampler
  jackknife scenario scenarios stress stresstest shuffletest whitenoise significance pvalue surrogate surrogates research
  metropolis mcmc posterior gibbs annealing anneal genetic swarm hyperparameters hyperparameter gridsearch
  annealer optimizer optimiser evolve evolution evolutionary mutate mutation crossover neighbour neighbor
  randomsearch walkforward crossvalidation crossvalidate kfold distribution distributions
`)

const known = new Map<string, readonly string[]>()

/** The words of an identifier, in lower case: 'bestBid_px2' → best, bid, px. 'HTTPServer' → http, server. */
export function wordsOf(name: string): readonly string[] {
  const found = known.get(name)
  if (found !== undefined) return found

  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(word => word !== '')
  if (known.size < 50_000) known.set(name, words)
  return words
}

/** `quotes` for `quotesBySymbol`, `price` for `priceAtOpen`: what follows a preposition only says which. */
const PREPOSITIONS = list('by of for from at on in per to with via after before since until')

/** What a name is about: its words up to a preposition, last first, endings that say nothing left out. */
function heads(name: string): readonly string[] {
  const words = wordsOf(name)
  const cut = words.findIndex((word, i) => i > 0 && PREPOSITIONS.has(word))
  return cut < 0 ? words : words.slice(0, cut)
}

const knownMarket = new Map<string, boolean>()
const knownKeys = new Map<string, boolean>()

/** Whether a value of that name is something a market says, or what is made of it: a price, a quantity, a quote, a signal. */
export function isMarketName(name: string): boolean {
  const found = knownMarket.get(name)
  if (found !== undefined) return found
  const is = judgeMarket(name)
  if (knownMarket.size < 50_000) knownMarket.set(name, is)
  return is
}

const isMarketWord = (word: string): boolean =>
  PRICES.has(word) || QUANTITIES.has(word) || FACTS.has(word) || JUDGEMENTS.has(word) || DEEDS.has(word)

const isStrong = (word: string): boolean => isMarketWord(word) && !WEAK.has(word)

/** The same for an entry of an object, a field, a column, an argument by name: words that alone say little say it there. */
export function isMarketKey(key: string): boolean {
  const found = knownKeys.get(key)
  if (found !== undefined) return found
  const is = isMarketName(key) || (heads(key).length === 1 && ALONE_AS_KEY.has(heads(key)[0]!))
  if (knownKeys.size < 50_000) knownKeys.set(key, is)
  return is
}

/** Verbs and nouns of orders. */
export const isOrderWord = (word: string): boolean => ORDER_WORDS.has(word)

const ORDER_WORDS = list('buy sell long short order orders trade trades position positions hedge rebalance liquidate')

function judgeMarket(name: string): boolean {
  const words = heads(name)
  let last = words.length - 1
  while (last > 0 && ENDINGS.has(words[last]!) && !isStrong(words[last]!)) last -= 1
  const head = words[last]
  if (head === undefined) return false

  for (let i = 0; i + 1 < words.length; i += 1) {
    if (PHRASES.has(`${words[i]}_${words[i + 1]}`) && !isLimit(words) && !INNOCENT.has(words.at(-1)!)) return true
  }

  const before = words.slice(0, last)
  // A model's own weights are begun by chance.
  if (/^weights?$/.test(head) && before.some(word => MODELLING.has(word))) return false
  if (isStrong(head)) return !isLimit(words)
  if (isMarketWord(head))
    return !isLimit(words) && (before.some(isMarketWord) || words.slice(last + 1).some(isStrong) || ALONE.has(head))
  return false
}

const MODELLING = list(
  'init initial initialise initialize layer layers kernel hidden neural network net model conv xavier glorot kaiming embedding attention font host server',
)

/** Weak ones that stand for a market's value when nothing else is said. */
const ALONE = list('spot fx lots side returns bars position positions confidence features weights allocation allocations balance')

/** Weak ones that do so as an entry, a field or a column: `{ open, high, low, close }`. */
const ALONE_AS_KEY = list(`
  spot fx lots lot volume volumes side feature features returns depth open close high low last mid mids bar bars position positions offer
  confidence amount size sizes rate rates yield mark level2 l2 feed balance balances margin capital stop target targets entry exit beta loss
  score scores funding surface change changes probability momentum direction allocation premium skew pe
`)

const isLimit = (words: readonly string[]): boolean => words.some(word => LIMITS.has(word))

const LIMITS = list(`
  min max minimum maximum limit limits threshold thresholds tolerance cap floor ceiling step steps increment precision decimals digits
  multiplier factor fee fees commission tax margin lookback timeout interval ttl retries budget epsilon default defaults config options settings
  params parameters pct percent bps count counter index idx id ids
`)

/** Whether a number of that name is set by people: a limit, a step, a cost. */
export function isParameterName(name: string): boolean {
  return wordsOf(name).some(word => PARAMETERS.has(word))
}

const lastWord = (name: string): string => wordsOf(name).at(-1) ?? ''

/** Entries of an object that say who, when, where and how long: chance in them says nothing of what the object is worth. */
export function isAside(key: string): boolean {
  const found = knownAsides.get(key)
  if (found !== undefined) return found
  const is = INNOCENT.has(lastWord(key)) && !isMarketName(key)
  if (knownAsides.size < 50_000) knownAsides.set(key, is)
  return is
}

const knownAsides = new Map<string, boolean>()

export const isIdentity = (name: string): boolean => IDENTITIES.has(lastWord(name))

/** Things whose name says what they are for, which is no market value. */
export function isInnocent(name: string): boolean {
  return INNOCENT.has(heads(name).at(-1) ?? '') && !isMarketName(name)
}

export const isInstrument = (name: string): boolean => INSTRUMENTS.has(lastWord(name))

const WORK = list('order orders job jobs task tasks work queue batch batches message messages event events strategies strategy')

const CLOCKWORK = list(`
  delay delays jitter backoff wait sleep timeout interval ms millis micros seconds secs sec minutes duration ttl time times timestamp timestamps ts date
  dates deadline expiry arrival arrivals hue color colour angle rotation opacity width height top left phase offset x y z vx vy dx dy speed velocity size
  id ids nonce seq sequence port attempt attempts retries hash checksum elapsed progress percent percentage done loaded completed remaining downloaded
  uploaded uptime scroll zoom distance degrees radians theta heading bearing lat lon latitude longitude
  mana damage counter cursor
`)

/** What may well grow by chance: waits, arrivals, things that move on a screen. */
export const growsByChance = (name: string): boolean =>
  CLOCKWORK.has(heads(name).at(-1) ?? '') || /^(?:at|until|after|due)$/.test(lastWord(name)) || /next_?(?:run|wake)/i.test(name)

/** A pile of work or a list of names: picking from it by chance changes the order of things, not their values. */
export const isWorkItem = (name: string): boolean => {
  const last = lastWord(name)
  return WORK.has(last) || IDENTITIES.has(last)
}

const PRETENDING = list(`
  fake faked fakes mock mocked mocks dummy dummies stub stubbed stubs simulate simulated simulates simulating synthetic synthesize synthesized
  synthesise synthesised bogus phony invented invent hallucinate hallucinated placeholder fabricate fabricated sham spoof spoofed artificial madeup
  makebelieve fictional fictitious imaginary
`)

/** 'makeUpEarnings', 'made_up_price': two words that pretend, as one. */
const pretendingWords = (name: string): readonly string[] => {
  const words = wordsOf(name)
  const at = words.findIndex((word, i) => (word === 'made' || word === 'make' || word === 'making') && words[i + 1] === 'up')
  return at < 0 ? words : [...words.slice(0, at), 'madeup', ...words.slice(at + 2)]
}

/** Whether a name says of itself that what it stands for is not real. */
export function isPretended(name: string): boolean {
  return pretendingWords(name).some(word => PRETENDING.has(word))
}

/** Whether work of that name draws worlds to learn a statistic from them. */
export function isResearch(name: string): boolean {
  const words = wordsOf(name)
  return words.some((word, i) => RESEARCH.has(word) || (word === 'monte' && words[i + 1] === 'carlo'))
}

/** A total of draws that is asked for once, as in a mean, is no series. */
export const isSumName = (name: string): boolean =>
  /^(?:sum|total|acc|accumulator|mean|avg|count|n|hash|seed|state|s0|s1|s2|s3)$/.test(wordsOf(name).at(-1) ?? '')

const ACCOUNTS = list(`
  balance balances account accounts equity positions position portfolio portfolios holdings market markets data feed feeds response responses result results
  report reports execution executions source venue broker exchange client api provider service connector stream news sentiment fundamentals macro
  calendar series history values value rows payload move moves movement change changes walk earnings macro volatility message messages event events generator ohlc
`)

/** Things whose pretended kind is a notion of its own: a synthetic forward, a simulated venue, a fake-out. */
const NOTIONS = list(`
  venue forward put call cross crosses long short option options future futures pair pairs index instrument symbol instruments basket replication fakeout
  node head root element variable variables encoding columns param params parameter argument text input label string char character image images icon
  report timer timers clock time date name names file path id flag marker class type kind error
`)

/** After 'random' and 'sample' only these say that they are invented: a random order of venues is none, nor the variance of a sample. */
const QUOTED = list(`
  price prices quote quotes tick ticks candle candles bar bars kline klines ohlc ohlcv signal signals trade trades book orderbook spread volume balance
  position positions order orders portfolio fill fills earnings fundamentals sentiment
`)

/** `generateFakeTick`, `dummyPrice`, `mock_positions`, `syntheticBars`: pretended, and a value of the market or of an account. */
export function isPretendedMarket(name: string): boolean {
  const found = knownPretended.get(name)
  if (found !== undefined) return found
  const is = judgePretended(name)
  if (knownPretended.size < 50_000) knownPretended.set(name, is)
  return is
}

const knownPretended = new Map<string, boolean>()

function judgePretended(name: string): boolean {
  const words = pretendingWords(name)
  const at = words.findIndex(
    (word, i) => PRETENDING.has(word) || (/^(?:random|sample|demo|example)$/.test(word) && QUOTED.has(words[i + 1] ?? '')),
  )
  if (
    at < 0 ||
    /^(?:is|has|was|are|should|allow|reject|assert|no|not|drop|without|un|detect|forbid|refuse|contains|looks|count)$/.test(
      words[0] ?? '',
    )
  )
    return false
  const rest = words.filter((_, i) => i !== at)
  const last = rest.at(-1)
  if (last === undefined) return false
  if (/^(?:venue|fakeout|fakeouts|simulator|report|flag|mode|id|ids|error|rules|count|enabled|allowed)$/.test(last)) return false
  if (/^stubs?$/.test(words[at]!) && at === words.length - 1 && /[a-z]Stub$/.test(name)) return false
  if (words[at] === 'artificial' && rest.includes('intelligence')) return false
  if (/^synth/.test(words[at]!) && rest.some(word => NOTIONS.has(word) && !PRICES.has(word))) return false
  return rest.some(
    word =>
      PRICES.has(word) ||
      QUANTITIES.has(word) ||
      FACTS.has(word) ||
      JUDGEMENTS.has(word) ||
      DEEDS.has(word) ||
      ACCOUNTS.has(word),
  )
}

const TOPIC_WORDS = list(`
  price prices quote quotes tick ticks ticker tickers candle candles bars kline klines ohlc ohlcv rate rates fx book orderbook depth spread balance balances
  account equity margin buying power order orders position positions fill fills trade trades signal signals predict prediction forecast sentiment
  score confidence volatility vol iv funding interest volume market markets bid bids ask asks spot close closes nav portfolio holdings pnl feature features
  greeks gamma vega theta indicator indicators atr rsi macd vwap ema sma hedge beta sharpe leverage correlation trades model exchange broker liquidity yield yields dividend earnings fundamentals fundamental cpi macro gdp inflation
  basis premium premiums carry coupon coupons contango backwardation breakeven libor sofr euribor sonia estr cds oas treasury treasuries bund bunds gilt
  gilts swap swaps swaption bond bonds vix dxy skew smile delta rho vanna charm strike moneyness hashrate difficulty tvl apy apr staking ebitda eps revenue
  revenues valuation payrolls unemployment pmi ppi brent wti henryhub gold silver platinum palladium copper wheat corn soybeans crude lng
  electricity power carbon freight libor nikkei spx ndx dax ftse bitcoin ethereum
`)

/** Two words that only together name what a market or its goods are worth, or how much there is of them. */
const TOPIC_PHRASES = list(`
  storage_level storage_levels gas_storage asset_value index_level index_value index_levels inventory_level stock_level credit_rating default_probability short_interest
  reserve_ratio circulating_supply total_supply money_supply market_cap block_reward gas_price base_fee priority_fee water_level wind_output load_factor
  capacity_factor heat_rate discount_factor convenience_yield roll_cost repo_rate put_call risk_free
`)

/** Whether a name is about the market in the widest sense: what a failed question was about. */
export const isMarketTopic = (name: string): boolean => {
  const words = wordsOf(name)
  return words.some((word, i) => TOPIC_WORDS.has(word) || TOPIC_PHRASES.has(`${word}_${words[i + 1] ?? ''}`))
}

/** Settings have defaults. */
export const isSetting = (name: string): boolean =>
  wordsOf(name).some(word =>
    /^(?:settings?|config|configuration|options|preferences|prefs|layout|theme|timeout|limits?|params|parameters|env)$/.test(
      word,
    ),
  )
