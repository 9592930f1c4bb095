// The client of the API beside others of the same browser: they share cookies, and a refresh token is good once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** A server with one session, as pages of one browser see it: who sends a refresh token again ends the session. */
class House {
  access = 'access-0'
  refresh = 'refresh-0'
  csrf = 'csrf-0'
  refreshes = 0
  ended = false
  valid = new Set<string>()
  /** What the browser has. Read when a request leaves, written when its answer comes. */
  readonly jar = { access: 'access-0', refresh: 'refresh-0' }

  readonly fetch = async (address: string, { method, headers }: RequestInit): Promise<Response> => {
    const sent = { ...this.jar, csrf: (headers as Record<string, string>)['x-csrf'] }
    await new Promise(resolve => setTimeout(resolve))
    if (address.endsWith('/session/refresh')) return await this.#refresh(sent.refresh)
    if (this.ended) return refusal(401, 'SESSION_ENDED')
    if (!this.valid.has(sent.access)) return refusal(401, 'ACCESS_EXPIRED')
    if (method !== 'GET' && sent.csrf !== this.csrf) return refusal(403, 'CSRF_REFUSED')
    return Response.json(address.endsWith('/session') ? { csrf: this.csrf } : { items: [], done: true })
  }

  async #refresh(given: string): Promise<Response> {
    if (given !== this.refresh) this.ended = true
    if (this.ended) return refusal(401, 'SESSION_ENDED')
    this.refreshes += 1
    this.refresh = `refresh-${this.refreshes}`
    this.access = `access-${this.refreshes}`
    this.valid.add(this.access)
    await new Promise(resolve => setTimeout(resolve))
    Object.assign(this.jar, { access: this.access, refresh: this.refresh })
    return Response.json({ csrf: this.csrf })
  }
}

const refusal = (status: number, code: string): Response =>
  Response.json({ error: { code, message: code, fix: '', correlationId: '' } }, { status })

let house: House
/** Each page has the module for itself. */
const page = async (): Promise<typeof import('./api.ts')> => {
  vi.resetModules()
  return await import('./api.ts')
}

beforeEach(() => {
  house = new House()
  vi.stubGlobal('fetch', house.fetch)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

test('three pages whose access token has ended ask for one refresh, and the session goes on', async () => {
  const pages = [await page(), await page(), await page()]
  const left: number[] = []
  for (const [index, { onSignedOut }] of pages.entries()) onSignedOut(() => left.push(index))

  const answers = await Promise.all(pages.map(({ api }) => api('GET /runs')))

  expect(answers.map(({ items }) => items)).toEqual([[], [], []])
  expect({ refreshes: house.refreshes, ended: house.ended, left }).toEqual({ refreshes: 1, ended: false, left: [] })
})

test('many requests of one page meet an expired token and ask for one refresh', async () => {
  const { api } = await page()
  await Promise.all([api('GET /runs'), api('GET /jobs'), api('GET /sessions')])
  expect(house.refreshes).toBe(1)
})

test('a page whose session was replaced by another page takes the new one and asks again', async () => {
  const [here, there] = [await page(), await page()]
  house.valid.add('access-0')
  here.useCsrf('csrf-0')
  there.useCsrf('csrf-0')
  const taken: string[] = []
  there.onRenewed(({ csrf }) => taken.push(csrf))

  house.csrf = 'csrf-1'
  await there.api('DELETE /sessions/:id', { params: { id: 'other' } })
  expect(taken).toEqual(['csrf-1'])
})

test('a refusal that a new session does not cure is told, after one more try', async () => {
  const { api, useCsrf } = await page()
  house.valid.add('access-0')
  useCsrf('csrf-0')
  vi.stubGlobal('fetch', async (address: string, request: RequestInit) =>
    request.method === 'GET' ? await house.fetch(address, request) : refusal(403, 'CSRF_REFUSED'),
  )
  await expect(api('DELETE /sessions/:id', { params: { id: 'other' } })).rejects.toMatchObject({ code: 'CSRF_REFUSED' })
})

test('when the session has ended, every page says so once', async () => {
  const { api, onSignedOut } = await page()
  house.ended = true
  const left = vi.fn()
  onSignedOut(left)
  await expect(api('GET /runs')).rejects.toMatchObject({ code: 'SESSION_ENDED' })
  expect(left).toHaveBeenCalledTimes(1)
})
