// Groups of faults that a whole family of protocols cannot have, for the `exempt` of a source's contract.
import { type FaultKind, HTTP_FAULTS } from '../../venues/fault.ts'

type Exempt = Partial<Record<FaultKind, string>>

const because = (why: string, ...kinds: readonly FaultKind[]): Exempt => Object.fromEntries(kinds.map(kind => [kind, why]))

export const NO_HTTP: Exempt = because('the protocol has no HTTP in it', ...HTTP_FAULTS)

export const NO_TOKENS: Exempt = because('nobody signs in', 'token-expired', 'token-rotated', 'refresh-lost')

export const NO_BOOK: Exempt = because('there are quotes and no books', 'bad-checksum', 'stale-snapshot', 'crossed-book')

export const NO_BROKER_TIME: Exempt = because('the venue tells its time in UTC', 'zone-shift')

/** Figures of macro series have these; prices of this venue do not. */
export const NO_MISSING_FIGURES: Exempt = because('the venue has no word for a figure that is missing', 'dot-value', 'null-value')
