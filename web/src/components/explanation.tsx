// Why an order was sent, link by link: from the fill back to the raw datum it came from.
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { useLoad } from '../load.ts'
import { EmptyState, Show } from './states.tsx'

type Chain = ReplyOf<'GET /orders/:run/:order/explanation'>

/** Makes the run again up to the order: it takes as long as the run took until then. */
export function OrderExplanation({ run, order }: { readonly run: string; readonly order: string }) {
  const chain = useLoad(signal => api('GET /orders/:run/:order/explanation', { params: { run, order }, signal }), [run, order])
  return (
    <Show from={chain} skeleton={<Working />}>
      {value => <Explanation chain={value} />}
    </Show>
  )
}

/** The same for a moment without an order: why not. */
export function MomentExplanation({ run, at }: { readonly run: string; readonly at: string }) {
  const chain = useLoad(signal => api('GET /runs/:id/explanation', { params: { id: run }, query: { at }, signal }), [run, at])
  return (
    <Show from={chain} skeleton={<Working />}>
      {value => <Explanation chain={value} />}
    </Show>
  )
}

const Working = () => (
  <div class="explanation-wait" role="status">
    <div class="spinner" />
    <p>The run is made again up to this moment, to say what was known then.</p>
  </div>
)

export function Explanation({ chain }: { readonly chain: Chain }) {
  if (chain.links.length === 0) return <EmptyState title="Nothing is known about this moment" />
  return (
    <ol class="explanation">
      {chain.links.map((link, i) => (
        <li key={i}>
          <h3>{link.stage}</h3>
          <p>{link.reason}</p>
          {link.ids.length > 0 && (
            <p class="explanation-ids">
              {link.ids.map(id => (
                <code key={id}>{id}</code>
              ))}
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}
