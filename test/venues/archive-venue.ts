// What the simulated venues of history and series share: bodies by address, told whole or spoiled, and counted.
import type { Routes } from '../../src/connectivity/network.ts'
import type { Fault } from './fault.ts'
import { type Limit, RateJudge } from './judge.ts'
import type { VenueOptions } from './venue.ts'
import type { VenueReply, VenueRequest } from './venue-http.ts'
import { VenueServer } from './venue-server.ts'

export interface ArchiveVenue {
  readonly name: string
  readonly routes: Routes
  readonly violations: readonly string[]
  readonly requests: ReadonlyMap<string, number>
  /** How often each address, without its key, was answered whole. */
  readonly answered: ReadonlyMap<string, number>
  /** What a perfect download holds, one text for each fact, in order of time. */
  readonly truth: readonly string[]
  /** False: this venue cannot have it. */
  apply(fault: Fault): boolean
  heal(): void
  stop(): Promise<void>
}

export interface Archive {
  readonly name: string
  readonly host: string
  readonly path: RegExp
  readonly limit: Limit
  readonly truth: readonly string[]
  /** Reports what the client should not have asked; the body and its status otherwise. */
  answer(request: VenueRequest, report: (violation: string) => void): { readonly status: number; readonly body: string }
}

export async function startArchive(archive: Archive, { authority, clock }: VenueOptions): Promise<ArchiveVenue> {
  const { name, host, path, limit, truth } = archive
  const server = new VenueServer({ authority, clock, hosts: [host], needsUserAgent: true })
  const rate = new RateJudge(limit, clock, violation => server.report(violation))
  const answered = new Map<string, number>()
  let spoiled = 0
  let faults = 0

  const handle = (request: VenueRequest, reply: VenueReply): void => {
    rate.count()
    const { status, body } = archive.answer(request, violation => server.report(violation))
    if (spoiled > 0) {
      spoiled -= 1
      // Half of it, with a length that fits: no socket notices.
      reply.text(body.slice(0, body.length / 2), { status, type: 'application/json' })
      return
    }
    if (faults > 0) faults -= 1
    else if (status === 200) {
      request.url.searchParams.delete('api_key')
      const address = `${request.url.pathname}${request.url.search}`
      answered.set(address, (answered.get(address) ?? 0) + 1)
    }
    reply.text(body, { status, type: 'application/json' })
  }
  server.http(host, 'GET', path, handle)
  await server.start()

  return {
    name,
    routes: server.routes,
    violations: server.violations,
    requests: server.requests,
    answered,
    truth,
    apply(fault) {
      if (fault.kind === 'garbage') {
        spoiled += fault.count ?? 1
        return true
      }
      if (fault.kind !== 'certificate' && !/^http-|^slow-body$/.test(fault.kind)) return false
      if (fault.kind !== 'certificate') faults += fault.count ?? 1
      return server.arm(fault)
    },
    heal() {
      spoiled = 0
      faults = 0
      server.heal()
    },
    stop: () => server.stop(),
  }
}
