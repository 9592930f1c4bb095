import { journalContract } from '../../../test/contracts/journal.ts'
import { MemoryJournal } from './memory-journal.ts'

journalContract('MemoryJournal', () => new MemoryJournal({ runId: 'run', configHash: 'c', dataHash: 'd' }))
