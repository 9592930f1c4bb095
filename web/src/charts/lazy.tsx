// A chart whose library is loaded when the first of its kind is drawn; until then its room is kept, so that nothing jumps.
import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { ErrorPanel } from '../components/states.tsx'

export function lazyChart<Props extends { readonly height?: number; readonly drawdown?: unknown }>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | ApiError | undefined>(undefined)
  let asked = false

  return function Chart(props: Props) {
    useEffect(() => {
      if (asked) return
      asked = true
      load().then(
        component => {
          // A function as a value, not as an update.
          loaded.value = component
        },
        () => {
          asked = false
          loaded.value = notLoaded()
        },
      )
    }, [])
    const Loaded = loaded.value
    if (Loaded instanceof ApiError) return <ErrorPanel error={Loaded} retry={() => location.reload()} />
    if (Loaded) return <Loaded {...props} />
    const height = props.height ?? 240
    return <div class="chart-room" style={{ minHeight: `${height + (props.drawdown ? Math.round(height * 0.35) : 0)}px` }} />
  }
}

const notLoaded = (): ApiError =>
  new ApiError(0, {
    code: 'PAGE_NOT_LOADED',
    message: 'The script of the charts could not be loaded.',
    fix: 'The server was updated or is away: load the page again.',
    correlationId: '',
  })
