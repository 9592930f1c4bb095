// ForexFactory's economic calendar as daily JSON files: scheduled announcements with forecast, previous and actual value.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CalendarEntry, Impact } from '../../domain/macro.ts'
import { MINUTE, type Micros, parseMicros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { faultText, ImportError, type ImportFormat, type ParsedRow } from './format.ts'
import { emptyFile, unreadable } from './source-file.ts'

const LICENCE = 'scraped from ForexFactory; its terms of use apply, personal use only'

export const forexfactory: ImportFormat = {
  name: 'forexfactory',
  accepts: path => /^\d{4}-\d\d-\d\d\.json$/.test(basename(path)),

  async *open(path, options) {
    // A day has some twenty entries.
    const content = await readFile(path).catch(error => {
      throw unreadable(path, error)
    })
    if (content.length === 0) throw emptyFile(path)
    const entries = entriesOf(path, content.toString('utf8'))
    const provenance: Provenance = Object.freeze({
      source: options.source ?? 'forexfactory',
      kind: 'recorded',
      origin: path,
      checksum: createHash('sha256').update(content).digest('hex'),
      licence: options.licence ?? LICENCE,
    })

    yield {
      kind: 'calendar',
      provenance,
      notes: [
        'calendar: entries count as announced 7 days before their time; times two minutes past the half hour are the scraper’s delay',
      ],
      async *rows() {
        yield entries.map((entry, index) =>
          rowOf(entry, { where: `${basename(path)}#${index + 1}`, sequence: index + 1, provenance }),
        )
      },
    }
  },
}

const FIELDS = ['event_id', 'currency', 'impact', 'event', 'actual', 'forecast', 'previous', 'event_dt'] as const
type Fields = Readonly<Record<(typeof FIELDS)[number], string>>

function rowOf(entry: unknown, at: { where: string; sequence: number; provenance: Provenance }): ParsedRow {
  const fault = (reason: string): ParsedRow => ({
    kind: 'fault',
    reason,
    where: at.where,
    text: faultText(JSON.stringify(entry) ?? 'undefined'),
  })
  if (!isFields(entry)) return fault('schema')
  const known = parseMicros(entry.event_dt)
  if (known === undefined || !Number.isSafeInteger(known) || entry.event_id === '' || entry.event === '') return fault('schema')

  const scheduled = scheduledTime(known, entry)
  const row: CalendarEntry = {
    kind: 'calendar-entry',
    eventTime: scheduled,
    receivedTime: known,
    sequence: at.sequence,
    provenance: at.provenance,
    id: entry.event_id,
    currency: entry.currency,
    impact: impactOf(entry.impact),
    name: entry.event,
    actual: figure(entry.actual),
    forecast: figure(entry.forecast),
    previous: figure(entry.previous),
    scheduledTime: scheduled,
  }
  return row
}

/**
 * Where a figure was late, the page shows when it was seen: 12:32 for a 12:30 release. It was scheduled for the half
 * hour and known at the later time. Speeches carry no figures and start when they start.
 */
function scheduledTime(known: Micros, entry: Fields): Micros {
  const past = known % (30 * MINUTE)
  const hasFigure = Number.isFinite(figure(entry.actual)) || Number.isFinite(figure(entry.previous))
  return (hasFigure && past > 0 && past <= 2 * MINUTE ? known - past : known) as Micros
}

/**
 * '3.5%' is 3.5, '-22,000K' is -22 million, '<1.75%' is 1.75. Of a bond auction's '1.84|2.4' (yield and bid-to-cover) it
 * is the yield. NaN for blanks and for what is no single figure: votes such as '0-2-7', 'Pass'.
 */
export function figure(text: string): number {
  const match = /^[<>]?([+-]?\d+(?:\.\d+)?)([%KMBT]?)(?:\|.*)?$/.exec(text.trim().replaceAll(',', ''))
  if (!match) return Number.NaN
  const [, digits, unit] = match
  // Exponents keep the decimal exact where multiplying would not: 2.51M is 2510000, not 2509999.9999999998.
  const exponent = { '': 0, '%': 0, K: 3, M: 6, B: 9, T: 12 }[unit as '' | '%' | 'K' | 'M' | 'B' | 'T']
  return Number(`${digits}e${exponent}`)
}

function impactOf(text: string): Impact {
  if (text.startsWith('High')) return 'high'
  if (text.startsWith('Medium')) return 'medium'
  return text.startsWith('Low') ? 'low' : 'none'
}

const isFields = (entry: unknown): entry is Fields =>
  typeof entry === 'object' &&
  entry !== null &&
  FIELDS.every(name => typeof (entry as Record<string, unknown>)[name] === 'string')

function entriesOf(path: string, text: string): readonly unknown[] {
  try {
    const { events } = JSON.parse(text) as { events?: unknown }
    if (Array.isArray(events)) return events
  } catch {
    throw new ImportError('IMPORT_UNREADABLE', `${path} is no valid JSON; it may have been cut short`, 'Fetch the file again.')
  }
  throw new ImportError(
    'IMPORT_COLUMNS',
    `${path} is JSON, but has no list "events"`,
    `A calendar file is {"timestamp": …, "events": [{${FIELDS.join(', ')}}]}.`,
  )
}
