// What a live feed is made of.
import type { Provenance } from '../domain/provenance.ts'
import type { AttemptBudget } from './attempt-budget.ts'
import type { Clock } from './clock.ts'
import type { Conversation } from './conversation.ts'
import type { FrameTap } from './frame-line.ts'
import type { HttpClient } from './http-client.ts'
import type { OpenLink } from './link.ts'

export interface LiveFeedOptions {
  /** The connection's: carried by what the feed says of itself. `origin` is the URL without secrets; the tap sees it too. */
  readonly provenance: Provenance
  readonly clock: Clock
  /** Opens one connection; called anew for each. A URL or token that must be fresh is fetched in here. */
  readonly link: OpenLink
  /** A new one for each connection. */
  readonly conversation: () => Conversation
  /** No frame for so long, and the connection is given up: the half-open socket's only symptom. */
  readonly silenceMillis: number
  /** Connection attempts that the host allows, shared by all feeds of this process: `attemptsAt(network, host, rule)`. */
  readonly attempts?: AttemptBudget
  /** For `out.request`. A conversation that makes requests needs it. */
  readonly http?: HttpClient
  readonly tap?: FrameTap
  /** Texts that the tap must not see, replaced by `***` in what is sent and requested: keys, tokens, account numbers. */
  readonly secrets?: () => readonly string[]
  /** Sends a ping below the protocol this often, where the link can, and reports the round trip. */
  readonly pingMillis?: number
  /** Events held for a slow reader before quotes are replaced and books dropped. 50,000 when not given. */
  readonly holdEvents?: number
}
