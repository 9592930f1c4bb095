// Addresses written down in a program, and which of them are no market.
import { isLoopback, practiceHost } from '../../practice-hosts.ts'
import type { Expression } from '../program/program.ts'
import { isKind, type Survey } from '../program/survey.ts'
import type { Module } from '../rule.ts'
import { lastName } from './named-values.ts'

/** practice: a venue's world without money · nowhere: kept for examples, or answers anything · local: this machine. */
export type Kind = 'practice' | 'nowhere' | 'local'

export interface What {
  readonly kind: Kind
  readonly host: string
  readonly what: string
}

const ADDRESS =
  /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:[^\s/@]*@)?((?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}|localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:[/?#]\S*)?$/i

/** Longer texts are no address, though they may hold one. */
const LENGTH_MAX = 2000
const MAY_BE_ONE = /\.[a-z]{2}|localhost|127\.|\[::1|-Demo/i

export function whatIsIt(text: string): What | undefined {
  if (text.length > LENGTH_MAX || !MAY_BE_ONE.test(text)) return undefined
  // A terminal's server is named, not addressed: 'MetaQuotes-Demo'.
  if (/^[A-Z][A-Za-z]+(?:-[A-Z][A-Za-z]*)*-Demo\d*$/.test(text)) return { kind: 'practice', host: text, what: 'a demo server' }
  const [, scheme, host] = ADDRESS.exec(text) ?? []
  if (host === undefined || (scheme !== undefined && !/^(?:https?|wss?|tcps?|ssl|tls)$/i.test(scheme))) return undefined
  if (isLoopback(host)) return scheme === undefined ? undefined : { kind: 'local', host, what: 'this machine' }

  const known = practiceHost(text)
  if (known === undefined || (known.kind !== 'practice' && scheme === undefined)) return undefined
  return { kind: known.kind === 'practice' ? 'practice' : 'nowhere', host: known.host, what: known.what }
}

/** Texts as they are written or put together, the largest whole of each. */
export function* addressesOf(
  module: Module,
  { of, parentOf }: Survey,
): Generator<{ readonly node: Expression; readonly text: string }> {
  const isWhole = (node: Expression) => typeof module.flow.constantOf(node)?.value === 'string'
  for (const kind of ['literal', 'operation', 'template', 'call'] as const) {
    for (const node of of(kind)) {
      if (isKind(node, 'operation') && node.operator !== '+') continue
      if (isKind(node, 'call') && !/^(?:join|concat|toString|decode|atob|toLowerCase|lower)$/.test(lastName(node.callee) ?? ''))
        continue
      const around = parentOf(node)
      if ((isKind(around, 'operation') || isKind(around, 'template')) && isWhole(around)) continue
      const constant = module.flow.constantOf(node)?.value
      if (typeof constant === 'string') yield { node, text: constant }
      else if (isKind(node, 'template') && isKind(node.parts[0], 'literal')) yield { node, text: String(node.parts[0].value) }
    }
  }
}
