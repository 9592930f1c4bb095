// The dashboard as files: what the build wrote, with its own names forever and everything else asked for anew.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerTo, sendAnswer } from './answers.ts'
import { notFound, Refusal } from './refusal.ts'

/** Named by their content, so what has this name never changes. */
const IMMUTABLE = /\/assets\/[^/]+$/

export async function serveDashboard(app: FastifyInstance, folder: string | undefined): Promise<void> {
  const isBuilt = folder !== undefined && existsSync(join(folder, 'index.html'))
  if (isBuilt) {
    await app.register(staticFiles, {
      root: folder,
      prefix: '/',
      wildcard: true,
      index: false,
      dotfiles: 'ignore',
      preCompressed: true,
      cacheControl: false,
      schemaHide: true,
      setHeaders: (reply, path) => {
        const forever = IMMUTABLE.test(path.replace(/\.(?:br|gz)$/, ''))
        reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    app.get('/', { schema: { hide: true } }, (_request, reply) => page(reply))
  }

  // Pages of the dashboard have addresses of their own, which no file has.
  const page = (reply: FastifyReply): FastifyReply =>
    isBuilt ? reply.code(200).sendFile('index.html') : reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT)

  app.setNotFoundHandler((request, reply) => {
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && isPagePath(pathOf(request))
    return isPage ? page(reply) : sendAnswer(request, reply, answerTo(notFound()))
  })

  app.addHook('onRequest', async request => {
    if (UNSAFE.test(request.raw.url ?? '')) throw unsafe()
  })
}

/** Not the API's, not a file's that is missing: those have small endings, and /instruments/BTCUSDT.BINANCE is a page. */
const isPagePath = (path: string): boolean =>
  path !== '/api' && !path.startsWith('/api/') && path !== '/ws' && !/\.[a-z0-9]{1,8}$/.test(path.slice(path.lastIndexOf('/')))

const pathOf = (request: FastifyRequest): string => (request.raw.url ?? '').split('?')[0] ?? ''

/** In the path, before any question mark: ways up, in whichever writing, and what ends a line or a text. */
const UNSAFE = /^[^?]*(?:\/\.{1,2}(?:[/?;]|$)|\\|%(?:00|0a|0d|2e|2f|5c|25)|\/\/)|[\0\r\n]/i

const unsafe = (): Refusal =>
  new Refusal(400, 'REQUEST_INVALID', {
    message: 'The address is written in a way that has no honest use.',
    fix: 'Leave out dots as folders, backslashes, double slashes and their percent forms.',
  })

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Quadrant</title>
<h1>The dashboard was not built yet</h1>
<p>Stop the server, run <code>make dashboard</code> in the folder of Quadrant, which says what stands in the way, and start it again:
<code>bin/quadrant serve</code> builds it too.</p>
<p>Meanwhile the API works: <a href="/api/docs">its documentation</a>.</p>
</html>
`
