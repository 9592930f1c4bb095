// Two questions that need no sign-in: whether the process lives, and whether it can serve.
import type { FastifyInstance } from 'fastify'
import type { Guard } from './guard.ts'

export interface ProbesOptions {
  readonly guard: Guard
  readonly unready: () => readonly string[] | Promise<readonly string[]>
}

export function registerProbes(app: FastifyInstance, { guard, unready }: ProbesOptions): void {
  // guard-allow always-healthy: that it answers at all is what it says; whether it can serve is for /readyz
  app.get('/healthz', { schema: HIDDEN }, async () => ({ ok: true }))

  app.get('/readyz', { schema: HIDDEN }, async (request, reply) => {
    const reasons = await unready()
    const isReady = reasons.length === 0
    reply.code(isReady ? 200 : 503)

    // Why is for those who may know how the house is built.
    const isKnown = await guard.identify(request).then(
      () => true,
      () => false,
    )
    return isKnown ? { ok: isReady, reasons } : { ok: isReady }
  })
}

const HIDDEN = { hide: true }
