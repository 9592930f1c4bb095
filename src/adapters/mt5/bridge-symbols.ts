// Waits for a terminal to dial in and tell everything that its broker lists, no longer than somebody would wait for an answer.
import type { LiveSource } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { BridgeConversationOptions } from './bridge-conversation.ts'
import type { SymbolFacts } from './symbol-facts.ts'

export type SymbolListing = Pick<BridgeConversationOptions, 'onSymbol' | 'onListed'>

export interface ListingWait {
  /** Until a terminal has proven itself. */
  readonly waitMillis: number
  /** To be pinned in the terminal. */
  readonly thumbprint: string
  /** Why the last one that dialled in was sent away; empty when there was none. */
  readonly stranger: () => string
}

/** Once it is in: brokers list thousands of symbols, each a line of half a kilobyte. */
const LISTING_MILLIS = 60_000

/** `begin` opens the stream on which the terminal lists. Throws SourceError MT5_TERMINAL_ABSENT. */
export async function symbolsOfTerminal(
  begin: (listing: Required<SymbolListing>) => LiveSource,
  wait: ListingWait,
): Promise<readonly SymbolFacts[]> {
  const symbols = new Map<string, SymbolFacts>()
  let isListed = false
  let hasProven = false
  const stream = begin({ onSymbol: facts => symbols.set(facts.name, facts), onListed: () => (isListed = true) })
  const batches = stream.batches()[Symbol.asyncIterator]()

  const late = Promise.withResolvers<'late'>()
  let timer = setTimeout(late.resolve, wait.waitMillis, 'late')

  try {
    while (!isListed) {
      const batch = await Promise.race([batches.next(), late.promise])
      if (batch === 'late' || batch.done === true) throw hasProven ? slow() : absent(wait)
      if (!hasProven && batch.value.some(event => event.kind === 'link-change' && event.state === 'syncing')) {
        hasProven = true
        clearTimeout(timer)
        timer = setTimeout(late.resolve, LISTING_MILLIS, 'late')
      }
    }
    return [...symbols.values()]
  } finally {
    clearTimeout(timer)
    await batches.return?.()
  }
}

function absent({ waitMillis, thumbprint, stranger }: ListingWait): SourceError {
  const reason = stranger()
  return new SourceError('MT5_TERMINAL_ABSENT', {
    message: `no terminal dialled in and proved itself within ${waitMillis / 1000} s${reason === '' ? '' : `; one was sent away: ${reason}`}`,
    fix:
      "check in the terminal: QuadrantBridge is on a chart with algorithmic trading allowed; this machine's host is allowed under " +
      `Tools > Options > Expert Advisors; the advisor has this host and port, the thumbprint ${thumbprint} and the same secret; ` +
      'QUADRANT_MT5_LOGIN and QUADRANT_MT5_SERVER are those of the account',
    passing: true,
  })
}

const slow = (): SourceError =>
  new SourceError('SOURCE_SLOW', {
    message: `the terminal dialled in and did not list its symbols within ${LISTING_MILLIS / 1000} s`,
    fix: 'put the QuadrantBridge of this version on the chart, and see that the terminal is connected to its broker',
    passing: true,
  })
