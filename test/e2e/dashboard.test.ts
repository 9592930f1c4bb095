// The dashboard as people use it: real Chromium on the real server, from the first run to the loss of the server, on a desk and on a phone.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/adapters/database/database.ts'
import { ROOT } from '../source.ts'
import { CHROMIUM, Complaints, DashboardHouse, NAME, openPage, PASSWORD, seriousFindings, settled } from './dashboard-house.ts'
import { anyPainted, coloursOf, isFocused, measured, remember, remembers } from './page-scripts.ts'

const INSTRUMENT = 'BRENT.EIA'

let house: DashboardHouse
/** A desk, signed in from the second test on. */
let desk: Page
/** A phone with a session of its own. */
let phone: BrowserContext | undefined

beforeAll(async () => {
  if (!CHROMIUM) return
  house = new DashboardHouse()
  await house.open()
  const context = await house.browser({ acceptDownloads: true })
  desk = await context.newPage()
}, 240_000)

afterAll(() => house?.close())

/** Each goes on where the one before it left the desk, so after a failure the others would only wait for what never comes. */
const onDesk = (name: string, body: () => Promise<void>): void => {
  const run = CHROMIUM ? test : test.skip
  run(
    CHROMIUM ? name : `${name} (skipped: needs Chromium)`,
    async () => {
      expect(failed, 'the test before this one').toBe('')
      failed = name
      await body()
      failed = ''
    },
    300_000,
  )
}
let failed = ''

const at = (path: string): string => `${house.url}${path}`

/** Every page by its address; those of one thing show the run and the instrument of this house. */
const pages = (): readonly string[] => [
  '/',
  '/markets',
  `/instruments/${INSTRUMENT}`,
  `/signals?run=${house.run}`,
  `/orders?run=${house.run}`,
  '/positions',
  '/risk',
  '/backtests',
  `/backtests/${house.run}`,
  `/backtests/${house.run}?view=trades`,
  `/compare?runs=${house.run}`,
  `/replay?run=${house.run}`,
  '/data',
  '/data?view=feeds',
  '/system',
  '/audit',
  '/users',
  '/settings',
]

onDesk('the printed address makes the owner, who gets a second factor with recovery codes', async () => {
  await desk.goto(house.setupUrl)
  await desk.getByRole('heading', { name: 'Welcome to Quadrant' }).waitFor()
  await expect.poll(() => desk.url(), { message: 'the token leaves the address' }).not.toContain('setup')
  await desk.getByLabel('Name').fill(NAME)
  await desk.getByLabel('Password').fill(PASSWORD)
  await desk.getByRole('button', { name: 'Make the account' }).click()

  await desk.getByRole('button', { name: 'Set up a second factor' }).click()
  house.keepSecret(await desk.locator('.secret').innerText())
  await desk.getByLabel('Code', { exact: true }).fill(await house.code())
  await desk.getByRole('button', { name: 'Confirm' }).click()

  await desk.getByText('Keep these recovery codes.').waitFor()
  house.recoveryCodes = await desk.locator('.recovery-codes code').allInnerTexts()
  expect(new Set(house.recoveryCodes).size).toBe(10)
  await desk.getByRole('button', { name: 'I have kept them' }).click()

  await desk.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
  await desk.getByText('Net profit').first().waitFor()
})

onDesk('signing in again takes the code of now, and a wrong one is refused with words', async () => {
  await desk.getByRole('button', { name: 'Sign out' }).first().click()
  await desk.getByLabel('Name').fill(NAME)
  await desk.getByLabel('Password').fill(PASSWORD)
  await desk.getByRole('button', { name: 'Sign in' }).click()

  const code = desk.getByLabel('Code of your authenticator')
  await code.fill('not it')
  await desk.getByRole('button', { name: 'Confirm' }).click()
  await desk.getByRole('alert').waitFor()
  await code.fill(await house.code())
  await desk.getByRole('button', { name: 'Confirm' }).click()

  await desk.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
  await openPage(desk, at('/settings'))
  await desk.getByText('Signing in asks for a code of your authenticator.').waitFor()
})

