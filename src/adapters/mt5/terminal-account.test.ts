// The sidecar's word about the terminal's account: practice, live, unknown, refused, or none.
import { expect, test } from 'vitest'
import type { OpenLink } from '../../connectivity/link.ts'
import { terminalAccount } from './terminal-account.ts'

/** A sidecar that answers the greeting with one line, or hangs up. */
const sidecar =
  (line: object | undefined): OpenLink =>
  async events => ({
    send: frame => {
      expect(JSON.parse(String(frame))).toEqual({ t: 'hello', v: 1, token: 'a-token-of-this-test' })
      queueMicrotask(() => (line === undefined ? events.closed('gone') : events.frame(JSON.stringify(line))))
    },
    close: () => {},
  })
const ask = (line: object | undefined) => terminalAccount(sidecar(line), 'a-token-of-this-test')

test('whether there is money in it is what the terminal says, and nothing where it does not', async () => {
  const ok = { t: 'ok', v: 1, login: '5012345', server: 'Broker-Demo', currency: 'USD' }
  expect(await ask({ ...ok, demo: true })).toEqual([{ id: '5012345', title: 'Broker-Demo', environment: 'practice' }])
  expect(await ask({ ...ok, demo: false })).toEqual([{ id: '5012345', title: 'Broker-Demo', environment: 'live' }])
  expect(await ask(ok)).toEqual([{ id: '5012345', title: 'Broker-Demo' }])
})

test('a refusal and an end are errors', async () => {
  await expect(ask({ t: 'no', why: 'token' })).rejects.toMatchObject({ code: 'MT5_SIDECAR_REFUSED' })
  await expect(ask(undefined)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
})
