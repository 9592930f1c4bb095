// One of several processes that share a token file: asks for a token, prints it, and waits to be ended.
import { SystemClock } from './clock.ts'
import { FileLease } from './lease.ts'
import { SecretBox } from './secret-box.ts'
import { TokenKeeper } from './token-keeper.ts'
import { TokenStore } from './token-store.ts'

const [folder = '', address = '', mode = ''] = process.argv.slice(2)

const keeper = new TokenKeeper({
  source: 'venue',
  store: new TokenStore({ folder, name: 'venue', box: new SecretBox('a pass phrase for these tests') }),
  lease: new FileLease(folder, { staleMillis: 60_000 }),
  clock: new SystemClock(),
  refresh: async refreshToken => {
    const reply = await fetch(address, { method: 'POST', body: refreshToken })
    const answer = (await reply.json()) as { kind: string; access: string; refresh: string }
    // A holder that is killed here leaves its lease and its write-ahead behind.
    if (mode === 'stop') {
      console.log('stopped')
      await new Promise(resolve => setTimeout(resolve, 600_000))
    }
    if (answer.kind !== 'granted') return { kind: 'refused', reason: 'denied' }
    return { kind: 'renewed', access: answer.access, refresh: answer.refresh, lifeMicros: 86_400_000_000 }
  },
})
console.log(await keeper.access())
