// The documentation of the API, made from the routes as they are registered: /api/docs to read, /api/docs/json for machines.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { Tag } from '../../wire/route.ts'

const TAGS: Readonly<Record<Tag, string>> = {
  session: 'Signing in, and the sessions of one person',
  people: 'Accounts of people, and API tokens',
  audit: 'What was done, by whom, and that nobody changed the record',
  market: 'Instruments, prices, opinions, signals, feeds, data',
  account: 'Orders, fills, positions, equity',
  runs: 'Backtests, replays and paper runs, finished and living',
  safety: 'Limits and the emergency stop',
  system: 'Health, logs, settings',
}

/** To be awaited before the first route, or it would not be in it. */
export async function documentApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Quadrant',
        version,
        summary: 'Self-hosted market intelligence and trading.',
        description:
          'Every error is `{ "error": { "code", "message", "fix", "correlationId" } }`; codes are stable. ' +
          'Browsers sign in with `POST /session` and send the `csrf` it answers as the header `X-CSRF` with every change; ' +
          'programs send an API token as `Authorization: Bearer`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: '__Host-at', description: 'Set by POST /session.' },
          csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF', description: 'The csrf of GET /session.' },
          token: { type: 'http', scheme: 'bearer', description: 'An API token, or an access token.' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json['$id'] ?? `Form${index}`) },
    transform: ({ schema, url }) => ({ schema: schema === undefined ? schema : (modern(schema) as typeof schema), url }),
  })

  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    // Without the bar that fetches other documents.
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: false,
    },
    theme: { title: 'Quadrant API' },
    // React builds the page from strings, which trusted types forbid; everything else stays as strict as for our own pages.
    staticCSP: {
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    },
  })
}

/** JSON Schema of 2020-12, which OpenAPI 3.1 speaks: a tuple's forms are prefixItems, and nothing comes after them. */
function modern(form: unknown): unknown {
  if (Array.isArray(form)) return form.map(modern)
  if (typeof form !== 'object' || form === null) return form

  const entries = Object.entries(form).map(([key, value]) => [key, modern(value)] as const)
  const plain = Object.fromEntries(entries)
  if (!Array.isArray(plain['items'])) return plain
  const { items, additionalItems: _none, ...rest } = plain
  return { ...rest, prefixItems: items, items: false }
}
