// The journal of tests keeps the contract of every journal.
import { journalContract } from './contracts/journal.ts'
import { MemoryJournal } from './memory-journal.ts'

journalContract('MemoryJournal', () => new MemoryJournal({ runId: 'run', configHash: 'c', dataHash: 'd' }))
