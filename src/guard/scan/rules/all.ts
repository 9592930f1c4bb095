// Every rule that reads programs, in the order of the documentation.
import type { Rule } from '../rule.ts'
import { alwaysHealthy } from './always-healthy.ts'
import { catchMadeUp } from './catch-made-up.ts'
import { constantScore } from './constant-score.ts'
import { emptyTest } from './empty-test.ts'
import { environmentFake } from './environment-fake.ts'
import { hardCodedPrice } from './hard-coded-price.ts'
import { pretendFeed } from './pretend-feed.ts'
import { pretendedName } from './pretended-name.ts'
import { randomToMarket } from './random-to-market.ts'
import { randomWalk } from './random-walk.ts'
import { seededGenerator } from './seeded-generator.ts'
import { testHost } from './test-host.ts'
import { testImport } from './test-import.ts'

export const RULES: readonly Rule[] = [
  testImport,
  randomToMarket,
  randomWalk,
  seededGenerator,
  pretendedName,
  hardCodedPrice,
  constantScore,
  pretendFeed,
  catchMadeUp,
  alwaysHealthy,
  testHost,
  environmentFake,
  emptyTest,
]
