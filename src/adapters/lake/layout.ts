// Where things lie in the lake, and how long a stretch of time one Parquet file covers.
import { join } from 'node:path'
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/numbers.ts'

export type LakeKind = 'quote' | 'trade' | 'bar' | 'book' | 'release' | 'calendar'

/** What makes two datasets the same kind of thing about the same thing. */
export interface Subject {
  readonly kind: LakeKind
  readonly instrumentId: string | undefined
  readonly resolution: string | undefined
  readonly series: string | undefined
}

export const MANIFEST_FOLDER = 'manifest'
export const QUARANTINE_FOLDER = 'quarantine'
/** What an interrupted import may leave behind; readers never look at it and the next import removes it. */
export const TEMPORARY = '.tmp'

/** 'quote XAUUSD.OANDA', 'bar SPY.ARCA 1m', 'release CPIAUCSL', 'calendar'. */
export function subjectName(subject: Subject): string {
  return [subject.kind, subject.instrumentId, subject.resolution, subject.series].filter(part => part !== undefined).join(' ')
}

/**
 * The folder of the partition that holds this instant, relative to the lake.
 *
 *   kind=quote/instrument=XAUUSD.OANDA/date=2014-05-01        quotes, trades, books; bars finer than a minute
 *   kind=bar/instrument=SPY.ARCA/resolution=1m/month=2013-10   bars finer than an hour
 *   kind=bar/instrument=SPY.ARCA/resolution=1d                 coarser bars: one file per source file, not one per row
 *   kind=release/series=CPIAUCSL · kind=calendar
 */
export function partitionFolder(subject: Subject, time: number): string {
  const folders = [`kind=${subject.kind}`]
  if (subject.instrumentId !== undefined) folders.push(`instrument=${safe(subject.instrumentId)}`)
  if (subject.resolution !== undefined) folders.push(`resolution=${safe(subject.resolution)}`)
  if (subject.series !== undefined) folders.push(`series=${safe(subject.series)}`)

  const stretch = stretchOf(subject)
  if (stretch === 'day') folders.push(`date=${new Date(time / 1000).toISOString().slice(0, 10)}`)
  if (stretch === 'month') folders.push(`month=${new Date(time / 1000).toISOString().slice(0, 7)}`)
  return join(...folders)
}

export function stretchOf(subject: Subject): 'day' | 'month' | 'all' {
  if (subject.kind === 'release' || subject.kind === 'calendar') return 'all'
  if (subject.kind !== 'bar') return 'day'
  const length = resolutionMicros(subject.resolution ?? '')
  return length < MINUTE ? 'day' : length < HOUR ? 'month' : 'all'
}

/** '15m' in microseconds; NaN for what is no resolution. */
export function resolutionMicros(resolution: string): number {
  const match = /^(\d+)([smhd])$/.exec(resolution)
  if (!match) return Number.NaN
  return Number(match[1]) * { s: SECOND, m: MINUTE, h: HOUR, d: DAY }[match[2] as 's' | 'm' | 'h' | 'd']
}

/** A name that every file system takes. Two ids may share a folder: manifests, not folders, say what a file holds. */
export const safe = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 100)
