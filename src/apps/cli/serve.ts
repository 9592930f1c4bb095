// quadrant serve: the dashboard and the API of a state folder, in the foreground until it is stopped.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { interruptSignal } from './interrupt.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly port: string
  readonly metricsPort: string
  readonly host: string
  readonly home?: string
  readonly open?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .option('--port <n>', 'where the dashboard and the API listen; 0 takes a free one', '8443')
    .option('--metrics-port <n>', 'where Prometheus reads; 0 takes a free one', '9090')
    .option('--host <address>', 'the address to listen on; others than this machine reach 0.0.0.0', '127.0.0.1')
    .option('--home <folder>', 'the state folder, instead of QUADRANT_HOME or .quadrant')
    .option('--open', 'show it in the system browser')
    .addHelpText(
      'after',
      [
        '\nDATABASE_URL names a PostgreSQL server, QUADRANT_REDIS_URL a Redis for sessions; without them everything is in the state',
        'folder. QUADRANT_TLS_CERT and QUADRANT_TLS_KEY name your own certificate, QUADRANT_TLS_CLIENT_CA whose client certificates',
        'count. Ctrl-C stops it.',
      ].join('\n'),
    )
    .action(async (options: Options) => {
      const [{ Server }, { readPort, serverSettings }, { dashboardFolder }] = await Promise.all([
        import('../serve/server.ts'),
        import('../serve/server-settings.ts'),
        import('../serve/dashboard.ts'),
      ])
      const settings = serverSettings({
        home: options.home === undefined ? stateHome() : resolve(options.home),
        host: options.host,
        port: readPort(options.port),
        metricsPort: readPort(options.metricsPort),
      })
      const stop = interruptSignal()
      const server = await Server.start({
        ...settings,
        dashboard: () => dashboardFolder(text => terminal.note(text)),
        terminal: process.stderr,
      })

      try {
        const { url, metricsUrl, authorityPath, setupToken } = server
        const first = setupToken === undefined ? url : `${url}/#setup=${setupToken}`
        // One line, so that a program can wait for it. The token is said here and nowhere else: no log has it.
        if (terminal.json)
          terminal.print(
            JSON.stringify({ url, metricsUrl, pid: process.pid, ...(setupToken === undefined ? {} : { setupToken }) }),
          )
        else {
          terminal.note(`Dashboard  ${url}`)
          terminal.note(`Metrics    ${metricsUrl}`)
          if (authorityPath !== null) terminal.note(`Trust once ${authorityPath}, or accept the certificate in the browser`)
          if (setupToken !== undefined) terminal.note(`There is no account yet. Make the owner: ${first}`)
        }
        if (options.open) openBrowser(() => (setupToken === undefined ? url : signpost(first)))
        await stopped(stop)
      } finally {
        await server.close()
      }
    })
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise(settle => {
    if (signal.aborted) return settle()
    // A pending promise keeps no process alive: the sockets it serves do, until they are closed.
    signal.addEventListener('abort', () => settle(), { once: true })
  })

/** A page of this user's own that leads on: what is on a command line, everybody on the machine may read. */
function signpost(target: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'quadrant-first-'))
  const page = join(folder, 'first-run.html')
  writeFileSync(
    page,
    `<!doctype html><meta http-equiv="refresh" content="0;url=${target}"><a href="${target}">Open Quadrant</a>\n`,
    {
      mode: 0o600,
    },
  )
  // The browser has read it long before; the token is spent when the first account is made.
  setTimeout(() => rmSync(folder, { recursive: true, force: true }), SIGNPOST_MILLIS).unref()
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return pathToFileURL(page).href
}

const SIGNPOST_MILLIS = 60_000

/** The person sees the address either way, so what goes wrong here is nobody's trouble. */
function openBrowser(addressOf: () => string): void {
  const [program, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? ['xdg-open']
  try {
    const child = spawn(program!, [...args, addressOf()], { stdio: 'ignore', detached: true })
    child.on('error', () => undefined)
    child.unref()
  } catch {
    // A disk without room for the page, a system without processes to spare.
  }
}
