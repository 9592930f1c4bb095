// Set-up that cannot succeed says what, why and the fix, and leaves nothing that the next attempt would trust.
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { cloneTest, freshClone, INSIDE_CLONE, removeClone, run } from './clone.ts'

const folder = INSIDE_CLONE ? '' : freshClone()
afterAll(() => {
  if (folder) removeClone(folder)
})

cloneTest('without npm, make says where to get it', () => {
  const tools = join(folder, '..', 'tools')
  mkdirSync(tools)
  for (const tool of ['sh', 'dirname', 'mktemp', 'rm', 'make']) {
    const found = run(folder, ['sh', '-c', `command -v ${tool}`]).stdout.trim()
    symlinkSync(found, join(tools, tool))
  }

  const { status, stderr } = run(folder, ['make', 'quickstart'], { PATH: tools })

  expect(status).toBe(2)
  expect(stderr).toContain('error SETUP_NPM_MISSING: npm was not found')
  expect(stderr).toContain('fix: install Node.js 18 or newer')
})

cloneTest('without a network, make says so and the next attempt installs again', () => {
  // Port 9 (discard) answers nobody, and the cache is empty.
  const { status, stderr } = run(folder, ['make', 'quickstart'], {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: join(folder, '..', 'cache'),
  })

  expect(status).toBe(2)
  expect(stderr).toContain('error SETUP_NETWORK: the packages could not be fetched')
  expect(stderr).toContain('fix: check the network or the proxy')
  expect(existsSync(join(folder, 'node_modules/.package-lock.json')), 'the stamp that make trusts').toBe(false)
})
