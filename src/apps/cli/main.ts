// The entry of the command line: turns on Node's compile cache before anything large is loaded.
import { enableCompileCache } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** In the user's cache folder rather than beside the state, so that every project folder shares it. */
const caches = process.env['XDG_CACHE_HOME'] || (homedir() ? join(homedir(), '.cache') : tmpdir())
enableCompileCache(join(caches, 'quadrant', 'compiled'))

const { main } = await import('./program.ts')
await main(process.argv.slice(2))
