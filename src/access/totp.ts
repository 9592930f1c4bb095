// The second factor: codes of an authenticator by time (RFC 6238), each taken once.
import { generateURI, ScureBase32Plugin, verifySync } from 'otplib'

const PERIOD_SECONDS = 30
const ISSUER = 'Quadrant'

const base32 = new ScureBase32Plugin()

/** 160 bits, as long as the hash: RFC 4226 §4. */
export const newTotpSecret = (random: (bytes: number) => Buffer): string => base32.encode(random(20), { padding: false })

/** What an authenticator reads from the picture on the page. */
export const totpUri = (user: string, secret: string): string => generateURI({ issuer: ISSUER, label: user, secret })

/**
 * The time step a code belongs to, or undefined when it is wrong. One step to either side bears with clocks that differ;
 * steps up to `last` were taken before and are not taken again.
 */
export function totpStep({ secret, code, now, last }: TotpQuestion): number | undefined {
  if (!/^[0-9]{6}$/.test(code)) return undefined
  const epoch = Math.floor(now / 1_000)
  const result = verifySync({
    secret,
    token: code,
    epoch,
    period: PERIOD_SECONDS,
    epochTolerance: PERIOD_SECONDS,
  })
  return result.valid && 'timeStep' in result && result.timeStep > last ? result.timeStep : undefined
}

export interface TotpQuestion {
  /** Base32. */
  readonly secret: string
  readonly code: string
  readonly now: number
  readonly last: number
}
