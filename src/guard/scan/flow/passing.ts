// What becomes of a value in functions that are not in the file: those that pass it on, reckon with it, or swallow it.
import { wordsOf } from '../clues/market-words.ts'

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Modules of runtimes and packages that everybody knows: nothing in them is of the project. */
const WORLD =
  /^(?:node:|(?:fs|path|os|http|https|net|tls|crypto|url|util|events|stream|zlib|child_process|worker_threads|assert|buffer|timers|perf_hooks|readline)(?:\/|$)|(?:numpy|pandas|scipy|torch|tensorflow|jax|sklearn|math|random|secrets|statistics|itertools|functools|collections|datetime|time|json|logging|typing|dataclasses|asyncio|requests|aiohttp|httpx|flask|fastapi|pydantic|sqlalchemy|decimal|enum|abc|sys|re|uuid|hashlib|pathlib|threading|subprocess|websockets|matplotlib|polars|statsmodels|faker|mimesis|redis|django|pytz|copy|operator|struct|csv|io|queue|socket|contextlib)(?:\.|$)|(?:react|react-dom|lodash|lodash-es|express|ws|axios|fastify|seedrandom|chance|rxjs|pino|zod|typebox|undici|vitest|preact|kysely|commander|d3-[a-z]+|@faker-js\/faker|@nestjs\/[a-z]+)(?:\/|$))/

export const isOfTheWorld = (module: string): boolean => WORLD.test(module)

/** The result is one of the arguments, or holds them. */
export const HANDED_ON: ReadonlySet<string> = list(`
  Object.freeze Object.seal Object.assign Object.create Promise.resolve Promise.all Promise.race Promise.any Promise.allSettled structuredClone
  Array.from Array.of Array Object.values Object.entries Object.fromEntries Symbol.iterator Float64Array Float64Array.from Float64Array.of Float32Array
  Float32Array.from Int32Array.from Set Map
  list tuple set dict iter reversed sorted zip enumerate frozenset copy.copy copy.deepcopy collections.deque deque itertools.chain itertools.repeat
  itertools.cycle itertools.islice asyncio.gather asyncio.wait_for asyncio.create_task asyncio.run asyncio.ensure_future typing.cast functools.partial
  types.SimpleNamespace collections.OrderedDict collections.namedtuple() weakref.ref rxjs.of rxjs.from rxjs.firstValueFrom rxjs.lastValueFrom
  contextlib.contextmanager contextlib.suppress
`)

/** Of these the result has what the argument had, and is another: what is put into it later, the first one never sees. */
export const COPIED: ReadonlySet<string> = list(`
  structuredClone Object.fromEntries Array.from Array.of Set Map Float64Array Float64Array.from Float32Array.from Int32Array.from
  list tuple set dict reversed sorted frozenset copy.copy copy.deepcopy collections.deque deque collections.OrderedDict
`)

/** Methods that do the same. */
export const COPYING: ReadonlySet<string> = list('copy slice concat toSorted toReversed toSpliced flat')

/** Modules that reckon: what goes in is in what comes out. */
const RECKONING =
  /^(?:Math|Number|BigInt|String|JSON|numpy|pandas|scipy|statistics|math|torch|tensorflow|jax|decimal|fractions|polars|cupy|dask|operator|itertools|numba|big\.js|bignumber\.js|decimal\.js|mathjs|lodash|lodash-es|underscore|ramda|simple-statistics|d3-array|danfojs|danfojs-node)(?:\.|$|\/)/

const RECKONING_ALONE: ReadonlySet<string> = list(`
  Number BigInt String parseFloat parseInt Boolean Decimal BigNumber Big float int str round abs min max sum pow divmod complex format repr Intl.NumberFormat().format
  isNaN
`)

export const reckons = (path: string): boolean =>
  RECKONING_ALONE.has(path) || (RECKONING.test(path) && !/\.(?:read|load|from_file|DataReader|fetch)/.test(path))

/** Verbs of functions whose arguments say how, where and when, not what comes back. */
const SWALLOWING: ReadonlySet<string> = list(`
  fetch get request load query read send sleep delay retry wait connect subscribe open log debug info warn error publish emit post put delete list
  find lookup search resolve poll listen watch start stop run schedule defer timeout interval init create register write save store insert
  exists has is should can includes check validate verify assert test index select download upload call exec execute spawn fork login auth authenticate
  close cancel flush print trace measure record count len length hash encrypt decrypt sign uuid id ping health status train fit sample shuffle
  backtest optimize optimise evaluate score predict estimate
`)

/** Whether a function that nobody can look into may put its arguments into its result. */
export function carriesArguments(name: string): boolean {
  if (/^(?:read|get)_?(?:U?int|float|double|big)/i.test(name)) return true
  const words = wordsOf(name)
  return words.length > 0 && !words.some(word => SWALLOWING.has(word))
}

/** Methods by which one element at a time goes to a function: `prices.map(price => …)`. */
export const EACH: ReadonlySet<string> = list(`
  map flatMap forEach filter find findLast some every findIndex findLastIndex groupBy partition sortBy keyBy mapValues apply applymap transform pipe
  pluck tap each
`)

/** Their result is what the function makes of the elements. */
export const MAPPING: ReadonlySet<string> = list('map flatMap mapValues apply applymap transform agg pipe')

/** They put their arguments into what they are called on. */
export const STORING: ReadonlySet<string> = list(`
  push unshift append appendleft add insert extend extendleft set fill enqueue push_back update setdefault put offer prepend next emit_value
  splice with setItem setValue record
`)

/** Their result is an element of what they are called on. */
export const TAKING: ReadonlySet<string> = list(`
  pop shift at get popleft peek first last values items entries keys next item tolist to_list to_numpy toArray head tail copy iterrows itertuples
  dequeue take drop skip nth __next__ __getitem__ getItem read_value
`)

/** Their result is what they are called on, more or less. */
export const SAME: ReadonlySet<string> = list(`
  slice splice concat sort reverse toSorted toReversed toSpliced flat filter fill copyWithin valueOf toArray sort_values reset_index set_index dropna
  fillna ffill bfill astype squeeze flatten ravel reshape clip with unique copy assign join merge rename
`)

/** Functions called on an element and what came of those before. */
export const FOLDING: ReadonlySet<string> = list('reduce reduceRight fold scan')
