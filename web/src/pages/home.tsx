// Home: the equity, what runs, and what needs attention.
import { api } from '../api.ts'
import { Page } from '../components/page.tsx'
import { EmptyState, Show } from '../components/states.tsx'
import { useLoad } from '../load.ts'

export default function Home() {
  const runs = useLoad(signal => api('GET /runs', { signal }), [])
  return (
    <Page title="Home">
      <Show from={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No run yet" command="bin/quadrant quickstart">
              Run the shipped strategies on the shipped data.
            </EmptyState>
          ) : (
            <p>{items.length} runs</p>
          )
        }
      </Show>
    </Page>
  )
}
