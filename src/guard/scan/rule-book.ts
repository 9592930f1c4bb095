// Every rule there is, in the order of the documentation; what --rules lists, --explain explains and a suppression may name.
import { OWN_RULES } from './own-rules.ts'
import type { Rule } from './rule.ts'
import { RULES } from './rules/all.ts'

export const RULE_BOOK: readonly Rule[] = [...RULES, ...OWN_RULES]

export const ruleNamed = (id: string): Rule | undefined => RULE_BOOK.find(rule => rule.id === id)
