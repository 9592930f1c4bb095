// Which functions, routes and answers are about health, and which answers are a yes.
import { wordsOf } from './market-words.ts'

/** Functions whose answer is believed to say whether something works. */
const HEALTH =
  /^(?:is|are|has|check|get|probe|report|verify|assert|test|fetch|read|run|do|perform|compute)?(?:feed|broker|data|db|database|redis|exchange|venue|gateway|market|service|system|source|session|socket|connection|stream|engine|overall|current|my|all|api|the)*(?:health|healthy|healthz|healthcheck|healthchecks|ishealthy|checkhealth|healthstatus|healthreport|healthprobe|healthiness|ready|readyz|readiness|isready|readinessprobe|readinesscheck|alive|connected|isconnected|connectionok|connectionstatus|connectionstate|online|reachable|operational|up|heartbeat|available|ok)(?:check|checks|status|report|probe|handler|endpoint|route|view|state|async|ok)*$/

/** `check`, `status`, `ping` alone say it only in a class or a file of such. */
const PLAIN =
  /^(?:get|handle|handler|respond|check|checkall|status|getstatus|ping|probe|diagnose|selftest|selfcheck|checkconnection|checkfeed|checkdatabase|checkdb|checkbroker|checkexchange|checkredis|checkvenue|checksource|checkstatus|checkservice|checkservices)$/

const joined = (name: string) => wordsOf(name).join('')

const LIVENESS = /^(?:livez|live|liveness|livenessprobe|livenesscheck)$/

/** Health that is not that of a program: health care, healthy eating of a sector, available balance, what is up for sale. */
const ELSEWHERE =
  /healthcare|available(?:balance|margin|funds|qty|quantity)|up(?:trend|side|date|grade|load)|okay|startup|setup|lookup|markup|backup|ready(?:ness)?(?:list|queue)/

export function asksForHealth(name: string): boolean {
  const text = joined(name)
  if (LIVENESS.test(text) || ELSEWHERE.test(text)) return false
  return HEALTH.test(text) && !/^(?:up|isup|ok|available|isok|isavailable|online|hasup|onlineok|getup)$/.test(text)
}

/** Names that ask for health only where everything around is about it. */
export const mayAskForHealth = (name: string): boolean => PLAIN.test(joined(name))

export const saysHealth = (name: string): boolean =>
  /health|readiness|heartbeat|watchdog|liveness|connection|session|monitor/i.test(name) && !ELSEWHERE.test(joined(name))

/** '/health', '/api/v1/healthz', 'readiness/'; '/livez' and '/ping' only prove that somebody answers. */
export const isHealthPath = (path: string): boolean =>
  /(?:^|\/|\^)(?:_?health(?:[-_]?check|[-_]?status|z)?(?:\/(?:ready|readiness|check|status|full|deep|all))?|ready|readyz|readiness|_?status|status\/health|up|isalive|is-alive|isready|alive)\/?\$?$/i.test(
    path,
  ) && !/^\w+$/.test(path)

const YES =
  /^(?:ok|okay|up|healthy|alive|pass|passed|passing|ready|connected|good|green|serving|running|online|operational|available|active|open|streaming|healthy!|200|200 ok|success|fine|normal|true|yes|all good|all systems operational|live)$/i

const NO =
  /^(?:down|unhealthy|dead|fail|failed|failing|not ready|not_ready|disconnected|bad|red|not_serving|stopped|offline|degraded|unavailable|closed|error|false|no|unknown|stale|503|500)$/i

export const isYesText = (text: string): boolean =>
  YES.test(text.trim()) ||
  /^(?:ok|healthy|up|ready|alive)[:,;.!-](?!.*\b(?:down|fail|error|degraded))/i.test(text.trim()) ||
  /^\s*\{[^{}]*"(?:status|ready|ok|healthy|alive|up)"\s*:\s*(?:true|"(?:ok|up|healthy|ready|pass)")/i.test(text)

export const isNoText = (text: string): boolean => NO.test(text.trim())

/** Keys whose value is the answer of a check. */
export const isVerdictKey = (key: string): boolean =>
  /^(?:is_?)?(?:healthy|ready|ok|alive|up|connected|status|state|health|online|operational|available|success|live|reachable|serving)$/i.test(
    key,
  )
