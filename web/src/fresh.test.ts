// The question for the password: asked when the server wants it, and what was asked for is tried again after it.
import { expect, test, vi } from 'vitest'
import { ApiError } from './api.ts'
import { fresh, question } from './fresh.ts'

const refused = (code: string): ApiError => new ApiError(403, { code, message: code, fix: '', correlationId: '' })

test('a stale sign-in opens the question, and a confirmed one lets the same thing be done', async () => {
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(refused('SIGN_IN_NOT_FRESH')).mockResolvedValueOnce('done')
  const result = fresh(work)
  await vi.waitUntil(() => question.value)
  question.value!.answer(true)
  expect(await result).toBe('done')
  expect(work).toHaveBeenCalledTimes(2)
  expect(question.value).toBeUndefined()
})

test('a question that was closed does nothing and tells the refusal', async () => {
  const work = vi.fn<() => Promise<string>>().mockRejectedValue(refused('SIGN_IN_NOT_FRESH'))
  const result = fresh(work)
  await vi.waitUntil(() => question.value)
  question.value!.answer(false)
  await expect(result).rejects.toMatchObject({ code: 'SIGN_IN_NOT_FRESH' })
  expect(work).toHaveBeenCalledTimes(1)
})

test('another refusal asks nothing', async () => {
  await expect(fresh(() => Promise.reject(refused('RIGHT_MISSING')))).rejects.toMatchObject({ code: 'RIGHT_MISSING' })
  expect(question.value).toBeUndefined()
})
