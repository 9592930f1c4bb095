// Which run a page is about: a choice in its address, the living ones first, then the newest.
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { SelectField } from '../components/field.tsx'
import { type Loaded, useLoad } from '../load.ts'
import { setQuery } from '../router.ts'

export type Run = ReplyOf<'GET /runs'>['items'][number]

/** Every run, the living first, then the latest finished. */
export const useRuns = (): Loaded<readonly Run[]> =>
  useLoad(async signal => (await api('GET /runs', { signal })).items.toSorted(newestFirst), [], { everySeconds: 30 })

export const newestFirst = (a: Run, b: Run): number =>
  Number(b.running) - Number(a.running) ||
  ((b.finished ?? '') < (a.finished ?? '') ? -1 : (b.finished ?? '') > (a.finished ?? '') ? 1 : 0)

/** 'gold-ema · 121d6c3d · 2014-01 to 2014-12': runs of one configuration differ by the second, which no narrow box cuts off. */
export function runWords({ id, name, mode, running, from, to }: Run): string {
  const [first, last] = [from.slice(0, 7), to.slice(0, 7)]
  const span = running ? 'running' : first === last ? first : `${first} to ${last}`
  const rest = id.slice(id.lastIndexOf('-') + 1)
  return [name, ...(mode === 'BACKTEST' ? [] : [mode]), rest, span].join(' · ')
}

export interface RunChoiceProps {
  readonly runs: readonly Run[]
  readonly value: string
  /** The choice of all of them, 'all' in the address; the value is '' then. */
  readonly all?: string
  readonly label?: string
  /** Words of the address that belong to the run chosen before. */
  readonly forget?: readonly string[]
}

export const RunChoice = ({ runs, value, all, label = 'Run', forget = [] }: RunChoiceProps) => (
  <SelectField
    label={label}
    value={all !== undefined && value === '' ? 'all' : value}
    onValue={run => setQuery({ ...Object.fromEntries(forget.map(word => [word, undefined])), run })}
    options={[
      ...(all === undefined ? [] : [{ value: 'all', label: all }]),
      ...runs.map(run => ({ value: run.id, label: runWords(run) })),
    ]}
  />
)
