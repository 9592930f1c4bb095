// The API's routes, registered from the contract's table: what a route needs is looked at before, what it gives is cut to its form.
import type {} from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import Type, { type TSchema } from 'typebox'
import type { Identity } from '../../access/principal.ts'
import { API_ROOT, ROUTE_NAMES, type RouteName, routeOf } from '../../wire/contract.ts'
import { closed, ErrorReply } from '../../wire/forms.ts'
import type { Route } from '../../wire/route.ts'
import { browserOf } from './browser.ts'
import { callOf, type Guard } from './guard.ts'
import type { Handlers } from './handlers.ts'
import type { HouseRouteName } from './options.ts'
import type { PeopleHandler, PeopleHandlers } from './people-handlers.ts'
import { lonePagePolicy } from './security-headers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    who: Identity | undefined
  }
}

export interface RoutesOptions {
  /** One for each route of the contract: a missing one is a type error. */
  readonly handlers: Handlers<HouseRouteName> & PeopleHandlers
  readonly guard: Guard
}

export function registerRoutes(app: FastifyInstance, { handlers, guard }: RoutesOptions): void {
  for (const name of ROUTE_NAMES) {
    const route = routeOf(name)
    const { method, path } = partsOf(name)
    const handler = handlers[name] as PeopleHandler<RouteName>

    app.route({
      method,
      url: `${API_ROOT}${path}`,
      schema: schemaOf(name, route),
      onRequest: async request => {
        request.who = await guard.admit(route, request)
      },
      handler: async (request, reply) => {
        const input = { params: request.params, query: request.query, body: request.body } as Parameters<typeof handler>[0]
        const answer: unknown = await handler(input, callOf(request, reply, request.who), browserOf(request, reply))

        reply.code(route.status ?? 200)
        if (route.mediaType === undefined) return answer === null ? reply.type(JSON_TYPE).send('null') : answer

        reply.type(`${route.mediaType}; charset=utf-8`)
        if (route.mediaType === 'text/html') {
          reply.header('content-security-policy', lonePagePolicy(String(answer))).header('x-frame-options', 'SAMEORIGIN')
        }
        return answer
      },
    })
  }
}

const JSON_TYPE = 'application/json; charset=utf-8'

export const partsOf = (name: RouteName): { readonly method: string; readonly path: string } => {
  const [method = '', path = ''] = name.split(' ')
  return { method, path }
}

/** What may be answered instead, and when. */
const ERRORS: Readonly<Record<number, string>> = {
  400: 'The request has another form than this documentation gives it.',
  401: 'Nobody is signed in with this request, or no longer.',
  403: 'Whoever is signed in may not do this, or not without a fresh sign-in.',
  404: 'There is no such thing, or it is not yours to see.',
  409: 'It contradicts how things stand now.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'It is understood and cannot be done.',
  429: 'That was asked too often; Retry-After says when to come back.',
  500: 'A fault in the server.',
  503: 'A part of the house cannot be reached at the moment.',
}

function schemaOf(name: RouteName, route: Route): FastifySchema {
  const { params, query = NOTHING, body, reply, mediaType } = route
  const success =
    mediaType === undefined ? described(reply) : { description: 'Done', content: { [mediaType]: { schema: reply } } }
  const errors = Object.entries(ERRORS).map(([status, description]) => [status, { description, $ref: 'ErrorReply#' }])
  return {
    operationId: operationOf(name),
    summary: route.summary,
    description: descriptionOf(route),
    tags: [route.tag],
    security: securityOf(name, route),
    querystring: query,
    ...(params === undefined ? {} : { params }),
    ...(body === undefined ? {} : { body }),
    response: { [route.status ?? 200]: success, ...Object.fromEntries(errors) },
  }
}

const NOTHING = Type.Object({}, closed)

export const ERROR_SCHEMA = { $id: 'ErrorReply', ...ErrorReply }

const described = (form: TSchema): TSchema => ({ ...form, description: 'Done' })

/** 'GET /orders/:run/:order' is getOrdersByRunByOrder. */
const operationOf = (name: RouteName): string => {
  const { method, path } = partsOf(name)
  const words = path.replaceAll('/:', '/by-').split(/[/-]/).filter(Boolean)
  return method.toLowerCase() + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function descriptionOf({ right, rate, fresh }: Route): string {
  const who =
    right === 'public'
      ? 'Needs no sign-in.'
      : right === 'self'
        ? 'Needs a session; an API token is not enough.'
        : `Needs the right \`${right}\`.`
  return [who, ...(fresh ? ['The sign-in may not be older than five minutes.'] : []), `Counted as \`${rate}\`.`].join(' ')
}

function securityOf(name: RouteName, { right }: Route): readonly Readonly<Record<string, readonly string[]>>[] {
  if (right === 'public') return []
  const cookie = name.startsWith('GET ') ? { cookie: [] } : { cookie: [], csrf: [] }
  return [cookie, { token: [] }]
}
