// The dashboard in a real browser: a state folder with a finished run, the real server of it, Chromium, and what a person does with them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSync } from 'otplib'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { runBacktest } from '../../src/apps/backtest.ts'
import { readRunConfig } from '../../src/apps/config.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { ROOT } from '../source.ts'
import { isSettled } from './page-scripts.ts'

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

export const NAME = 'olga'
export const PASSWORD = 'four unrelated words here'

/** A step of an authenticator, in milliseconds. */
const CODE_MILLIS = 30_000

export class DashboardHouse {
  readonly folder = mkdtempSync(join(tmpdir(), 'q-page-'))
  readonly home = join(this.folder, '.quadrant')
  /** The finished run that was there before the server. */
  run = ''
  url = ''
  /** The address for the owner of a new house, as the server prints it. */
  setupUrl = ''
  recoveryCodes: string[] = []
  #secret = ''
  #lastStep = 0
  #server: ChildProcess | undefined
  #browser: Browser | undefined

  async open(): Promise<void> {
    const lake = new Lake(lakeFolder(this.home))
    await importBundled(lake)
    lake.close()
    this.run = (await runBacktest(readRunConfig(join(ROOT, 'config/brent-ema.yaml')), { home: this.home })).id
    const [browser] = await Promise.all([
      chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--force-color-profile=srgb'] }),
      this.serve('0'),
    ])
    this.#browser = browser
  }

  /** Starts `quadrant serve`; returns when it says where it listens. */
  async serve(port = new URL(this.url).port): Promise<void> {
    const args = ['serve', '--port', port, '--metrics-port', '0', '--home', this.home]
    const server = spawn(join(ROOT, 'bin/quadrant'), args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#server = server
    const lastLine = this.setupUrl === '' ? /Make the owner: \S+\n/ : /^Trust once .*\n/m
    let said = ''
    await new Promise<void>((resolve, reject) => {
      for (const stream of [server.stdout, server.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text
          if (lastLine.test(said)) resolve()
        })
      }
      server.on('close', exit => reject(new Error(`serve ended with ${exit}: ${said}`)))
    })
    this.url = /^Dashboard\s+(\S+)/m.exec(said)![1]!
    this.setupUrl = /Make the owner: (\S+)/.exec(said)?.[1] ?? this.setupUrl
  }

  /** SIGTERM, as a service manager sends it. */
  async stop(): Promise<number | null> {
    const server = this.#server
    if (!server || server.exitCode !== null) return server?.exitCode ?? null
    const ended = once(server, 'close')
    server.kill('SIGTERM')
    const [exit] = (await ended) as [number | null]
    return exit
  }

  /** A browser of its own, with its own cookies. */
  async browser(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser!.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1440, height: 900 },
      colorScheme: 'dark',
      reducedMotion: 'reduce',
      ...options,
    })
    context.setDefaultTimeout(60_000)
    return context
  }

  keepSecret(shown: string): void {
    this.#secret = shown.replaceAll(/\s/g, '')
  }

  /** What the authenticator shows. The server takes none twice, and those one step to each side of now. */
  async code(): Promise<string> {
    let step: number
    for (;;) {
      const now = Math.floor(Date.now() / CODE_MILLIS)
      step = Math.max(this.#lastStep + 1, now - 1)
      if (step <= now + 1) break
      await new Promise(resolve => setTimeout(resolve, 500))
    }
    this.#lastStep = step
    return generateSync({ secret: this.#secret, epoch: (step * CODE_MILLIS) / 1_000 })
  }

  async signIn(page: Page, code: () => Promise<string> = () => this.code()): Promise<void> {
    await page.goto(this.url)
    await page.getByLabel('Name').fill(NAME)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Code of your authenticator').fill(await code())
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
  }

  async close(): Promise<void> {
    await this.#browser?.close()
    this.#server?.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Everything a browser complains about: errors in the console, those nobody caught, and what the content security policy held back. */
export class Complaints {
  readonly heard: string[] = []

  constructor(page: Page) {
    page.on('console', message => {
      if (message.type() === 'error') this.heard.push(`${page.url()}: ${message.text()} ${message.location().url}`)
    })
    page.on('pageerror', error => this.heard.push(`${page.url()}: ${error.stack ?? error.message}`))
    page.on('response', response => {
      if (response.status() >= 500) this.heard.push(`${page.url()}: ${response.status()} of ${response.url()}`)
    })
  }
}

/** Goes by the address and waits until its page stands, with nothing of it still on its way. */
export async function openPage(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await settled(page)
}

/** The page is drawn, and none of its parts waits for an answer. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor({ state: 'attached' })
  await page.waitForFunction(isSettled)
}

const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

/** What axe-core finds serious or critical on the page as it stands, in words; `rules` names those to look by, all of them usually. */
export async function seriousFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) }
  const found = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as {
    readonly violations: readonly Finding[]
  }
  const where = new URL(page.url()).pathname
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(node => `${where} ${impact} ${id} ${node.target.join(' ')}: ${node.failureSummary}`),
    )
}
