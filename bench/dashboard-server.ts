// A dashboard's server in a process of its own: the gateway, real access, and the living runs of a folder in its hub.
import { PASSWORD_COST } from '../src/access/password.ts'
import { RunWatcher } from '../src/adapters/run-link/run-watcher.ts'
import { stepBack } from '../src/apps/live/step-back.ts'
import { GatewayHouse, PASSWORD } from '../test/gateway-house.ts'
import type { Server } from './dashboard-clients.ts'
import { obeyOrders } from './told-process.ts'

export type ServerOrder =
  | { readonly do: 'serve' }
  /** Listens to the living runs, until `deaf`; answered when the first is heard. */
  | { readonly do: 'listen' }
  | { readonly do: 'deaf' }
  /** Sockets that are open. */
  | { readonly do: 'count' }

const [home = ''] = process.argv.slice(2)
const PLENTY = { perSecond: 1e9, burst: 1e9 }
stepBack(process.pid)

let house: GatewayHouse | undefined
let watcher: RunWatcher | undefined

async function obey(order: ServerOrder): Promise<unknown> {
  if (order.do === 'serve') return await serve()
  if (order.do === 'count') return house!.gateway.sockets
  if (order.do === 'listen') return await listen()
  watcher?.close()
  watcher = undefined
  return true
}

async function serve(): Promise<Server> {
  house = await GatewayHouse.open({
    access: { passwordCost: PASSWORD_COST },
    gateway: {
      limits: { socketsPerSession: 2_000, requestsPerConnection: 1e9 },
      rates: { 'sign-in': PLENTY, read: PLENTY, address: PLENTY },
    },
  })
  await house.addUser('bench', ['read'])
  const { port } = house.gateway
  return { port, token: await house.apiToken('bench', ['read']), ca: house.authority.pem, password: PASSWORD }
}

function listen(): Promise<true> {
  return new Promise(resolve => {
    watcher = new RunWatcher({
      home,
      onRun: () => resolve(true),
      onRows: (_, { topic, rows, gone }) => house!.hub.publish(topic, rows as never, gone),
    })
  })
}

obeyOrders(obey)
