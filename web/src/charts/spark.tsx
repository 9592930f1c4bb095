// A sparkline: the latest closes as one SVG line, in the colour of their direction.

export interface SparkProps {
  readonly values: readonly number[]
  readonly width?: number
  readonly height?: number
}

export function Spark({ values, width = 96, height = 24 }: SparkProps) {
  if (values.length < 2) return <span class="spark" />
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  const step = (width - 2) / (values.length - 1)
  const path = values
    .map(
      (value, i) =>
        `${i === 0 ? 'M' : 'L'}${(1 + i * step).toFixed(1)} ${(height - 2 - ((value - low) / span) * (height - 4)).toFixed(1)}`,
    )
    .join('')
  const direction = values.at(-1)! >= values[0]! ? 'up' : 'down'
  return (
    <svg class={`spark ${direction}`} width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" stroke-width="1.25" stroke-linejoin="round" />
    </svg>
  )
}
