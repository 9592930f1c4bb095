// What people write where a key should stand: words of examples, words of trying out, references that nobody resolved.

export interface WordFinding {
  readonly status: 'placeholder' | 'demo'
  /** In words, without the key. */
  readonly evidence: string
}

/** Six letters and more do not come about by chance, wherever they stand. */
const PHRASES = new RegExp(
  [
    'your[-_ ]?(?:api|access|secret|client|token|key|account|own|real|live|public|private|pass|user|broker|exchange)',
    '(?:my|our|the|some|any|real|live|prod|dummy|fake|mock|stub|temp|insert|enter|paste|put|add|type|use|set|get|this|that|no|bad|wrong|old|new)[-_ ](?:api|access|secret|client|token|key|account|password|credential)',
    '(?:dummy|fake|mock|stub|temp|some|real|live|prod|super|this|that|wrong|enter|paste)(?:api|access|secret|token|key|account|password|cred)',
    'api[-_ ]?(?:key|secret|token)|access[-_ ]?(?:key|token)|secret[-_ ]?(?:key|token|value)?(?=$|[^a-z])|client[-_ ]?(?:id|secret)(?=$|[^a-z])|private[-_ ]?key',
    'change[-_ ]?(?:me|this|it)|replace|example|sample|placeholder|redacted|undefined|foobar|lorem[-_ ]?ipsum|password|passphrase|hunter2|letmein',
    'insert|not[-_ ]?(?:a[-_ ]?)?(?:real|set|used)|fill[-_ ]?(?:me|in|this)|goes[-_ ]here|key[-_ ]here|dummydummy|invalid|removed|missing|configure',
    '^(?:.(?=.{5,23}$))*(?:abc[-_]?123|123[-_]?abc)|^(?:abc[-_]?123|123[-_]?abc)|qwerty|asdfgh|zxcvbn|1qaz2wsx|1q2w3e|qazwsx|azerty|poiuyt|lkjhgf',
    'x{6,}|\\*{3,}|\\.{4,}|…|#{4,}|\\?{3,}|_{4,}|-{6,}|dead[-_]?beef|cafe[-_]?babe|feed[-_]?face|baad[-_]?f00d|bad[-_]?c0ffee|0x0{6}',
  ].join('|'),
  'i',
)

/** Short words count only where they stand alone: four letters in a row do come about. */
const ALONE =
  /(?<![A-Za-z0-9])(?:fake|mock|dummy|bogus|stub|todo|fixme|none|null|enter|here|empty|blank|xxxx+|secret|token|value|string|asdf|letmein|temp|redacted)(?![A-Za-z0-9])/gi
/** At either end five letters are enough. */
const AT_AN_END = /^(?:dummy|bogus|mykey|myapi|mytoken|(?:qwer|asdf|zxcv|zaq1|147258)\d)|(?:dummy|bogus|mykey|yourkey)$/i
/** And three letters come about even between two dashes: these count only where there is not much else. */
const SHORT =
  /^(?:.{0,6}[^A-Za-z0-9])?(?:tbd|tba|nil|n\/?a|(?:foo|bar|baz|key|abc|api)\d{0,6}|xxx|aaa|123)(?:[^A-Za-z0-9].{0,6})?$/i
/** Cut off in the middle, as in a text that explains: 'PK...', 'abcd...wxyz', 'sk-…'. */
const ELIDED = /^.{0,16}\.{3}.{0,8}$/

/** Keys that work, and only for trying out. */
const TRYING_OUT =
  /(?<![A-Za-z0-9])(?:demo|sandbox|testing|tests?|testnet|trial|paper|practice)(?![A-Za-z0-9])|^(?:sandbox|testnet)|(?:sandbox|testnet)$/i
/** The forms that vendors give keys of their sandboxes. */
const TRIAL_FORMS = /^(?:[a-z]{2}_test_|test_|demo_|sandbox_)/

