// Builds the dashboard into web/dist when its sources changed, with compressed copies beside each file. `node web/build.ts`.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const ROOT = import.meta.dirname
const FOLDER = join(ROOT, 'dist')
const STAMP = join(FOLDER, 'built-from.txt')

export interface BuiltDashboard {
  /** Where index.html is. */
  readonly folder: string
  /** False when what was there is of these sources. */
  readonly built: boolean
}

/** Builds unless the folder already holds what these sources make. Throws what Vite says when they do not compile. */
export async function buildDashboard({ force = false }: { readonly force?: boolean } = {}): Promise<BuiltDashboard> {
  const sources = sourceHash()
  if (!force && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return { folder: FOLDER, built: false }

  // Two processes may build at the same time: each writes its own folder, and one of them stays.
  const { build } = await import('vite')
  const fresh = join(ROOT, `dist.${process.pid}`)
  try {
    await build({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'warn', build: { outDir: fresh } })
    compress(fresh)
    writeFileSync(join(fresh, 'built-from.txt'), sources)

    putInPlace(fresh, sources)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return { folder: FOLDER, built: true }
}

/** Who serves the old folder meanwhile misses it for no longer than two renames take. */
function putInPlace(fresh: string, sources: string): void {
  const old = `${fresh}.old`
  if (existsSync(FOLDER)) renameSync(FOLDER, old)
  try {
    renameSync(fresh, FOLDER)
  } catch (error) {
    // Another process was faster: what it made of the same sources is as good.
    if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== sources) throw error
  }
  rmSync(old, { recursive: true, force: true })
}

/** Over the sources, the settings and the versions of the packages that go in. */
function sourceHash(): string {
  const hash = createHash('sha256')
  const files = [
    ...globSync('{src,public}/**/*.*', { cwd: ROOT }).filter(path => !path.endsWith('.test.ts')),
    'index.html',
    'vite.config.ts',
    'build.ts',
    '../package-lock.json',
  ]
  for (const path of files.sort())
    hash
      .update(`${path}\n`)
      .update(readFileSync(join(ROOT, path)))
      .update('\n')
  return hash.digest('hex')
}

function compress(folder: string): void {
  for (const path of globSync('**/*.{js,css,html,svg}', { cwd: folder })) {
    const bytes = readFileSync(join(folder, path))
    if (bytes.length < 1_024) continue
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
    writeFileSync(join(folder, `${path}.br`), brotliCompressSync(bytes, quality))
    writeFileSync(join(folder, `${path}.gz`), gzipSync(bytes, { level: 9 }))
  }
}

if (import.meta.main) {
  const { folder, built } = await buildDashboard({ force: process.argv.includes('--force') })
  console.log(built ? `Built ${folder}` : `${folder} is up to date`)
}