onDesk('a replay started on its page moves prices and shows its mode in its colour', async () => {
  await openPage(desk, at('/replay'))
  await desk.getByRole('button', { name: 'Play it live…' }).click()
  const dialog = desk.getByRole('dialog')
  // Ten recorded days each second.
  await dialog.getByLabel('Speed').fill('864000')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()
  await desk.getByText('Replays that play now').waitFor()

  await desk.getByRole('link', { name: 'Markets' }).first().click()
  const banner = desk.locator('.mode-banner.replay')
  await banner.getByText('REPLAY').waitFor()
  const [shown, token] = await banner.locator('.badge').evaluate(coloursOf)
  expect(shown).toBe(token)

  const price = desk.getByRole('row', { name: INSTRUMENT }).locator('strong').first()
  const first = await price.innerText()
  const clock = await banner.locator('time').innerText()
  await expect.poll(() => price.innerText(), { timeout: 60_000 }).not.toBe(first)
  await expect.poll(() => banner.locator('time').innerText(), { timeout: 60_000 }).not.toBe(clock)

  await desk.getByRole('link', { name: 'Time machine' }).first().click()
  await desk.getByRole('button', { name: 'Cancel brent-ema' }).click()
  await desk.locator('.mode-banner.idle').waitFor()
})

onDesk('a backtest is started with changed values, watched to its end, and its report is read', async () => {
  await openPage(desk, at('/backtests'))
  await desk.getByRole('button', { name: 'Start a run' }).first().click()
  const dialog = desk.getByRole('dialog')
  await dialog.getByLabel('Configuration').selectOption('brent-ema')
  await dialog.getByLabel('Changed values, one to a line').fill('strategies.0.params.fast=9')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()

  const job = desk.locator('.job', { hasText: 'backtest' }).first()
  await job.getByText('done').waitFor({ timeout: 120_000 })
  await job.getByRole('link', { name: 'Open' }).click()
  await desk.getByRole('heading', { name: 'brent-ema', level: 1 }).waitFor()
  await desk.getByRole('link', { name: 'Report' }).click()

  const report = desk.frameLocator('iframe.report')
  await report.locator('canvas').first().waitFor()
  const painted = await report.locator('canvas').evaluateAll(anyPainted)
  expect(painted, 'a chart with more than two colours').toBe(true)
  expect(await report.locator('body').innerText()).toContain('strategies.0.params.fast')
})

onDesk('an order is explained down to its file and the checksum of it', async () => {
  await openPage(desk, at(`/orders?run=${house.run}`))
  await desk.getByRole('grid', { name: 'orders' }).getByRole('row').nth(1).click()
  await desk.getByRole('button', { name: 'Explain this order' }).click()

  const chain = desk.locator('.explained')
  await chain.waitFor({ timeout: 120_000 })
  const manifest = JSON.parse(readFileSync(join(ROOT, 'data/manifest.json'), 'utf8')) as unknown
  const words = await chain.innerText()
  expect(words).toContain('BRENT.csv')
  const checksum = /\b[0-9a-f]{64}\b/.exec(words)?.[0]
  expect(JSON.stringify(manifest), 'the checksum that the data came with').toContain(checksum)
})

onDesk('every page is without a complaint of the browser, and saves its table and its picture', async () => {
  const { heard } = new Complaints(desk)
  const tables = new Map<string, string>()
  for (const path of pages()) {
    await openPage(desk, at(path))
    for (const kind of ['CSV', 'PNG'] as const) {
      const button = desk.getByRole('button', { name: kind, exact: true }).first()
      if ((await button.count()) === 0) continue
      const [download] = await Promise.all([desk.waitForEvent('download'), button.click()])
      const bytes = readFileSync(await download.path())
      if (kind === 'PNG') expect(bytes.subarray(1, 4).toString(), path).toBe('PNG')
      else tables.set(path, bytes.toString())
    }
  }

  expect(heard).toEqual([])
  expect(tables.size).toBeGreaterThan(10)
  for (const [path, text] of tables) {
    const lines = text.split('\r\n')
    expect(text.startsWith('\ufeff'), path).toBe(true)
    expect([lines.at(-1), new Set(lines.slice(0, -1).map(cells)).size], path).toEqual(['', 1])
  }
  expect(tables.get(`/orders?run=${house.run}`)!.split('\r\n').length).toBeGreaterThan(100)
})

