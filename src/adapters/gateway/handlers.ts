// What the server asks of the rest of the house: one function for each route of the contract, and who is asking.

import type { Principal } from '../../access/principal.ts'
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteName } from '../../wire/contract.ts'
import { RESEARCH } from '../../wire/research.ts'

export type { Principal }

/** The circumstances of one request. */
export interface Call {
  /** Undefined on public routes. */
  readonly who: Principal | undefined
  readonly address: string
  readonly device: string
  readonly correlationId: string
  readonly signal: AbortSignal
}

export interface Input<Name extends RouteName> {
  readonly params: ParamsOf<Name>
  readonly query: QueryOf<Name>
  readonly body: BodyOf<Name>
}

export type Handler<Name extends RouteName> = (input: Input<Name>, call: Call) => Promise<ReplyOf<Name>> | ReplyOf<Name>
export type Handlers<Names extends RouteName = RouteName> = { readonly [Name in Names]: Handler<Name> }

/** Whether this person was given the account. Admins see all, and everybody what is nobody's. */
export const mayAccount = ({ roles, accounts }: Principal, account: string): boolean =>
  account === RESEARCH || roles.includes('admin') || accounts.includes('*') || accounts.includes(account)
