// A run's process for the tests of the run link: publishes quotes until it is killed, and answers with what it was asked.
import { RunPublisher } from '../../src/adapters/run-link/run-publisher.ts'

const [home = '', run = ''] = process.argv.slice(2)
const publisher = await RunPublisher.start(home, {
  ...{ run, account: 'demo', mode: 'PAPER' },
  started: new Date().toISOString(),
})
publisher.onRequest(request => ({ ok: true, message: request.type }))
let count = 0
setInterval(() => {
  count += 1
  publisher.publish('notes', [
    { key: `${run}:${count}`, run, time: '2026-01-02T00:00:00.000000Z', type: 'count', words: String(count), correlationId: '' },
  ])
}, 5)
