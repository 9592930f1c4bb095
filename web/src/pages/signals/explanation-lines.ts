// What is said in an explanation, made readable: each stage by its job, and long lists of numbers as lines.
import type { ReplyOf } from '../../../../src/wire/contract.ts'

type Link = ReplyOf<'GET /orders/:run/:order/explanation'>['links'][number]

/** What each stage is for, in the order of the river from the money back to the source. */
const JOBS: Readonly<Record<string, string>> = {
  portfolio: 'what was booked',
  execution: 'how the order lived',
  risk: 'whether it was allowed',
  allocation: 'how much',
  signals: 'what the strategy wanted',
  fusion: 'what the senses said together',
  senses: 'what each sense said',
  features: 'what was computed',
  market: 'which prices were known',
  quality: 'whether the datum could be trusted',
  source: 'where the datum came from',
}

export interface ExplainedLink {
  readonly stage: string
  readonly job: string
  /** The first sentence of it. */
  readonly head: string
  /** The rest, one thing to a line. */
  readonly lines: readonly string[]
  readonly ids: readonly string[]
}

/** A list of three or more things behind a colon becomes lines; line breaks are kept. */
export function explainedLinks(links: readonly Link[]): readonly ExplainedLink[] {
  return links.map(({ stage, reason, ids }) => {
    const [first = '', ...rest] = reason.split('\n')
    const split = itemised(first)
    return { stage, job: JOBS[stage] ?? '', head: split.head, lines: [...split.items, ...rest], ids }
  })
}

function itemised(text: string): { readonly head: string; readonly items: readonly string[] } {
  const colon = text.indexOf(': ')
  if (colon < 0) return { head: text, items: [] }

  const items = text.slice(colon + 2).split(/[,;] (?=[^\d])/)
  return items.length < 3 ? { head: text, items: [] } : { head: text.slice(0, colon), items }
}
