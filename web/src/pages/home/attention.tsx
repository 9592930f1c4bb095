// What a person should look at now, worst first; one quiet line when there is nothing.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { Icon } from '../../components/icon.tsx'
import { may, session } from '../../session.ts'
import { useTopic } from '../../topics.ts'

type Health = ReplyOf<'GET /health'>

interface Matter {
  readonly tone: 'bad' | 'warn' | 'info'
  readonly text: string
  readonly detail: string
  readonly href: string
  readonly act: string
}

/** A failed job is news for a day. */
const JOB_NEWS_MILLIS = 86_400_000

export function Attention({ health }: { readonly health: Health | undefined }) {
  const matters = [...useStopMatters(), ...useFeedMatters(), ...useJobMatters(), ...healthMatters(health), ...personMatters()]
  if (matters.length === 0) {
    return (
      <p class="attention-none">
        <Icon name="check" /> Nothing needs your attention.
      </p>
    )
  }
  return (
    <ul class="attention" aria-label="Needs attention">
      {matters.map(({ tone, text, detail, href, act }) => (
        <li key={text + detail} class={tone}>
          <Icon name={tone === 'info' ? 'info' : 'warning'} />
          <span class="attention-words">
            <strong>{text}</strong> {detail}
          </span>
          <a href={href}>{act}</a>
        </li>
      ))}
    </ul>
  )
}

function useStopMatters(): Matter[] {
  // Whoever may take it back is told how; the banner above every page says the rest.
  const stop = useTopic('stop').rows.get('stop')
  if (!stop?.engaged) return []
  const waiting = `${stop.obeyed.length} ${stop.obeyed.length === 1 ? 'run has' : 'runs have'} obeyed.`
  return [
    {
      tone: 'bad',
      text: 'The emergency stop is engaged.',
      detail: waiting,
      href: '/risk',
      act: may('stop.reset') ? 'Reset' : 'Look',
    },
  ]
}

function useFeedMatters(): Matter[] {
  const feeds = [...useTopic('feeds', { rate: 1 }).rows.values()]
  return feeds.flatMap(({ key, level, selected, sources }): Matter[] => {
    const source = sources.find(each => each.selected)
    if (level !== 'cache' && selected !== '' && (source === undefined || source.score >= 50)) return []
    const detail = source ? `${source.source}: ${source.why || source.state}` : 'no source is good enough to be read'
    return [
      { tone: level === 'cache' ? 'bad' : 'warn', text: `The feed of ${key} is degraded.`, detail, href: '/feeds', act: 'Feeds' },
    ]
  })
}

function useJobMatters(): Matter[] {
  const jobs = [...useTopic('jobs').rows.values()]
  return jobs
    .filter(({ state, ended }) => state === 'failed' && ended !== null && Date.now() - Date.parse(ended) < JOB_NEWS_MILLIS)
    .map(job => ({
      tone: 'warn',
      text: `The ${job.kind} of ${job.configuration} failed.`,
      detail: job.error?.message ?? '',
      href: '/backtests',
      act: 'Look',
    }))
}

const healthMatters = (health: Health | undefined): Matter[] =>
  (health?.parts ?? [])
    .filter(({ state }) => state === 'bad' || state === 'degraded')
    .map(({ name, state, reason }) => ({
      tone: state === 'bad' ? 'bad' : 'warn',
      text: `${name} is ${state}.`,
      detail: reason,
      href: '/system',
      act: 'System',
    }))

function personMatters(): Matter[] {
  const user = session.value?.user
  if (!user || user.secondFactor || !user.roles.some(role => role !== 'read')) return []
  return [
    {
      tone: 'info',
      text: 'Your account has no second factor.',
      detail: 'A password that leaks would be enough to trade.',
      href: '/settings#second-factor',
      act: 'Set it up',
    },
  ]
}
