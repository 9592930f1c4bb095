// Where the tests are. Test files may wait for a busy machine, so the timeouts are long; no test asserts a time.
import { resolve } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

/**
 * Inside a clone that a test made, what neither reads the data pack nor is set up by the clone is left out: the run around it has
 * just shown it, on the same files.
 */
const SHOWN_OUTSIDE = [
  'test/attack/**',
  'test/e2e/{beside,dashboard,guard,guard-env,guard-feed,house,kill-reset,living,people,watched-run}.test.ts',
  'src/guard/**',
  'test/guard/{corpus,detectors,mutation,own-tree}.test.ts',
]

export default defineConfig({
  resolve: { alias: { quadrant: resolve(import.meta.dirname, 'src/sdk/sdk.ts') } },
  test: {
    include: ['src/**/*.test.ts', 'strategies/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'web/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(process.env['QUADRANT_CLONE'] === '1' ? SHOWN_OUTSIDE : [])],
    testTimeout: process.env['CAMPAIGN'] ? 600_000 : 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    setupFiles: [process.env['CAMPAIGN'] ? 'test/campaign.ts' : 'test/fixed-seed.ts'],
  },
})
