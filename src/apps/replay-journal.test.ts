// A replay's journal: continued, or begun afresh.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { quote } from '../../test/market-facts.ts'
import { journalFolder } from './home.ts'
import { hasReplayJournal, openFreshReplayJournal, openReplayJournal } from './replay-journal.ts'

const ORIGIN = { id: 'replay-x-1', configHash: 'c'.repeat(64), dataHash: 'd'.repeat(64), codeHash: 'e'.repeat(64) }
let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'q-replay-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const entries = async (open: ReturnType<typeof openReplayJournal>): Promise<number> => {
  const count = [...open.read()].length
  await open.close()
  return count
}

test('what was played is taken up, unless it is to begin afresh', async () => {
  const journal = openReplayJournal(home, ORIGIN)
  journal.append({ sequence: 0, event: quote(1, 10_000, 10_002) })
  journal.flush(1)
  await journal.close()

  expect(await entries(openReplayJournal(home, ORIGIN))).toBe(1)
  expect(await entries(await openFreshReplayJournal(home, ORIGIN))).toBe(0)
  expect(hasReplayJournal(home, ORIGIN.id)).toBe(true)
})

test('a damaged journal is no hindrance', async () => {
  await openReplayJournal(home, ORIGIN).close()
  writeFileSync(join(journalFolder(home), ORIGIN.id, 'data.mdb'), 'not a journal')
  expect(await entries(await openFreshReplayJournal(home, ORIGIN))).toBe(0)
})

test('one that is being played is left alone', async () => {
  const journal = openReplayJournal(home, ORIGIN)
  await expect(openFreshReplayJournal(home, ORIGIN)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
  await journal.close()
})
