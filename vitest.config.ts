// Where the tests are. Test files may wait for a busy machine, so the timeouts are long; no test asserts a time.
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { quadrant: resolve(import.meta.dirname, 'src/sdk/sdk.ts') } },
  test: {
    include: ['src/**/*.test.ts', 'strategies/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'web/**/*.test.ts'],
    testTimeout: process.env['CAMPAIGN'] ? 600_000 : 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    setupFiles: [process.env['CAMPAIGN'] ? 'test/campaign.ts' : 'test/fixed-seed.ts'],
  },
})
