// What stands where data will be: a skeleton, what to do when there is none, and what went wrong with its fix.
import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api.ts'
import type { Loaded } from '../load.ts'
import { sentence } from '../text/sentence.ts'
import { Icon, type IconName } from './icon.tsx'

/** Grey bars in the shape of what comes, so that nothing jumps. */
export const Skeleton = ({ lines = 4, height }: { readonly lines?: number; readonly height?: number }) => (
  <div class="skeleton" role="status" aria-label="Loading" style={height === undefined ? {} : { minHeight: `${height}px` }}>
    {Array.from({ length: lines }, (_, i) => (
      <div key={i} class="skeleton-line" />
    ))}
  </div>
)

export interface EmptyStateProps {
  readonly icon?: IconName
  readonly title: string
  /** What to do next, in a sentence. */
  readonly children?: ComponentChildren
  /** A command to copy into a shell. */
  readonly command?: string
  readonly action?: ComponentChildren
}

export const EmptyState = ({ icon = 'info', title, children, command, action }: EmptyStateProps) => (
  <div class="empty">
    <Icon name={icon} size={28} />
    <p class="empty-title">{title}</p>
    {children && <p class="empty-text">{children}</p>}
    {command && <code class="empty-command">{command}</code>}
    {action}
  </div>
)

export const ErrorPanel = ({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) => (
  <div class="error-panel" role="alert">
    <Icon name="warning" size={20} />
    <div>
      <p class="error-message">{sentence(error.message)}</p>
      {error.fix && <p class="error-fix">{sentence(error.fix)}</p>}
      <p class="error-code">
        {error.code}
        {error.correlationId && ` · ${error.correlationId}`}
      </p>
    </div>
    {retry && (
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    )}
  </div>
)

export interface LoadedProps<Value> {
  readonly from: Loaded<Value>
  readonly children: (value: Value) => ComponentChildren
  readonly skeleton?: ComponentChildren
}

/** Shows the skeleton, the error, or the reply; an error after a good reply stands above what is still there. */
export function Show<Value>({ from, children, skeleton }: LoadedProps<Value>) {
  const value = from.value.value
  const error = from.error.value
  return (
    <>
      {error && <ErrorPanel error={error} retry={from.reload} />}
      {value === undefined ? !error && (skeleton ?? <Skeleton />) : children(value)}
    </>
  )
}