/** A place to look, not what is there: '${KEY}', '{{ key }}', '<key>', '%KEY%', 'op://vault/item', 'env:KEY'. */
const REFERENCES =
  /^\$\{?[A-Za-z_]|\$\{|\{\{|<[^>]+>|^\[[^\]]+\]$|^%[A-Za-z_]+%$|^\$\(|^(?:op|vault|ssm|secretsmanager|gcp-?sm|azurekeyvault|keychain|file|env|awssm|doppler|sops|arn)[:/]/i

interface Standing {
  /** The name it stands under: some write the name itself. */
  readonly variable: string
  /** A key, which is not made of words; a server or an account may be. */
  readonly secret: boolean
}

/** Undefined where no word speaks against it. */
export function exampleWords(text: string, { variable, secret }: Standing): WordFinding | undefined {
  if (REFERENCES.test(text)) return { status: 'placeholder', evidence: 'it is a reference that nobody has resolved' }
  if (isNameItself(text, variable)) return { status: 'placeholder', evidence: 'it is the name of a variable' }
  for (const { shown, coded } of readings(text)) {
    if (PHRASES.test(shown) || hasAlone(shown) || AT_AN_END.test(shown) || SHORT.test(shown) || ELIDED.test(shown)) {
      return { status: 'placeholder', evidence: `it has the words of an example in it${coded}` }
    }
    if (TRYING_OUT.test(shown) || TRIAL_FORMS.test(shown)) {
      return { status: 'demo', evidence: `it says itself that it is for trying out${coded}` }
    }
    const words = secret ? wordsOf(shown) : undefined
    if (words !== undefined) {
      return words.some(word => TRIAL_WORDS.has(word))
        ? { status: 'demo', evidence: `it is made of words, and says that it is for trying out${coded}` }
        : { status: 'placeholder', evidence: `it is made of words and digits only${coded}` }
    }
  }
  return undefined
}

/** Nobody writes dUMmY, and chance does. */
const hasAlone = (text: string): boolean =>
  [...text.matchAll(ALONE)].some(([word]) => word === word.toUpperCase() || word.slice(1) === word.slice(1).toLowerCase())

const isNameItself = (text: string, variable: string): boolean =>
  text === variable || /^[A-Z]{2,}(?:_[A-Z]{2,})*_(?:KEY|TOKEN|SECRET|ID|PASSWORD|ACCOUNT)$/.test(text)

/** As it stands, as its code spells it, and as people write words with digits. */
function readings(text: string): readonly { readonly shown: string; readonly coded: string }[] {
  const plain = text.replace(VENDOR, '')
  const inside = readable(text)
  const spelled = text.length <= SPELLED_MAX ? text.replace(/[013457@$!]/g, digit => LETTERS[digit]!) : text
  return [
    { shown: plain, coded: '' },
    ...(inside === undefined ? [] : [{ shown: inside, coded: ', once it is decoded' }]),
    ...(spelled === text ? [] : [{ shown: spelled, coded: ', with digits for letters' }]),
  ]
}

/** What the vendor puts before every key. */
const VENDOR = /^(?:PK|AK|CK)(?=[A-Z0-9]{14,}$)|^(?:[a-z]{2,4}_)?(?:live|prod)_(?=\S{12})/
/** Longer than what people think up, and short enough that chance makes no words of it. */
const SPELLED_MAX = 14
const LETTERS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** What base64 or hexadecimal digits spell, where they spell something: random bytes are no twelve readable characters. */
function readable(text: string): string | undefined {
  if (text.length < 12) return undefined
  const encoding = /^(?:[0-9a-f]{2})+$/i.test(text) ? 'hex' : /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? 'base64' : undefined
  if (encoding === undefined) return undefined
  const plain = Buffer.from(text, encoding).toString('latin1')
  return plain.length >= 8 && /^[\x20-\x7e\r\n]+$/.test(plain) ? plain.trim() : undefined
}

const TRIAL_WORDS: ReadonlySet<string> = new Set(
  'demo demos test tests testing tester testnet trial paper practice sandbox sim simulation simulated staging uat'.split(' '),
)

/** Words that stand in such texts; a value is made of them when nothing else is left but digits. */
const WORDS: ReadonlySet<string> = new Set([
  ...TRIAL_WORDS,
  ...(
    'api key keys apikey token tokens secret secrets access account accounts client user username id ids pass password passwd pwd phrase ' +
    'my your our the some any this that is a an of for to in on and or not no none null nil real live prod production dev local ' +
    'fake mock mocks mocked dummy bogus stub temp tmp temporary sample example examples default value values string text data ' +
    'get from do go register request sign up for pending coming masked hidden override anonymous auth development pytest fixture fixtures ' +
    'put insert enter add paste type use set get fill change replace me it here now please with only just before after deploy ' +
    'private public shared super secure security safe random hello world foo bar baz qux quux abc xyz asdf qwerty letmein admin root guest ' +
    'good bad old new first second one two three valid invalid wrong right hidden empty blank unknown todo fixme later soon ' +
    'broker exchange market trade trading trader bot quant quadrant feed feeds stream news finance stock stocks forex crypto coin ' +
    'oanda alpaca binance kraken coinbase bybit deribit polygon finnhub fred eia newsapi alphavantage alpha vantage nasdaq quandl tiingo ' +
    'ctrader metatrader ibkr openfigi tardis okx kucoin bitmex gemini bitfinex bitstamp iex benzinga databento telegram slack ' +
    'monkey dragon sunshine football baseball superman batman starwars welcome iloveyou love trustno princess master shadow hunter ' +
    'correct horse battery staple john doe jane smith alice bob acme company corp inc'
  ).split(' '),
])

/** The words a value is made of, or undefined. Fewer than four letters are no words, and neither is what only begins like some. */
function wordsOf(text: string): readonly string[] | undefined {
  const runs = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(run => run !== '')
  const letters = runs.reduce((sum, run) => sum + run.length, 0)
  if (letters < 4 || letters > 80 || letters < text.replace(/[^A-Za-z0-9]/g, '').length / 2) return undefined
  const words: string[] = []
  for (const run of runs) {
    const found = segment(run)
    if (found === undefined) return undefined
    words.push(...found)
  }
  return words
}

/** The first way, from the left and with long words first, in which a run of letters is made of `WORDS`. */
function segment(run: string): readonly string[] | undefined {
  /** By how much is left: the words of the rest, or null where there is no way. */
  const known = new Map<number, readonly string[] | null>([[run.length, []]])
  const from = (at: number): readonly string[] | null => {
    const before = known.get(at)
    if (before !== undefined) return before
    known.set(at, null)
    for (let end = Math.min(run.length, at + 12); end > at; end--) {
      const word = run.slice(at, end)
      // Inside a run 'a' and 'is' come about by chance too often.
      const counts = WORDS.has(word) && (word.length > 2 || word.length === run.length || word === 'my' || word === 'id')
      const rest = counts ? from(end) : null
      if (rest !== null) {
        known.set(at, [word, ...rest])
        break
      }
    }
    return known.get(at) ?? null
  }
  return from(0) ?? undefined
}
