// Names and values in columns: the facts of one thing.
import type { ComponentChildren } from 'preact'
import './facts.css'

export interface Fact {
  readonly label: string
  readonly value: ComponentChildren
  /** Over the whole width. */
  readonly wide?: boolean
}

export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl class="facts">
    {facts.map(({ label, value, wide }) => (
      <div key={label} class={wide ? 'wide' : ''}>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
