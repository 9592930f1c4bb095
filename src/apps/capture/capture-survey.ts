// The first look at captured files: what they hold, which belong to the source, which continue one another.
import { basename } from 'node:path'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { CaptureFile } from './capture-files.ts'
import { captureLines, checksumOf } from './capture-files.ts'
import type { CaptureInstruments } from './capture-instruments.ts'
import type { Reply } from './capture-session.ts'

/** What captures of one session share: spot and futures of a venue have the same symbols and not the same instruments. */
export interface Scope {
  /** In order of time, once all files are surveyed. */
  readonly replies: Reply[]
  readonly instruments: CaptureInstruments
}

export interface SurveyedFile extends CaptureFile {
  readonly scope: Scope
  readonly checksum: string
  /** Lines that hold a received frame or a reply. */
  readonly rows: number
  readonly frames: number
  /** Lines of no known form. */
  readonly unreadable: number
  /** Why it could not be read to its end; empty when it could. */
  readonly damage: string
  /** Addresses of the connections that begin in it. */
  readonly connections: readonly string[]
  /** The first reply's address; empty where there is none. */
  readonly replied: string
  /** One of its replies is the source's own: it describes instruments, or a conversation could wait for it. */
  readonly hasReplies: boolean
  /** It holds frames of a connection that began before it. */
  readonly beginsInside: boolean
}

/** Reads a file once. Its replies, the instruments they describe and the width of its figures go to `scope`. */
export async function survey(file: CaptureFile, source: SourceDescriptor, scope: Scope): Promise<SurveyedFile> {
  const { replies, instruments } = scope
  const connections: string[] = []
  const hosts = new Set([...source.hosts.live, ...source.hosts.practice])
  let [replied, hasReplies] = ['', false]
  let [rows, frames, unreadable, damage] = [0, 0, 0, '']
  let beginsInside = false
  const lines = captureLines(file.path, why => {
    damage = why
  })
  for await (const batch of lines) {
    for (const line of batch) {
      if (line === 'remark') continue
      if (line === 'unreadable') {
        unreadable++
        continue
      }
      if (line.kind === 'opened') connections.push(line.url)
      if (line.kind === 'received') {
        rows++
        frames++
        beginsInside ||= connections.length === 0
        if (typeof line.frame === 'string') look(connections.at(-1) ?? '', line.frame)
      }
      if (line.kind === 'replied') {
        rows++
        replied ||= line.url
        const describes = look(line.url, line.body)
        const isAwaited = quietly(() => source.capture?.tagOf?.(line.url)) !== undefined
        if (isAwaited) replies.push(line)
        hasReplies ||= describes || isAwaited || hosts.has(quietly(() => new URL(line.url).hostname) ?? '')
      }
    }
  }
  return {
    ...file,
    scope,
    checksum: await checksumOf(file.path),
    rows,
    frames,
    unreadable,
    damage,
    connections,
    replied,
    hasReplies,
    beginsInside,
  }

  function look(url: string, text: string): boolean {
    const metas = quietly(() => source.capture?.instruments?.(url, text)) ?? []
    if (metas.length > 0) instruments.describe(metas)
    else if (!instruments.areDescribed) instruments.learn(url, text)
    return metas.length > 0
  }
}

/** Whether a file has anything of the source: one of its connections, one without an address, or a reply. */
export function isOfSource(file: SurveyedFile, source: SourceDescriptor): boolean {
  const resolve = (symbol: string) => file.scope.instruments.resolve(symbol)
  if (file.connections.some(url => quietly(() => source.capture?.conversation(url, resolve)) !== undefined)) return true
  if (file.frames > 0) return file.connections.length === 0
  return file.hasReplies
}

/** 'BINANCE_FUTURES.ws.1.0', 'BINANCE_FUTURES.http.0.0' and 'BINANCE_FUTURES.0' are of one session; other names say nothing. */
export const sessionName = (path: string): string =>
  /^(.+?)\.(?:ws\..*|http\..*|\d+(?:\.gz|\.zst)?)$/.exec(basename(path))?.[1] ?? ''

/** Files in order, those that go on inside the connection of the one before them together with it: parts of one recording. */
export function chainsOf(files: readonly SurveyedFile[]): readonly (readonly SurveyedFile[])[] {
  const chains: SurveyedFile[][] = []
  for (const file of files) {
    const last = chains.at(-1)
    if (file.beginsInside && last !== undefined && familyOf(last.at(-1)!) === familyOf(file)) last.push(file)
    else chains.push([file])
  }
  return chains
}

/** Parts of one recording differ in their last number only. */
export const familyOf = ({ path }: CaptureFile): string => basename(path).replace(/\d+(?=\D*$)/, '')

/** A source's own reading of other people's texts may fail; then there is nothing. */
function quietly<Result>(ask: () => Result): Result | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
