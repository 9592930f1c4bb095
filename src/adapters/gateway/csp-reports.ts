// Where browsers say that a page tried something its rules forbid. What they say goes to the log, shortened and made harmless.
import type { FastifyInstance } from 'fastify'
import { addressOf } from './credentials.ts'
import { tooMany } from './guard.ts'
import type { GatewayLog } from './options.ts'
import type { Throttle } from './rates.ts'
import { CSP_REPORTS } from './security-headers.ts'

const BYTES_MAX = 16 * 1024
const REPORTS_MAX = 10

export function takeCspReports(
  app: FastifyInstance,
  { throttle, log }: { readonly throttle: Throttle; readonly log: GatewayLog },
): void {
  app.register(async scope => {
    scope.addContentTypeParser(
      ['application/reports+json', 'application/csp-report'],
      { parseAs: 'string', bodyLimit: BYTES_MAX },
      scope.getDefaultJsonParser('error', 'error'),
    )
    scope.post(CSP_REPORTS, { schema: { hide: true }, bodyLimit: BYTES_MAX }, async (request, reply) => {
      const wait = throttle.take('anonymous', addressOf(request))
      if (wait > 0) throw tooMany(wait)

      for (const report of [request.body].flat().slice(0, REPORTS_MAX)) {
        log('warn', 'a browser refused something that a page tried', { ...partsOf(report), correlationId: request.id })
      }
      return reply.code(204).send()
    })
  })
}

/** Either form of report: of the Reporting API, or of CSP Level 2. */
function partsOf(report: unknown): Readonly<Record<string, string>> {
  const body = fieldOf(report, 'body') ?? fieldOf(report, 'csp-report')
  return {
    directive: textOf(fieldOf(body, 'effectiveDirective') ?? fieldOf(body, 'effective-directive')),
    blocked: textOf(fieldOf(body, 'blockedURL') ?? fieldOf(body, 'blocked-uri')),
    page: textOf(fieldOf(body, 'documentURL') ?? fieldOf(body, 'document-uri')),
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined

/** Without what follows a question mark, which may hold anything. */
const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
        .split(/[?#]/)[0]!
        .replace(/[^\x20-\x7e]/g, '?')
        .slice(0, 200)
    : ''
