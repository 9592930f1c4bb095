// An explanation asked for on demand: the server makes the run again up to the moment, which may take a while.
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { ApiError } from '../../api.ts'
import { ErrorPanel, Skeleton } from '../../components/states.tsx'
import { ExplanationChain } from './explanation-chain.tsx'

type Explanation = ReplyOf<'GET /orders/:run/:order/explanation'>

export interface ExplanationPanelProps {
  readonly title: string
  readonly button: string
  readonly ask: (signal: AbortSignal) => Promise<Explanation>
  /** Asks as soon as it is drawn. */
  readonly atOnce?: boolean
}

export function ExplanationPanel({ title, button, ask, atOnce = false }: ExplanationPanelProps) {
  const reply = useSignal<Explanation | undefined>(undefined)
  const error = useSignal<ApiError | undefined>(undefined)
  const busy = useSignal(false)
  const controller = useRef<AbortController | undefined>(undefined)

  const explain = async (): Promise<void> => {
    const mine = new AbortController()
    controller.current = mine
    busy.value = true
    error.value = undefined
    try {
      reply.value = await ask(mine.signal)
    } catch (reason) {
      if (!mine.signal.aborted && reason instanceof ApiError) error.value = reason
    }
    if (!mine.signal.aborted) busy.value = false
  }
  useEffect(() => {
    if (atOnce) void explain()
    return () => controller.current?.abort()
  }, [])

  return (
    <section class="explained-part">
      <h3>{title}</h3>
      {reply.value === undefined && !busy.value && (
        <p class="explanation-ask">
          <button type="button" class="button" onClick={() => void explain()}>
            {button}
          </button>
          <span class="soft-words">Makes the run again up to that moment.</span>
        </p>
      )}
      {busy.value && <Skeleton lines={6} />}
      {error.value && <ErrorPanel error={error.value} />}
      {reply.value && <ExplanationChain reply={reply.value} />}
    </section>
  )
}
