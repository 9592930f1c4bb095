// What browsers are told to forbid. The pages' own rule is the strictest they work under; documents of others get their own.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/** Sources: OWASP ASVS 3.4, CSP Level 3, the HSTS preload rules. */
export function setSecurityHeaders(app: FastifyInstance): void {
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'", request => socketSource(request)],
        'worker-src': ["'self'"],
        // The report of a run, which brings its own rule and a sandbox without an origin.
        'frame-src': ["'self'"],
        'manifest-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        'report-to': ['csp'],
      },
    },
    strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: true },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
  })

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', PERMISSIONS)
    reply.header('reporting-endpoints', `csp="${CSP_REPORTS}"`)
    reply.header('cache-control', 'no-store')
  })
}

export const CSP_REPORTS = '/csp-reports'

/** Every power that browsers ask a page about, denied. */
const PERMISSIONS = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
]
  .map(power => `${power}=()`)
  .join(', ')

/** Older browsers do not count wss of the same host as 'self'. The Host is echoed only when it can be nothing but a host. */
function socketSource({ headers: { host = '' } }: IncomingMessage): string {
  return /^[A-Za-z0-9.:[\]-]{1,260}$/.test(host) ? `wss://${host}` : "'self'"
}

/**
 * For a page that stands alone and carries its scripts and styles in itself: exactly those run, named by their hashes, in a
 * sandbox without an origin, where they reach neither cookies nor the network.
 */
export function lonePagePolicy(html: string): string {
  const hashes = (element: 'script' | 'style') => {
    const blocks = html.matchAll(new RegExp(`<${element}(?:\\s[^>]*)?>([\\s\\S]*?)</${element}>`, 'gi'))
    const found = [...blocks].map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    return found.length === 0 ? "'none'" : [...new Set(found)].join(' ')
  }
  return [
    "default-src 'none'",
    `script-src ${hashes('script')}`,
    `style-src ${hashes('style')}`,
    'img-src data:',
    'font-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-scripts',
  ].join('; ')
}