/** Cells of a line of CSV whose quoted cells hold no line break. */
const cells = (line: string): number => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(',').length

onDesk('an address leads to the same place for somebody else, and back leads back', async () => {
  await openPage(desk, at(`/backtests?mode=BACKTEST&q=brent`))
  expect(await desk.getByLabel('Mode').inputValue()).toBe('BACKTEST')
  expect(await desk.getByLabel('Search', { exact: true }).inputValue()).toBe('brent')

  await desk
    .getByRole('row', { name: house.run })
    .or(desk.getByRole('row', { name: 'brent-ema' }))
    .first()
    .click()
  await desk.getByRole('heading', { name: 'brent-ema', level: 1 }).waitFor()
  await desk.goBack()
  await desk.getByRole('heading', { name: 'Backtests', level: 1 }).waitFor()
  expect(await desk.getByLabel('Search', { exact: true }).inputValue()).toBe('brent')

  await desk.goto(at('/nowhere/at-all'))
  await desk.getByText('There is no page /nowhere/at-all').waitFor()
  await desk.getByRole('link', { name: 'Go to Home' }).click()
  await desk.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
})

onDesk('a page outlives the server: it says so, and comes back by itself', async () => {
  await openPage(desk, at('/risk'))
  await desk.evaluate(remember)
  expect(await house.stop()).toBe(0)
  await desk.getByText('Connection lost.').waitFor()
  await signedInLongAgo()

  await house.serve()

  await desk.getByText('Connection lost.').waitFor({ state: 'detached' })
  await desk.getByRole('link', { name: 'Orders' }).first().click()
  await desk.getByRole('grid', { name: 'orders' }).waitFor()
  await desk.getByRole('link', { name: 'Risk' }).first().click()
  await desk.getByText('NOT ENGAGED').waitFor()
  expect(await desk.evaluate(remembers)).toBe(true)
})

/** While the server is away the sessions in its database grow ten minutes older, and the access token of the page is gone. */
async function signedInLongAgo(): Promise<void> {
  const database = await openDatabase({ home: house.home })
  for (const session of await database.sessions.sessions(NAME)) {
    await database.sessions.save({ ...session, signedIn: session.signedIn - 600_000 })
  }
  await database.close()
  await desk.context().clearCookies({ name: '__Host-at' })
}

onDesk('the emergency stop is held to trip, and taken back with the password again and a reason', async () => {
  await openPage(desk, at('/risk'))
  await desk.getByRole('button', { name: /^Emergency stop: hold/ }).hover()
  await desk.mouse.down()
  await desk.getByRole('alert').getByText('Emergency stop.').waitFor()
  await desk.mouse.up()
  await desk.getByText('ENGAGED: HALT').waitFor()
  expect(JSON.parse(readFileSync(join(house.home, 'kill.json'), 'utf8'))).toMatchObject({ mode: 'halt', operator: NAME })

  await desk.getByLabel('Reason').fill('the drill is over')
  await desk.getByRole('button', { name: 'Allow new risk again' }).click()
  const dialog = desk.getByRole('dialog', { name: 'Your password again' })
  await dialog.getByLabel('Password').fill(PASSWORD)
  await dialog.getByLabel('Code of your authenticator').fill(await house.code())
  await dialog.getByRole('button', { name: 'Confirm' }).click()

  await desk.getByText('NOT ENGAGED').waitFor()
  await desk.locator('.banner.stop').waitFor({ state: 'detached' })
})

