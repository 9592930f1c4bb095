// What can be known of the machine's clock without asking anybody: what was written before, and whether it was set meanwhile.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ClockFacts } from '../../guard/start/clock-sense.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** Whatever the installation was unpacked or built with is older than now. */
const INSTALLED = ['package.json', 'package-lock.json', 'src/apps/live/clock-facts.ts'] as const
/** And so is what runs have left: journals, notes, recordings. */
const LEFT = ['', 'journal', 'runs', 'recordings', 'lake', 'secrets'] as const

export function clockFacts(home: string, variables: Readonly<Record<string, string | undefined>>): ClockFacts {
  const written = [
    ...INSTALLED.map(name => join(ROOT, name)),
    ...LEFT.flatMap(name => {
      const folder = join(home, name)
      return existsSync(folder) ? readdirSync(folder).map(entry => join(folder, entry)) : []
    }),
  ].flatMap(path => {
    const millis = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    return millis === undefined ? [] : [{ what: path, millis }]
  })
  return {
    now: Date.now(),
    written,
    // Since the process began the two have run side by side.
    steppedMillis: Date.now() - (performance.timeOrigin + performance.now()),
    synchronised: synchronised(),
    madeUpBy: FAKERS.find(name => /faketime/i.test(`${name} ${variables[name]}`) && (variables[name] ?? '') !== '') ?? '',
  }
}

const FAKERS = ['FAKETIME', 'FAKETIME_TIMESTAMP_FILE', 'LD_PRELOAD', 'DYLD_INSERT_LIBRARIES'] as const

/** Only systemd says it without being root; where it is not there, nobody says. */
function synchronised(): boolean | undefined {
  if (existsSync('/run/systemd/timesync/synchronized')) return true
  if (!existsSync('/run/systemd/system')) return undefined
  const { status, stdout } = spawnSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    encoding: 'utf8',
    timeout: 1000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (status !== 0) return undefined
  return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : undefined
}
