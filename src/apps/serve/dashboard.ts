// The folder of the built dashboard: looked at, and built when it is missing or older than its sources.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const WEB = resolve(import.meta.dirname, '../../../web')
const FOLDER = join(WEB, 'dist')
const PATIENCE_MILLIS = 180_000

/** Undefined where there is none and none can be made; then the server says so on its page. In a process of its own: a bundler takes memory. */
export async function dashboardFolder(note: (text: string) => void): Promise<string | undefined> {
  const isThere = () => existsSync(join(FOLDER, 'index.html'))
  if (!isThere()) note('Building the dashboard, once …')
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(WEB, 'build.ts')], { timeout: PATIENCE_MILLIS })
    if (stdout.startsWith('Built')) note('The dashboard was built from its sources.')
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n').find(line => line.trim() !== '') ?? '') : String(error)
    note(`The dashboard could not be built${isThere() ? '; the one that is there is shown' : ''}: ${why}`)
  }
  return isThere() ? FOLDER : undefined
}
