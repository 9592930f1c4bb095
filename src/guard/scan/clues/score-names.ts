// Which names say how good, how sure or how likely something is, and which words around make a written number right for them.
import { wordsOf } from './market-words.ts'

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

const SCORES = list(`
  quality confidence score health reliability accuracy probability proba trust trustworthiness certainty conviction likelihood integrity
  completeness credibility strength qualities confidences probabilities
`)

/** Of these a rate is a judgement of how good something was. */
const WINS = list('win hit success strike')

/** After a score they leave it one. */
const ENDINGS = list('value values number pct percent percentage score of for now current raw float rating data signal signals')

/** What is chosen rather than measured: limits, weights, levels of an interval, chances of a sampler, what is taken before anything is known. */
const CHOSEN = list(`
  min max minimum maximum threshold thresholds cutoff weight weights level levels interval prior priors target required require floor ceiling cap
  decay penalty bonus step delta change margin tolerance limit limits gate bar bound bounds multiplier factor alpha beta half life period window
  sample sampling drop dropout mutation crossover mutate keep accept acceptance ratio rate boost boosts bucket buckets bins scale full perfect
  best worst neutral ttl timeout port path url check checks endpoint interval code id type key length count per increment loss order fail failure
`)

/** Around a number that is a setting: a table of what is asked for. */
const SETTINGS = list(`
  threshold thresholds weight weights config configuration options settings params parameters limits limit min max minimum maximum rules rule prior
  priors boost boosts levels gates targets bounds tolerance tolerances scoring coefficients requirements criteria defaults search fuzzy schema
`)

/** Pictures, sounds and archives have a quality that one chooses. */
const MEDIA =
  /jpe?g|png|webp|avif|image|canvas|toBlob|toDataURL|resize|compress|brotli|gzip|zlib|video|audio|codec|mp3|thumbnail|screenshot|encod|bitrate/i

/** Statistics have a confidence that one chooses. */
const STATISTICS =
  /ppf|quantile|percentile|interval|bootstrap|value_?at_?risk|\bvar\b|cvar|shortfall|zscore|z_score|norm\.|stats\.|alpha|significance|p_?value|kupiec|t_?test/i

const judged = new Map<string, boolean>()

export function isScoreName(name: string): boolean {
  const known = judged.get(name)
  if (known !== undefined) return known
  const made = judge(wordsOf(name))
  if (judged.size < 50_000) judged.set(name, made)
  return made
}

function judge(all: readonly string[]): boolean {
  const words = [...all]
  while (
    words.length > 1 &&
    ENDINGS.has(words.at(-1)!) &&
    !(words.at(-1) === 'score' && !words.slice(0, -1).some(word => SCORES.has(word)))
  )
    words.pop()
  const last = words.at(-1) ?? ''
  if (last === 'rate' && WINS.has(words.at(-2) ?? '')) return !words.slice(0, -2).some(word => CHOSEN.has(word))
  return SCORES.has(last) && !all.some(word => CHOSEN.has(word))
}

/** First words of functions that answer with something else, or make something of a score they are given. */
const DOES = list(
  'compare validate check is has have can should count format sort parse round test assert clamp normalize render log set update on',
)

export const givesScore = (name: string): boolean => !DOES.has(wordsOf(name)[0] ?? '') && isScoreName(name)

/** Those that are also given in percent: a strength or a trust of 20 is a number of points. */
export const isOfHundred = (name: string): boolean => /score|quality|confidence|accuracy|reliability|probability/i.test(name)

export const saysSettings = (name: string): boolean => wordsOf(name).some(word => SETTINGS.has(word))

export const saysMedia = (text: string): boolean => MEDIA.test(text)

export const saysStatistics = (text: string): boolean => STATISTICS.test(text)
