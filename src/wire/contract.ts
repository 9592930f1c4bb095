// The whole API as one table. The server registers its routes from it, the client and the documentation are made of it, and
// the test of rights walks it: what is not in here does not exist.
import type { Static, TSchema } from 'typebox'
import { accountRoutes } from './account.ts'
import { marketRoutes } from './market.ts'
import { peopleRoutes } from './people.ts'
import type { Route } from './route.ts'
import { runRoutes } from './runs.ts'
import { systemRoutes } from './system.ts'

export const API_ROOT = '/api/v1'

export const API = { ...peopleRoutes, ...marketRoutes, ...accountRoutes, ...runRoutes, ...systemRoutes }

/** 'GET /orders/:run/:order'. */
export type RouteName = keyof typeof API

type Part<Name extends RouteName, Key extends string> = (typeof API)[Name] extends {
  readonly [K in Key]: infer Form extends TSchema
}
  ? Static<Form>
  : undefined

export type ParamsOf<Name extends RouteName> = Part<Name, 'params'>
export type QueryOf<Name extends RouteName> = Part<Name, 'query'>
export type BodyOf<Name extends RouteName> = Part<Name, 'body'>
export type ReplyOf<Name extends RouteName> = Part<Name, 'reply'>

export const ROUTE_NAMES = Object.keys(API) as readonly RouteName[]
export const routeOf = (name: RouteName): Route => API[name]
