// Asks the sidecar once for everything the broker lists, and makes the records of it.
import type { Clock } from '../../connectivity/clock.ts'
import type { OpenLink } from '../../connectivity/link.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import type { Micros } from '../../domain/numbers.ts'
import { instrumentMeta, type SymbolFacts, symbolFacts } from './symbol-facts.ts'
import { resolveSymbols } from './symbol-resolver.ts'

export interface SymbolList {
  readonly server: string
  readonly symbols: readonly SymbolFacts[]
  readonly fetchedTime: Micros
}

const PATIENCE_MILLIS = 30_000

/** Throws SourceError MT5_SIDECAR_REFUSED, SOURCE_SLOW, and what the link throws. */
export function listSymbols(open: OpenLink, of: { readonly token: string; readonly clock: Clock }): Promise<SymbolList> {
  const opening = new AbortController()
  return new Promise((resolve, reject) => {
    const symbols: SymbolFacts[] = []
    let server = ''
    let close = () => {}
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      opening.abort()
      close()
      settle()
    }
    const fail = (error: unknown) => finish(() => reject(error))
    const timer = setTimeout(() => fail(sidecarSlow('did not list its symbols')), PATIENCE_MILLIS)

    open(
      {
        frame(frame) {
          const line = parseLine(frame)
          if (line['t'] === 'ok') {
            server = String(line['server'])
            send(JSON.stringify({ t: 'symbols' }))
          } else if (line['t'] === 'no') fail(sidecarRefused(String(line['why'])))
          else if (line['t'] === 'sym') {
            const facts = symbolFacts(line)
            if (typeof facts !== 'string') symbols.push(facts)
          } else if (line['t'] === 'end') {
            finish(() => resolve({ server, symbols, fetchedTime: of.clock.now() }))
          }
        },
        closed: (reason, error) => fail(error ?? sidecarEnded(reason)),
      },
      opening.signal,
    ).then(link => {
      close = () => link.close()
      send = line => link.send(line)
      link.send(JSON.stringify({ t: 'hello', v: 1, token: of.token }))
    }, fail)
    let send = (_line: string): void => undefined
  })
}

/** One record for each symbol, its account type decided among its twins. */
export function metasOf({ server, symbols, fetchedTime }: SymbolList): readonly InstrumentMeta[] {
  const findings = Object.assign({}, ...resolveSymbols(symbols.map(facts => ({ facts }))).map(group => group.findings))
  return symbols.flatMap(facts => {
    const accountType = findings[facts.name] ?? { type: 'unknown', confidence: 0, evidence: [] }
    return instrumentMeta(facts, { venue: 'MT5', server: `mt5:${server}`, accountType, fetchedTime }) ?? []
  })
}

export function parseLine(frame: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(String(frame))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export const sidecarRefused = (why: string): SourceError =>
  new SourceError('MT5_SIDECAR_REFUSED', {
    message: `the sidecar refused: ${why}`,
    fix: 'give both sides the same QUADRANT_MT5_SIDECAR_TOKEN, and the same version of Quadrant',
  })

export const sidecarSlow = (what: string): SourceError =>
  new SourceError('SOURCE_SLOW', {
    message: `the sidecar ${what} in time`,
    fix: 'see that the terminal is running and logged in',
    passing: true,
  })

export const sidecarEnded = (reason: string): SourceError =>
  new SourceError('SOURCE_UNREACHABLE', {
    message: `the sidecar ended the connection: ${reason}`,
    fix: 'see that the sidecar and the terminal are running on this machine',
    passing: true,
  })
