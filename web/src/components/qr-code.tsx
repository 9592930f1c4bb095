// A QR code as one SVG path; dark on white in every theme, or cameras do not read it.

import { useMemo } from 'preact/hooks'
import { encode } from 'uqr'

export function QrCode({ text, label, size = 196 }: { readonly text: string; readonly label: string; readonly size?: number }) {
  const { path, modules } = useMemo(() => {
    const { data } = encode(text, { ecc: 'M', border: 2 })
    const squares = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    return { path: squares.join(''), modules: data.length }
  }, [text])
  return (
    <svg
      class="qr-code"
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${modules} ${modules}`}
      shape-rendering="crispEdges"
    >
      <rect width={modules} height={modules} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
