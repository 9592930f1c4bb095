// Where chance comes from: which functions of runtimes and packages draw, which make generators, and which fix a seed.
import { wordsOf } from '../clues/market-words.ts'
import type { Language } from '../program/program.ts'

/**
 * draw: its result is by chance · choice: one of what it is given · shuffle: what it is given, in another order · generator: something
 * that draws later · seed: fixes what will be drawn from now on.
 */
export type Chance = 'draw' | 'choice' | 'shuffle' | 'generator' | 'seed'

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Packages of npm whose every function draws. */
const PACKAGES = list(`
  random random-js random-seed seedrandom seed-random seeded-random rand-seed pure-rand prando alea mersenne-twister mersennetwister
  ts-mersenne-twister mersenne simplex-noise open-simplex-noise fast-simplex-noise perlin-noise perlin perlin.js noisejs tumult d3-random
  gaussian gaussian-random randgen random-normal random-float random-int random-number random-item unique-random math-random-seed
  probability-distributions chance casual faker @faker-js/faker @ngneat/falso falso box-muller gauss-random random-walk brownian-motion
  geometric-brownian-motion lcg-rnd xorshift xorshift128plus xoshiro-wasm noise-library random-gaussian rng prng rn-random @stdlib/random
  random-bigint randombytes secure-random random-number-csprng crypto-random
`)

/** Functions by their full name. */
const DRAWS = list(`
  Math.random crypto.getRandomValues crypto.randomBytes crypto.randomInt crypto.randomFillSync crypto.randomFill crypto.pseudoRandomBytes
  crypto.webcrypto.getRandomValues webcrypto.getRandomValues crypto.rng crypto.prng
  lodash.random lodash-es.random underscore.random lodash/random lodash/fp.random lodash-es/random lodash.random.random _.random _.fp.random
  mathjs.random mathjs.randomInt math.randomInt mathjs.distribution THREE.MathUtils.randFloat three.MathUtils.randFloat three.MathUtils.randFloatSpread
  three.MathUtils.randInt three.MathUtils.seededRandom p5.random p5.noise p5.randomGaussian remeda.randomInteger radash.random radash.draw
  d3.randomNormal d3.randomUniform d3.randomLogNormal
  secrets.randbelow secrets.randbits secrets.SystemRandom os.urandom os.getrandom
  torch.rand torch.randn torch.randint torch.normal torch.rand_like torch.randn_like torch.randint_like torch.bernoulli torch.multinomial
  torch.poisson torch.empty().normal_ torch.empty().uniform_ uuid.uuid4().int uuid.uuid1().int
  tensorflow.random_normal tensorflow.random_uniform
  pandas._testing.makeTimeDataFrame pandas._testing.makeDataFrame pandas.util.testing.makeTimeDataFrame pandas.util.testing.makeDataFrame
  sklearn.datasets.make_regression sklearn.datasets.make_classification sklearn.datasets.make_blobs
  statsmodels.tsa.arima_process.arma_generate_sample
`)

const CHOICES = list(`
  random.choice random.choices random.sample secrets.choice numpy.random.choice numpy.random.default_rng().choice random.SystemRandom().choice
  random.Random().choice random.Random().choices random.Random().sample secrets.SystemRandom().choice
  lodash.sample lodash.sampleSize lodash-es.sample lodash-es.sampleSize _.sample _.sampleSize underscore.sample lodash/sample ramda.sample
  mathjs.pickRandom faker.random.arrayElement faker.helpers.arrayElement @faker-js/faker.faker.helpers.arrayElement chance.pickone
  random-item.default random-item pandas.DataFrame().sample radash.draw remeda.sample
`)

const SHUFFLES = list(`
  random.shuffle numpy.random.shuffle numpy.random.permutation numpy.random.permuted lodash.shuffle lodash-es.shuffle _.shuffle underscore.shuffle
  lodash/shuffle sklearn.utils.shuffle torch.randperm d3.shuffle d3-array.shuffle random.Random().shuffle random.SystemRandom().shuffle
  numpy.random.default_rng().shuffle numpy.random.default_rng().permutation @faker-js/faker.faker.helpers.shuffle chance.shuffle radash.shuffle
  remeda.shuffle array-shuffle knuth-shuffle fast-shuffle
`)

