// The stores in plain memory keep what every store keeps.
import { peopleStoreContract } from '../../test/contracts/people-store.ts'
import { sessionStoreContract } from '../../test/contracts/session-store.ts'
import { MemoryPeople } from '../../test/memory-people.ts'
import { MemorySessions } from './memory-stores.ts'

peopleStoreContract('memory', () => ({ store: new MemoryPeople(), close: async () => undefined }))
sessionStoreContract('memory', () => ({ open: () => new MemorySessions(), close: async () => undefined }))
