// One route of the API as data: what it is called, who may call it, what goes in and what comes out.
import type { TObject, TSchema } from 'typebox'

/** What a person may be. Rights follow from roles in src/access/rights.ts; nothing is allowed that is not listed there. */
export type Role = 'read' | 'trade' | 'admin'

/**
 * Who may call a route. `public` needs no sign-in; `self` any sign-in; the others a right that a role gives.
 * An API token has at most the rights of its scope, and never `self` ones.
 */
export type Right =
  | 'public'
  | 'self'
  | 'market.read'
  | 'account.read'
  | 'orders.write'
  | 'runs.write'
  | 'feeds.write'
  | 'stop.trip'
  | 'stop.reset'
  | 'limits.write'
  | 'users.read'
  | 'users.write'
  | 'audit.read'
  | 'audit.export'
  | 'system.read'

/** Which bucket its calls are counted in; the limits are in src/adapters/gateway/rates.ts. */
export type Rate = 'sign-in' | 'refresh' | 'read' | 'order' | 'admin' | 'export' | 'unlimited'

export type Tag = 'session' | 'people' | 'audit' | 'market' | 'account' | 'runs' | 'safety' | 'system'

export interface Route {
  readonly summary: string
  readonly tag: Tag
  readonly right: Right
  readonly rate: Rate
  /** Needs a sign-in not older than five minutes. */
  readonly fresh?: true
  readonly params?: TObject
  readonly query?: TObject
  readonly body?: TObject
  readonly reply: TSchema
  /** Status of success when it is not 200. */
  readonly status?: 201 | 202 | 204
  /** What the reply is when it is not JSON. */
  readonly mediaType?: 'text/html' | 'text/csv' | 'application/x-ndjson'
}

/** Keeps the exact type of each route, which the handlers and the client are typed by. */
export const routes = <Table extends Readonly<Record<`${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`, Route>>>(
  table: Table,
): Table => table
