// The kill switch latches, never weakens, and leaves a record.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { engageKill, killFile, readKill, resetKill } from './kill-switch.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-kill-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const records = (): unknown[] =>
  readFileSync(join(home, 'kill-record.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

test('a kill stays in force until it is reset, and both are on record', async () => {
  expect(readKill(home)).toBeUndefined()

  await engageKill(home, { mode: 'halt', reason: 'the feed looks wrong' }).durable
  expect(readKill(home)).toMatchObject({ mode: 'halt', reason: 'the feed looks wrong' })
  expect(readKill(home)?.operator).not.toBe('')

  await resetKill(home, 'feed checked')
  expect(readKill(home)).toBeUndefined()
  expect(records()).toMatchObject([
    { action: 'kill', reason: 'the feed looks wrong' },
    { action: 'reset', reason: 'feed checked' },
  ])
})

test('a stronger kill replaces a milder one, never the other way round', async () => {
  await engageKill(home, { mode: 'cancel', reason: 'one' }).durable
  await engageKill(home, { mode: 'flatten', reason: 'two' }).durable
  await engageKill(home, { mode: 'halt', reason: 'three' }).durable

  expect(readKill(home)).toMatchObject({ mode: 'flatten', reason: 'two' })
  expect(records()).toHaveLength(3)
})

test('a damaged kill file is a kill', () => {
  for (const text of ['', '{', 'null', '{"mode":"none"}']) {
    writeFileSync(killFile(home), text)
    expect(readKill(home)?.mode, text).toBe('halt')
  }
})

test('nothing can be reset where nothing is in force', async () => {
  await expect(resetKill(home, 'x')).rejects.toEqual(expect.objectContaining({ code: 'KILL_NOT_FOUND', exit: 4 }))
})
