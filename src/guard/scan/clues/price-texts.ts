// Prices inside of texts: JSON and CSV written into the code.
import type { Literal } from '../program/program.ts'
import { isKind, type Node, type Survey } from '../program/survey.ts'
import { lastName } from './named-values.ts'
import { isInstrument, priceName } from './price-names.ts'

export interface PriceText {
  /** The key or the column it stands under. */
  readonly name: string
  readonly value: number
}

/** Texts for people: what is shown or explained is not worked with. */
const SHOWS = /^(?:log|info|debug|warn|warning|error|print|add_argument|option|help|describe|example|\w*Error|\w*Exception)$/
const SHOWN =
  /^(?:help|description|example|examples|docs?|documentation|usage|epilog|summary|title|placeholder|hint|code|bad|good|schema|sample)$/i

/** The first price in a text of JSON or CSV; undefined for everything else. */
export function priceInText({ value }: Literal): PriceText | undefined {
  if (typeof value !== 'string' || value.length < 8 || !/\d/.test(value)) return undefined
  const text = value.trim()
  return /^[[{]/.test(text) ? inJson(text) : text.includes('\n') ? inCsv(text) : undefined
}

function inJson(text: string): PriceText | undefined {
  try {
    return inRecord(JSON.parse(text), 0)
  } catch {
    return undefined
  }
}

const DEPTH_MAX = 6

function inRecord(value: unknown, depth: number): PriceText | undefined {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return undefined
  const entries = Object.entries(value)
  const hasCompany = entries.some(([, each]) => typeof each === 'string' && isInstrument(each))

  for (const [key, each] of entries) {
    const kind = priceName(key)
    const isPlain = kind === 'certain' || (kind === 'beside' && hasCompany)
    const number = typeof each === 'string' && /^\d+\.\d+$/.test(each) ? Number(each) : each
    if (isPlain && typeof number === 'number' && isPriceLike(number)) return { name: key, value: number }
    const inner = inRecord(each, depth + 1)
    if (inner !== undefined) return inner
  }
  return undefined
}

const COLUMNS_MIN = 2

function inCsv(text: string): PriceText | undefined {
  const [header = '', ...rows] = text.split('\n').map(line => line.trim())
  const separator = [',', ';', '\t'].find(each => header.includes(each))
  if (separator === undefined) return undefined

  const columns = header.split(separator).map(column => column.trim())
  const prices = columns.flatMap((column, i) => (/^\w+$/.test(column) && priceName(column) !== undefined ? [i] : []))
  const isTable = prices.length >= COLUMNS_MIN || (prices.length === 1 && columns.length > 1)
  if (!isTable) return undefined

  for (const row of rows) {
    const cells = row.split(separator).map(cell => cell.trim())
    if (cells.length !== columns.length) continue
    for (const i of prices) {
      const cell = cells[i] ?? ''
      if (/^\d+(?:\.\d+)?$/.test(cell) && isPriceLike(Number(cell))) return { name: columns[i]!, value: Number(cell) }
    }
  }
  return undefined
}

/** A small whole number is a tag, a width or a count as well. */
const isPriceLike = (value: number) => value > 0 && value < 1e9 && (!Number.isInteger(value) || value >= 10)

/** Whether a text is shown to somebody, or stands in the code as a note. */
export function isForReading(text: Literal, { parentOf }: Survey): boolean {
  let inner: Node = text
  for (let around = parentOf(text); around !== undefined; around = parentOf(around)) {
    if (isKind(around, 'expression')) return inner === text
    if (isKind(around, 'call') && inner !== around.callee && SHOWS.test(lastName(around.callee) ?? '')) return true
    if (isKind(around, 'throw') || isKind(around, 'other')) return true
    if (!('kind' in around) && 'index' in around && SHOWN.test(around.key ?? '')) return true
    if (isKind(around, 'call') && around.keywords.some(({ name, value }) => value === inner && SHOWN.test(name ?? '')))
      return true
    if (isKind(around, 'declare') || isKind(around, 'assign'))
      return (
        isKind(around.target, 'name') && /example|usage|help|docs?$|schema|template|sample|description/i.test(around.target.name)
      )
    if (isKind(around, 'function') || isKind(around, 'return')) return false
    inner = around
  }
  return false
}
