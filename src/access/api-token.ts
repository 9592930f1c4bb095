// API tokens for machines: qt_ID.SECRET, of which only a hash is kept.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { TokenRecord } from './stores.ts'

const FORM = /^qt_([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})$/

export interface ApiToken {
  readonly id: string
  readonly secret: string
}

export const newApiToken = (random: (bytes: number) => Buffer): ApiToken => ({
  id: random(12).toString('base64url'),
  secret: random(32).toString('base64url'),
})

export const writeApiToken = ({ id, secret }: ApiToken): string => `qt_${id}.${secret}`

export const looksLikeApiToken = (text: string): boolean => text.startsWith('qt_')

export function readApiToken(text: string): ApiToken | undefined {
  const [, id, secret] = FORM.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** 256 random bits need no slow hash. */
export const apiTokenHash = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export function isTokenSecret({ hash }: TokenRecord, secret: string): boolean {
  const [stored, given] = [Buffer.from(hash, 'hex'), Buffer.from(apiTokenHash(secret), 'hex')]
  return stored.length === given.length && timingSafeEqual(stored, given)
}
