// The second factor: codes of an authenticator by time (RFC 6238), each taken once.
import { generateSecret, generateURI, verifySync } from 'otplib'

const PERIOD_SECONDS = 30
const ISSUER = 'Quadrant'

export const newTotpSecret = (): string => generateSecret({ length: 20 })

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
    ...(last > 0 ? { afterTimeStep: last } : {}),
  })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}

export interface TotpQuestion {
  /** Base32. */
  readonly secret: string
  readonly code: string
  readonly now: number
  readonly last: number
}
