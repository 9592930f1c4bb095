// How every error is answered: what and why, the fix, a stable code and the id it has in the log. Never a stack.
import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isExplained, statusOf } from './refusal.ts'

/** What fastify and Node refuse by themselves, by status. */
const BY_STATUS: Readonly<Record<number, readonly [code: string, message: string, fix: string]>> = {
  400: ['REQUEST_INVALID', 'The request cannot be read.', 'See /api/docs for its form.'],
  404: ['NOT_FOUND', 'There is nothing under this address.', 'See /api/docs for what there is.'],
  408: ['REQUEST_TIMEOUT', 'The request took too long to arrive.', 'Send it again, faster.'],
  413: ['BODY_TOO_LARGE', 'The body is larger than the server takes.', 'Send less at once.'],
  414: ['REQUEST_INVALID', 'A part of the address is longer than any name here.', 'See /api/docs for what there is.'],
  415: ['MEDIA_TYPE_REFUSED', 'Bodies are application/json, not compressed.', 'Send JSON with that Content-Type.'],
  417: ['EXPECTATION_REFUSED', 'The server meets no expectations.', 'Leave the Expect header out.'],
  431: ['HEADERS_TOO_LARGE', 'There are too many headers, or they are too long.', 'Send fewer.'],
  503: ['SERVER_CLOSING', 'The server is closing.', 'Try again when it is back.'],
}

export interface Answer {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly retryAfterSeconds?: number | undefined
}

/** What the caller is told of anything that was thrown. Of our own faults only that there was one. */
export function answerTo(error: unknown): Answer {
  if (isExplained(error)) {
    const { code, message, fix, retryAfterSeconds } = error as typeof error & { readonly retryAfterSeconds?: unknown }
    return {
      status: statusOf(error),
      code,
      message,
      fix,
      ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
    }
  }

  const status = statusIn(error)
  const known = status === undefined ? undefined : BY_STATUS[status]
  if (status !== undefined && known !== undefined) {
    const [code, message, fix] = known
    const isOurWords = (error as { name?: unknown }).name === 'Malformed'
    return { status, code, message: isOurWords ? (error as Error).message : message, fix }
  }
  return { status: 500, code: 'INTERNAL_ERROR', message: 'A fault in the server: it broke a rule of its own.', fix: REPORT_IT }
}

const REPORT_IT = 'Report it with the correlation id, which the log has too.'

function statusIn(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode
  return typeof status === 'number' && status >= 400 && status < 500 ? status : status === 503 ? 503 : undefined
}

export function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.retryAfterSeconds !== undefined)
    reply.header('retry-after', String(Math.max(1, Math.ceil(answer.retryAfterSeconds))))
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(answer.status)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('x-correlation-id', request.id)
    .type('application/json; charset=utf-8')
    .send(bodyOf(answer, request.id))
}

/** As text: an error's form is not left to a route's schema. */
export const bodyOf = ({ code, message, fix }: Answer, correlationId: string): string =>
  JSON.stringify({ error: { code, message, fix, correlationId } })

/** A request that Node could not read, or that took too long to come: there is no reply object yet, only the connection. */
export function refuseUnreadable(error: { readonly code?: string }, socket: Duplex): void {
  const status = /OVERFLOW$/.test(error.code ?? '') ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  socket.end(rawAnswer(answerTo({ statusCode: status }), randomBytes(8).toString('hex')), () => socket.destroy())
}

/** An answer written by hand, where no request was taken in. */
export function rawAnswer(answer: Answer, correlationId: string): string {
  const body = bodyOf(answer, correlationId)
  return [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}
