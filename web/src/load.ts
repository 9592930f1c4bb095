// What a page asks of the API when it opens: loading, the reply, or the error; asked again on demand and as often as told.
import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { ApiError } from './api.ts'

export interface Loaded<Value> {
  /** Undefined until the first reply; the last good one after that, also while it is asked again. */
  readonly value: ReadonlySignal<Value | undefined>
  readonly error: ReadonlySignal<ApiError | undefined>
  readonly loading: ReadonlySignal<boolean>
  /** Asks again. */
  readonly reload: () => void
}

/**
 * Asks when the component appears and whenever one of `inputs` changes; what an older question answers late is dropped.
 * `everySeconds` asks again while the page is looked at.
 *
 *     const runs = useLoad(signal => api('GET /runs', { signal }), [])
 */
export function useLoad<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
  { everySeconds }: { readonly everySeconds?: number } = {},
): Loaded<Value> {
  const value: Signal<Value | undefined> = useSignal<Value | undefined>(undefined)
  const error = useSignal<ApiError | undefined>(undefined)
  const loading = useSignal(true)
  const current = useRef<AbortController | undefined>(undefined)
  const latest = useRef(ask)
  latest.current = ask

  const reload = useCallback(() => {
    current.current?.abort()
    const controller = new AbortController()
    current.current = controller
    loading.value = true
    latest
      .current(controller.signal)
      .then(
        reply => {
          if (controller.signal.aborted) return
          value.value = reply
          error.value = undefined
        },
        (reason: unknown) => {
          if (controller.signal.aborted) return
          error.value = reason instanceof ApiError ? reason : unforeseen(reason)
        },
      )
      .finally(() => {
        if (!controller.signal.aborted) loading.value = false
      })
  }, [])

  useEffect(() => {
    reload()
    return () => current.current?.abort()
  }, inputs)

  useEffect(() => {
    if (everySeconds === undefined) return
    const timer = setInterval(() => {
      if (!document.hidden) reload()
    }, everySeconds * 1_000)
    return () => clearInterval(timer)
  }, [everySeconds])

  return { value, error, loading, reload }
}

const unforeseen = (reason: unknown): ApiError =>
  new ApiError(0, {
    code: 'PAGE_FAULT',
    message: reason instanceof Error ? reason.message : String(reason),
    fix: 'Load the page again.',
    correlationId: '',
  })
