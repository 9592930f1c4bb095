// Our own code keeps what it asks of others: `quadrant guard scan src strategies` finds nothing.
import { expect, test } from 'vitest'
import { scan } from '../../src/guard/scan/scanner.ts'
import { ROOT, read } from '../source.ts'

test('our own tree passes, and every exception has its reason', async () => {
  const { files, findings, suppressed } = await scan({ paths: ['src', 'strategies'], startedIn: ROOT })

  expect(files).toBeGreaterThan(500)
  expect(findings.map(({ file, line, rule, message }) => `${file}:${line} ${rule}: ${message}`)).toEqual([])
  for (const { reason } of suppressed) expect(reason.length).toBeGreaterThan(10)
})

test('the live entry that package.json names is the door of run --mode live', () => {
  const { quadrant } = JSON.parse(read('package.json') ?? '') as { quadrant: { liveEntry: string } }

  expect(read(quadrant.liveEntry)).toBeDefined()
  expect(read('src/apps/cli/run.ts')).toContain(`import('${quadrant.liveEntry.replace('src/apps/', '../')}')`)
})
