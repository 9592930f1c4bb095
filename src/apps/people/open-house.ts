// Opens what people, their rights and the audit trail of a state folder need: its database, its keys, and access over them.
import { Access } from '../../access/access.ts'
import { type Database, openDatabase } from '../../adapters/database/database.ts'
import { sealingWith } from '../serve/sealing.ts'
import { openServerKeys } from '../serve/server-keys.ts'
import { HouseAudit } from './house-audit.ts'
import { OpenDesk } from './people-desk.ts'

export interface OpenHouse {
  readonly database: Database
  readonly access: Access
  readonly audit: HouseAudit
  readonly desk: OpenDesk
  close(): Promise<void>
}

/** For a command while no server runs. Throws DatabaseError DATABASE_IN_USE, …; Failure KEYS_EXPOSED, KEYS_DAMAGED. */
export async function openHouse(home: string, url: string | undefined): Promise<OpenHouse> {
  const now = () => Date.now()
  const database = await openDatabase({ home, url })
  try {
    const keys = openServerKeys(home)
    const audit = await HouseAudit.open({ home, store: database.audit, key: keys.auditKey, now })
    const access = new Access({
      people: database.people,
      sessions: database.sessions,
      pepper: keys.pepper,
      signingKeys: keys.tokenKeys,
      ...sealingWith(keys.sealingKey),
      now,
      on: audit.record,
    })
    const close = async () => {
      await access.close()
      await audit.close()
      await database.close()
    }
    return { database, access, audit, desk: new OpenDesk({ access, audit, database }), close }
  } catch (error) {
    await database.close()
    throw error
  }
}
