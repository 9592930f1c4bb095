// Rates that hold nobody back, where a test asks about something else.
import { RATES, type Rates } from '../../src/adapters/gateway/rates.ts'

export const PLENTY = Object.fromEntries(Object.keys(RATES).map(name => [name, { perSecond: 1e9, burst: 1e9 }])) as Rates
