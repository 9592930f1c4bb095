// Every rule that reads programs, in the order of the documentation.
import type { Rule } from '../rule.ts'
import { emptyTest } from './empty-test.ts'
import { hardCodedPrice } from './hard-coded-price.ts'
import { testImport } from './test-import.ts'

export const RULES: readonly Rule[] = [testImport, hardCodedPrice, emptyTest]