/** Everything below these names draws, unless it makes or seeds. */
const BELOW: readonly string[] = [
  'random.',
  'numpy.random.',
  'cupy.random.',
  'jax.random.',
  'jax.numpy.random.',
  'tensorflow.random.',
  'tensorflow.compat.v1.random.',
  'tf.random.',
  'dask.array.random.',
  'torch.distributions.',
  'torch.random.',
  'faker.',
  'mimesis.',
  'randomgen.',
  'scipy.stats.qmc.',
  'stochastic.processes.',
  'tensorflow_probability.distributions.',
  'numpyro.distributions.',
  'fbm.',
  'perlin_noise.',
  'noise.',
  'opensimplex.',
]

/** Makers of generators, by the last part of their name. */
const MAKERS = list(`
  default_rng RandomState Random SystemRandom Generator PCG64 MT19937 Philox SFC64 SeedSequence BitGenerator Faker Chance PRNGKey key split fold_in
  Prando MersenneTwister MersenneTwister19937 nativeMath nodeCrypto browserCrypto engine xoroshiro128plus xorshift128plus mersenne congruential32
  createNoise2D createNoise3D createNoise4D SimplexNoise OpenSimplex PerlinNoise create newInstance clone use useSeed fromSeed
  autoSeed source alea seedrandom Normal Uniform StudentT LogNormal Gamma Beta Poisson Bernoulli Categorical Laplace Cauchy Exponential
  Generic Finance Numeric Person RandomEngine Noise FBM GeometricBrownianMotion BrownianMotion normal_distribution factory stream randomLcg
`)

const SEEDERS = list(`
  seed set_seed manual_seed manual_seed_all set_random_seed seed_instance setSeed seedSync random_seed srand
`)

/** What only looks like drawing. */
const NO_DRAWS = list(`
  random.getstate random.setstate numpy.random.get_state numpy.random.set_state torch.random.get_rng_state torch.random.set_rng_state
  torch.random.fork_rng faker.config faker.locale tensorflow.random.get_global_generator random.bit_generator torch.distributions.kl_divergence
`)

/** A list in an order that was drawn. */
export const SHUFFLED = '[shuffled]()'

const WITHOUT_DEFAULT = /\.default(?=\.|\(|$)/g

/** 'node:crypto.default.randomInt' → 'crypto.randomInt'. */
export const plainPath = (path: string): string => path.replace(/^node:/, '').replace(WITHOUT_DEFAULT, '')

/** What calling a function of that name does; `isNew` with `new`. */
export function chanceOf(path: string, language: Language, isNew: boolean): Chance | undefined {
  const judged = language === 'python' ? CALLED_IN_PYTHON : isNew ? MADE : CALLED
  const known = judged.get(path)
  if (known !== undefined) return known === 'none' ? undefined : known

  const chance = judge(path, language, isNew)
  if (judged.size < 20_000) judged.set(path, chance ?? 'none')
  return chance
}

const CALLED = new Map<string, Chance | 'none'>()
const CALLED_IN_PYTHON = new Map<string, Chance | 'none'>()
const MADE = new Map<string, Chance | 'none'>()

function judge(rawPath: string, language: Language, isNew: boolean): Chance | undefined {
  const path = plainPath(rawPath)
  const bare = path.replaceAll('(#)', '()')
  if (NO_DRAWS.has(bare)) return undefined
  if (SHUFFLES.has(bare)) return 'shuffle'
  if (CHOICES.has(bare)) return 'choice'
  if (DRAWS.has(bare) || (bare.startsWith(SHUFFLED) && /\]\(\)\.(?:slice|splice|at|pop|shift)$/.test(bare))) return 'draw'

  if (bare === 'Math.seedrandom') return 'seed'
  const last = bare.slice(bare.lastIndexOf('.') + 1)
  if (language === 'python') return ofPython(bare, last)
  if (last.startsWith('randomUUID') || last === 'uuid') return undefined

  if (/^@tensorflow\/tfjs[^.]*\.(?:random\w+|multinomial|truncatedNormal|rand)$/.test(bare)) return 'draw'
  if (!isOfPackage(bare)) return undefined
  if (SEEDERS.has(last)) return 'seed'
  if (last === 'shuffle') return 'shuffle'
  if (/^(?:pick|arrayElements?|sample|choice|pickone|pickset|oneOf)$/.test(last)) return 'choice'
  if (isNew || MAKERS.has(last) || (PACKAGES.has(bare) && /seed|alea|gaussian|noise|twister|rand-/.test(bare))) return 'generator'
  return 'draw'
}

