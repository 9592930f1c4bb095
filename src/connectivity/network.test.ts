// The door to the outside: who may be reached, how, and that trust has no switch.

import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { Authority } from '../../test/venues/authority.ts'
import { DIRECT, Network } from './network.ts'

const refused = (reach: () => unknown) => expect(reach).toThrow(expect.objectContaining({ code: 'EGRESS_REFUSED' }))

test('only hosts of the list are dialled, by their exact name', () => {
  const network = new Network(['api.kraken.com'])
  for (const host of ['kraken.com', 'api.kraken.com.evil.test', 'xapi.kraken.com', 'API.KRAKEN.COM', '127.0.0.1', '']) {
    refused(() => network.tls({ host, port: 443 }))
    refused(() => network.tcp({ host, port: 443 }))
  }
})

test('plain connections stay on this machine, wherever a route leads', () => {
  const network = new Network(['feed.test'], { route: ({ port }) => ({ host: '198.51.100.7', port }) })
  refused(() => network.tcp({ host: 'feed.test', port: 80 }))
  expect(DIRECT.route({ host: 'a.test', port: 1 })).toEqual({ host: 'a.test', port: 1 })
})

test('the name that was asked for is the name that is shown and checked, and TLS is not old', async () => {
  const authority = await Authority.create()
  let name: (servername: string) => void
  const named = new Promise<string>(resolve => {
    name = resolve
  })
  const server = createServer(await authority.issue(['a.venue.test']), socket => {
    // Node has it on every server's socket; its types have not.
    name((socket as TLSSocket & { servername: string }).servername)
    socket.end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const routes = { route: () => ({ host: '127.0.0.1', port }), authorities: [authority.pem] }
  const network = new Network(['a.venue.test', 'b.venue.test'], routes)

  const outcome = (socket: TLSSocket) =>
    new Promise<string>(resolve => {
      socket.on('secureConnect', () => resolve(`${socket.getProtocol()} ${socket.authorized} ${socket.alpnProtocol}`))
      socket.on('error', error => resolve('code' in error ? String(error.code) : error.message))
    })
  const good = network.tls({ host: 'a.venue.test', port: 443 })
  expect(await outcome(good)).toBe('TLSv1.3 true false')
  expect(await named).toBe('a.venue.test')
  good.destroy()
  expect(await outcome(network.tls({ host: 'b.venue.test', port: 443 }))).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  await new Promise(resolve => server.close(resolve))
})

test('an environment that turns checking off is not obeyed', async () => {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  const authority = await Authority.create()
  const server = createServer(await authority.issue(['a.venue.test'], 'self-signed'))
  server.on('tlsClientError', () => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  try {
    const socket = new Network(['a.venue.test'], { route: () => ({ host: '127.0.0.1', port }) }).tls({
      host: 'a.venue.test',
      port: 443,
    })
    const code = await new Promise(resolve => {
      socket.on('secureConnect', () => resolve('connected'))
      socket.on('error', error => resolve('code' in error ? error.code : error.message))
    })
    socket.destroy()
    expect(code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    await new Promise(resolve => server.close(resolve))
  }
})
