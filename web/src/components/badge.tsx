// Small coloured words and dots: modes, sides, states, quality. Never colour alone: the word or a label says it too.
import type { ComponentChildren } from 'preact'

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'plain' | 'up' | 'down'

export const Badge = ({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ComponentChildren }) => (
  <span class={`badge ${tone}`}>{children}</span>
)

/** BACKTEST, REPLAY, PAPER or LIVE in its own colour. */
export const ModeBadge = ({ mode }: { readonly mode: string }) => <span class={`badge mode-${mode.toLowerCase()}`}>{mode}</span>

export const SideBadge = ({ side }: { readonly side: string }) => (
  <span class={`side ${side === 'buy' || side === 'long' ? 'up' : side === 'sell' || side === 'short' ? 'down' : ''}`}>
    {side}
  </span>
)

/** A quality score 0…100 as a dot; a ring when it is recorded history and has no score. */
export function QualityDot({ score, source }: { readonly score: number | null; readonly source: string }) {
  const tone = score === null ? 'none' : score >= 80 ? 'good' : score >= 50 ? 'warn' : 'bad'
  const words = score === null ? `recorded: ${source}` : `quality ${Math.round(score)} of 100: ${source}`
  return <span class={`dot ${tone}`} role="img" aria-label={words} title={words} />
}