onDesk('the keyboard alone signs in, finds a page and an instrument, and trips the stop', async () => {
  const keys = desk.keyboard
  await choose('sign out', 'Sign out')
  await desk.getByRole('heading', { name: 'Sign in to Quadrant' }).waitFor()
  await keys.type(NAME)
  await keys.press('Tab')
  await keys.type(PASSWORD)
  await keys.press('Enter')
  await desk.getByRole('heading', { name: 'Second factor' }).waitFor()
  await keys.type(await house.code())
  await keys.press('Enter')
  await desk.locator('.mode-banner').waitFor()

  await choose('brent', INSTRUMENT)
  await expect.poll(() => new URL(desk.url()).pathname).toBe(`/instruments/${INSTRUMENT}`)
  await choose('orders', 'Orders')
  await expect.poll(() => new URL(desk.url()).pathname).toBe('/orders')
  await settled(desk)
  const grid = desk.getByRole('grid', { name: 'orders' })
  await tabTo(() => grid.evaluate(isFocused))
  await keys.press('ArrowDown')
  await keys.press('Enter')
  await desk.getByRole('button', { name: 'Explain this order' }).waitFor()
  await keys.press('Escape')
  await desk.getByRole('dialog').waitFor({ state: 'detached' })

  const stop = desk.getByRole('button', { name: /^Emergency stop: hold/ })
  await tabTo(() => stop.evaluate(isFocused))
  await keys.down('Enter')
  await desk.getByRole('alert').getByText('Emergency stop.').waitFor()
  await keys.up('Enter')

  await desk.getByRole('link', { name: 'Look and reset' }).focus()
  await keys.press('Enter')
  await tabTo(() => desk.getByLabel('Reason').evaluate(isFocused))
  await keys.type('a drill of the keyboard')
  await keys.press('Tab')
  await keys.press('Enter')
  await desk.getByText('NOT ENGAGED').waitFor()
})

/** By the palette, as fast as it answers: the first that is found is taken. */
async function choose(words: string, found: string): Promise<void> {
  await desk.keyboard.press('Control+k')
  await expect.poll(() => desk.getByRole('combobox', { name: 'Page, instrument or action' }).evaluate(isFocused)).toBe(true)
  await desk.keyboard.type(words)
  await desk.getByRole('option', { name: found, selected: true }).waitFor()
  await desk.keyboard.press('Enter')
}

/** No element of a page is further away than this. */
const MOST_TABS = 120

async function tabTo(there: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < MOST_TABS; i++) {
    if (await there()) return
    await desk.keyboard.press('Tab')
  }
  throw new Error('the keyboard does not reach it')
}

onDesk('a phone signs in with a recovery code and scrolls no page sideways', async () => {
  phone = await house.browser({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 })
  const page = await phone.newPage()
  const { heard } = new Complaints(page)
  await house.signIn(page, async () => house.recoveryCodes[0]!)
  heard.length = 0

  const wide: string[] = []
  const small: string[] = []
  for (const path of pages()) {
    await openPage(page, at(path))
    const seen = await page.evaluate(measured)
    if (seen.sideways > 0) wide.push(`${path}: ${seen.sideways} px`)
    small.push(...seen.small.map(words => `${path}: ${words}`))
  }

  expect(wide).toEqual([])
  expect(small).toEqual([])
  expect(heard).toEqual([])
  await page.getByRole('button', { name: 'More' }).tap()
  await page.getByRole('navigation', { name: 'All pages' }).getByRole('link', { name: 'Audit' }).tap()
  await page.getByRole('heading', { name: 'Audit', level: 1 }).waitFor()
})

onDesk('axe-core finds nothing serious on any page, dark and light', async () => {
  const findings: string[] = []
  for (const path of pages()) {
    await openPage(desk, at(path))
    findings.push(...(await seriousFindings(desk)))
    // A theme changes colours and nothing else.
    await desk.emulateMedia({ colorScheme: 'light' })
    findings.push(...(await seriousFindings(desk, ['color-contrast'])).map(words => `light ${words}`))
    await desk.emulateMedia({ colorScheme: 'dark' })
  }

  await desk.getByRole('button', { name: 'Sign out' }).first().click()
  await desk.getByRole('heading', { name: 'Sign in to Quadrant' }).waitFor()
  findings.push(...(await seriousFindings(desk)))
  expect(findings).toEqual([])
})
