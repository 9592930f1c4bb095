// Whose a run is. What trades on living prices is an account that people are given; history belongs to nobody.
import type { Static } from 'typebox'
import type { Mode } from './forms.ts'

/** The account of backtests and of replays of history: everybody who is signed in may see them. No configuration can be called so. */
export const RESEARCH = '(research)'

/** `name` is the name of the run's configuration. */
export const accountOfRun = ({ name, mode }: { readonly name: string; readonly mode: Static<typeof Mode> }): string =>
  mode === 'BACKTEST' || mode === 'REPLAY' ? RESEARCH : name
