// The printed parts of an error, and the exit code of each family of codes.
import { describe, expect, test } from 'vitest'
import { exitOf, Failure, isExplained } from './failure.ts'

describe('a failure', () => {
  test('carries what and why, the fix, the code and the documented exit code', () => {
    const failure = new Failure('RUN_NOT_FOUND', { message: "there is no run 'x'", fix: 'list the runs: quadrant backtest list' })

    expect(failure).toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: "there is no run 'x'",
      fix: 'list the runs: quadrant backtest list',
      exit: 4,
    })
  })

  test('is recognised by its fields, so that an adapter need not know the class', () => {
    const foreign = Object.assign(new Error('the disk is full'), { code: 'DISK_FULL', fix: 'free some space' })

    expect(isExplained(foreign)).toBe(true)
    expect(isExplained(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe(false)
    expect(isExplained('a text')).toBe(false)
  })

  test.each([
    ['USAGE_UNKNOWN_OPTION', 2],
    ['CONFIG_INVALID', 3],
    ['STRATEGY_PARAMETERS', 3],
    ['RUN_NOT_FOUND', 4],
    ['IMPORT_FILE_NOT_FOUND', 4],
    ['DATA_MISSING', 7],
    ['IMPORT_COLUMNS', 7],
    ['CHECK_FAILED', 20],
    ['INTERRUPTED', 130],
    ['INTERNAL_ERROR', 1],
    ['DISK_FULL', 1],
  ])('%s exits with %i', (code, exit) => {
    expect(exitOf(code)).toBe(exit)
  })
})
