// What the lake knows of the economy before a living run begins: releases and announcements its senses may take in.
import { openFeed } from '../../adapters/lake/feed.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import type { FeedEvent } from '../../domain/event.ts'
import type { Micros } from '../../domain/numbers.ts'
import { lakeFolder } from '../home.ts'
import type { RunConfig } from '../run-config.ts'

/** In order of received time, all before `now`. Throws LakeError DATA_MISSING for a series the lake does not have. */
export async function knownFacts({ macro, calendar }: RunConfig, home: string, now: Micros): Promise<readonly FeedEvent[]> {
  if (macro.length === 0 && !calendar) return []
  const lake = new Lake(lakeFolder(home))
  try {
    const { known } = await openFeed(lake, { from: now, to: undefined, data: [], macro, calendar })
    return known
  } finally {
    lake.close()
  }
}
