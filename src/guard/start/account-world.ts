// The third of three: key, host and account must be of one world, and only the venue knows the account's.
import type { Environment } from '../../connectivity/source.ts'
import type { Fault, Verdict } from '../fault.ts'

/** What a source said when it was asked whose account the key opens. Without numbers and names. */
export interface AccountFact {
  readonly source: string
  readonly answer: /** The account of the configuration, as the venue describes it; undefined where it does not say. */
    | { readonly kind: 'told'; readonly world: Environment | undefined }
    /** The key opens other accounts, and not the one that was configured. */
    | { readonly kind: 'absent' }
    | { readonly kind: 'refused'; readonly said: string }
    | { readonly kind: 'unreachable'; readonly said: string }
}

export function accountVerdict(mode: Environment, facts: readonly AccountFact[]): Verdict {
  const told = facts.map(fact => accountRemark(mode, fact))
  return {
    faults: told.flatMap(remark => (remark?.kind === 'fault' ? [remark.fault] : [])),
    warnings: told.flatMap(remark => (remark?.kind === 'warning' ? [remark.fault] : [])),
  }
}

type Remark = { readonly kind: 'fault' | 'warning'; readonly fault: Fault } | undefined

function accountRemark(mode: Environment, { source, answer }: AccountFact): Remark {
  switch (answer.kind) {
    case 'told':
      if (answer.world === mode) return undefined
      if (answer.world === undefined) {
        const what = `${source} does not say whether its account is live or practice`
        return {
          kind: 'warning',
          fault: { code: 'ENV_ACCOUNT_UNKNOWN', what, fix: 'look it up with the broker before the first order' },
        }
      }
      return {
        kind: 'fault',
        fault: {
          code: 'ENV_ACCOUNT_MISMATCH',
          what: `${source} says that the account is of its ${answer.world} world, and the mode is ${mode}`,
          fix: `give an account of the ${mode} world, or change the mode`,
        },
      }
    case 'absent':
      return {
        kind: 'fault',
        fault: {
          code: 'ENV_ACCOUNT_MISMATCH',
          what: `${source} says that this key does not open the configured account`,
          fix: 'give the key and the account of one login',
        },
      }
    case 'refused':
      return {
        kind: 'fault',
        fault: { code: 'KEY_INVALID', what: `${source} refused the key: ${answer.said}`, fix: 'have it renewed by its provider' },
      }
    case 'unreachable':
      return {
        kind: 'fault',
        fault: {
          code: 'ENV_ACCOUNT_UNASKED',
          what: `${source} could not be asked for the type of its account: ${answer.said}`,
          fix: 'check the network and start again: nothing trades with an account that nobody has confirmed',
        },
      }
  }
}
