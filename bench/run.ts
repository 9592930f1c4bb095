// Runs the benches one after the other, each in a process of its own so that none inherits another's heap or warm code.
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A bench is a file here that writes figures; what it is called is what NAME= asks for. */
const benches = globSync('*.ts', { cwd: import.meta.dirname })
  .filter(
    file =>
      !file.endsWith('.test.ts') &&
      /^import .*writeFigure.* from '\.\/figure\.ts'/m.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  .map(file => basename(file, '.ts'))
  .sort()

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !benches.includes(name))

if (unknown.length > 0) {
  console.error(`error BENCH_UNKNOWN: there is no bench named ${unknown.join(', ')}`)
  console.error(`  fix: make bench NAME=… with one of ${benches.join(', ')}; without NAME all of them run`)
  process.exitCode = 2
} else {
  for (const name of asked.length > 0 ? asked : benches) measure(name)
}

/** The figures of a name are replaced, so that bench/out never mixes two states of the tree. */
function measure(name: string): void {
  rmSync(join(import.meta.dirname, 'out', `${name}.jsonl`), { force: true })
  const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, `${name}.ts`)], {
    stdio: 'inherit',
  })
  if (done.status !== 0) {
    console.error(`error BENCH_FAILED: ${name} ended with ${done.status ?? done.signal}`)
    process.exitCode = 1
  }
}
