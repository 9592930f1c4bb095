// The one part of an answer that is not its body: the cookies that keep a browser signed in.
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignedIn } from '../../access/sign-in.ts'
import { ACCESS_COOKIE, certificateNameOf, DEVICE_COOKIE, REFRESH_COOKIE } from './credentials.ts'

export interface Browser {
  readonly refreshToken: string | undefined
  readonly deviceToken: string | undefined
  readonly certificate: string | undefined
  keep(signedIn: SignedIn): void
  /** Everything that this server ever left there, but the mark that the device is known. */
  forget(): void
}

/** No script reads them, no other site's request carries them, and no other host or path can have set them. */
const COOKIE: CookieSerializeOptions = { secure: true, httpOnly: true, sameSite: 'strict', path: '/' }
const DEVICE_DAYS = 180

export function browserOf(request: FastifyRequest, reply: FastifyReply): Browser {
  return {
    refreshToken: request.cookies[REFRESH_COOKIE],
    deviceToken: request.cookies[DEVICE_COOKIE],
    certificate: certificateNameOf(request),

    keep: ({ accessToken, refreshToken, deviceToken, sessionExpires }) => {
      const expires = new Date(sessionExpires)
      reply.setCookie(ACCESS_COOKIE, accessToken, { ...COOKIE, expires })
      if (refreshToken !== undefined) reply.setCookie(REFRESH_COOKIE, refreshToken, { ...COOKIE, expires })
      if (deviceToken !== undefined) reply.setCookie(DEVICE_COOKIE, deviceToken, { ...COOKIE, maxAge: DEVICE_DAYS * 86_400 })
    },
    forget: () => {
      reply.clearCookie(ACCESS_COOKIE, COOKIE).clearCookie(REFRESH_COOKIE, COOKIE)
      reply.header('clear-site-data', '"cache", "storage"')
    },
  }
}
