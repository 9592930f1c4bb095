// What a download needs of the outside: a source by its name, its keys, and a door to its hosts and no others.
import { join } from 'node:path'
import { SystemClock } from '../../connectivity/clock.ts'
import { DIRECT, Network, type Routes } from '../../connectivity/network.ts'
import { PooledHttp } from '../../connectivity/pooled-http.ts'
import type { Environment, SourceDescriptor, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { EXIT, Failure } from '../failure.ts'
import { sourceCredentials } from '../source-credentials.ts'
import { findSource, SOURCES } from '../sources.ts'
import { didYouMean } from '../suggest.ts'

/** Close `parts.http` when done. Throws Failure SOURCE_NOT_FOUND, and what sourceCredentials throws. */
export async function openDownload(
  name: string,
  of: {
    readonly home: string
    readonly environment: Environment
    readonly settings?: Readonly<Record<string, unknown>>
    readonly routes?: Routes
  },
): Promise<{ readonly source: SourceDescriptor; readonly parts: SourceParts }> {
  const { home, environment, settings, routes = DIRECT } = of
  const source = findSource(name.toLowerCase())
  if (source === undefined) {
    const names = SOURCES.filter(one => one.history ?? one.series).map(one => one.name)
    throw new Failure('SOURCE_NOT_FOUND', {
      message: `there is no source '${name}'.${didYouMean(name.toLowerCase(), names)}`,
      fix: `one of ${names.join(', ')}; quadrant data sources says what each gives`,
    })
  }

  const credentials = await sourceCredentials(source, { home, environment }).catch(error => {
    // Without its key the data are as unavailable as without the network.
    throw error instanceof SourceError
      ? new Failure(error.code, { message: error.message, fix: error.fix, exit: EXIT.data })
      : error
  })
  const clock = new SystemClock()
  const network = new Network(source.hosts[environment], routes)
  const parts: SourceParts = {
    ...{ network, clock, environment },
    http: new PooledHttp({ network, clock, ...(source.rates === undefined ? {} : { rates: source.rates }) }),
    credentials,
    stateFolder: join(home, 'sources', source.name),
    ...(settings === undefined ? {} : { settings }),
  }
  return { source, parts }
}
