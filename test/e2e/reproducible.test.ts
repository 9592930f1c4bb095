// The same data and configuration give the same answer on any machine: another zone, language, folder or day changes nothing.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from '../source.ts'
import { run } from './clone.ts'

type Summary = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string; readonly report: string }

const folder = mkdtempSync(join(tmpdir(), 'quadrant-reproducible-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Imports the bundled figures into a new home and runs the shipped strategies on them. */
function quickstart(name: string, environment: Readonly<Record<string, string>>): readonly Summary[] {
  const { status, stdout, stderr } = run(folder, [join(ROOT, 'bin/quadrant'), 'quickstart', '--json'], {
    ...environment,
    QUADRANT_HOME: home(name),
  })
  expect(status, stderr).toBe(0)
  return (JSON.parse(stdout) as { readonly runs: readonly Summary[] }).runs
}

const home = (name: string): string => join(folder, name)

/** What may differ between two runs of the same thing: its name, its place and how long it took. */
const lasting = ({ id: _id, report: _report, elapsedSeconds: _elapsed, eventsPerSecond: _speed, ...rest }: Summary) => rest

/** What a run wrote about orders, fills and trades, byte for byte. */
const record = (name: string, { id }: Summary): Readonly<Record<string, string>> =>
  Object.fromEntries(
    globSync('{orders,fills,trades}.jsonl', { cwd: join(home(name), 'runs', id) }).map(file => [
      file,
      readFileSync(join(home(name), 'runs', id, file), 'utf8'),
    ]),
  )

test('two runs in different zones and languages agree to the byte', { timeout: 300_000 }, () => {
  const here = quickstart('here', { TZ: 'UTC', LC_ALL: 'C' })
  // Kathmandu is 5:45 ahead; Turkish has its own rules for i.
  const there = quickstart('there', { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' })

  expect(here.length).toBeGreaterThan(0)
  expect(there.map(lasting)).toEqual(here.map(lasting))
  for (const [i, summary] of here.entries()) {
    const written = record('here', summary)
    expect(Object.keys(written).length).toBeGreaterThan(0)
    expect(record('there', there[i]!), summary.name).toEqual(written)
  }
})
