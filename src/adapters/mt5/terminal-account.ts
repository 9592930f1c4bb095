// Asks the sidecar which account the terminal is logged in with, and whether there is money in it.
import type { OpenLink } from '../../connectivity/link.ts'
import type { ConsentedAccount } from '../../connectivity/source.ts'
import { parseLine, sidecarEnded, sidecarRefused, sidecarSlow } from './symbol-list.ts'

const PATIENCE_MILLIS = 10_000

/** Throws SourceError MT5_SIDECAR_REFUSED, SOURCE_SLOW, and what the link throws. */
export function terminalAccount(open: OpenLink, token: string): Promise<readonly ConsentedAccount[]> {
  const opening = new AbortController()
  return new Promise((resolve, reject) => {
    let close = () => {}
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      opening.abort()
      close()
      settle()
    }
    const fail = (error: unknown) => finish(() => reject(error))
    const timer = setTimeout(() => fail(sidecarSlow('did not say its account')), PATIENCE_MILLIS)

    open(
      {
        frame(frame) {
          const line = parseLine(frame)
          if (line['t'] === 'no') fail(sidecarRefused(String(line['why'])))
          else if (line['t'] === 'ok') finish(() => resolve([accountIn(line)]))
        },
        closed: (reason, error) => fail(error ?? sidecarEnded(reason)),
      },
      opening.signal,
    ).then(link => {
      close = () => link.close()
      link.send(JSON.stringify({ t: 'hello', v: 1, token }))
    }, fail)
  })
}

/** Where the sidecar does not say whether there is money in it, nobody knows. */
function accountIn({ login, server, demo }: Readonly<Record<string, unknown>>): ConsentedAccount {
  const environment = demo === true ? ('practice' as const) : demo === false ? ('live' as const) : undefined
  return { id: String(login ?? ''), title: String(server ?? ''), ...(environment === undefined ? {} : { environment }) }
}