function ofPython(path: string, last: string): Chance | undefined {
  if (path.endsWith('.rvs') && path.startsWith('scipy.stats')) return 'draw'
  if (/^(?:scipy\.stats|numpyro|pymc|torch\.distributions)\b/.test(path) && /^(?:sample|rsample|rvs|resample)$/.test(last))
    return 'draw'
  if (path.startsWith('scipy.stats.')) return undefined
  if (path === 'torch.manual_seed' || path === 'torch.cuda.manual_seed' || path === 'tensorflow.set_random_seed') return 'seed'
  if (path.startsWith('torch.') && /^(?:normal_|uniform_|random_|exponential_|log_normal_|cauchy_)$/.test(last)) return 'draw'
  if (/^(?:arch|statsmodels)\b/.test(path) && last === 'simulate') return 'draw'

  const isBelow = BELOW.some(prefix => path.startsWith(prefix))
  if (!isBelow) return undefined
  if (SEEDERS.has(last)) return 'seed'
  if (last === 'choice' || last === 'choices' || last === 'sample' || last === 'random_element' || last === 'random_elements') {
    return path.startsWith('torch.') || path.startsWith('tensorflow_prob') || path.startsWith('stochastic') ? 'draw' : 'choice'
  }
  if (last === 'shuffle' || last === 'permutation' || last === 'permuted') return 'shuffle'
  if (MAKERS.has(last) || (/^[A-Z]/.test(last) && !last.endsWith('()'))) return 'generator'
  return 'draw'
}

function isOfPackage(path: string): boolean {
  const name = /^(?:@[^/.]+\/)?[^/.(]+/.exec(path)?.[0] ?? ''
  if (PACKAGES.has(name) || PACKAGES.has(name.replace(/\.js$/, ''))) return true
  if (path.startsWith('@stdlib/random')) return true
  if (/^(?:jstat|jStat|@stdlib\/stats)\b/.test(path)) return /\.sample\b|\.randn\b|\.randg\b/.test(path)
  return false
}

/** The part of a runtime whose draws a fixed seed decides: 'numpy.random' for `np.random.seed(42)`. */
export function seededBy(rawPath: string): string {
  const path = plainPath(rawPath)
  const upTo = path.lastIndexOf('.')
  const family = upTo < 0 ? path : path.slice(0, upTo)
  return family === 'torch.cuda' ? 'torch' : family
}

export const drawsFrom = (path: string, family: string): boolean => plainPath(path).startsWith(family)

const CHANCE_WORDS = list('random rand randn randint randf rng gauss randomize randomized randoms randbetween rnd urandom')

/** `randomId`, `random_forest`, `randomBytes` for a token: chance is in the name, but no number comes of it. */
const NOT_A_NUMBER = list(`
  id ids uuid guid string str hex token nonce key name color colour forest forests state search seed bytes salt password secret slug suffix prefix
  port path file host user agent email text word words char chars letters alphanumeric code svd pca split projection element item sample
  shuffle order access memory erasing cv crop flip rotation effects number_generator symbol uid
`)

/** Whether a function that nobody can look into says by its name that it draws a number. */
export function soundsLikeDraw(name: string): boolean {
  const words = wordsOf(name)
  return words.some(word => CHANCE_WORDS.has(word)) && !words.some(word => NOT_A_NUMBER.has(word)) && !/walk|forest/i.test(name)
}

/** Texts for `eval` and `new Function` that draw. */
export const drawInText = (text: string): string | undefined =>
  /\b(Math\.random|crypto\.getRandomValues|crypto\.randomInt|(?:np|numpy)\.random\.\w+|random\.\w+)\b/.exec(
    text.replace(/__import__\(\s*['"](\w+)['"]\s*\)/g, '$1'),
  )?.[1]
