// The design's tokens as colours a canvas can use: read from the document, so that a theme changes charts too.

let known = new Map<string, string>()
let theme = ''

/** colour('up') → the value of --up in the theme of now. */
export function colour(token: string): string {
  const { theme: name, up, density } = document.documentElement.dataset
  const now = `${name} ${up} ${density}`
  if (now !== theme) {
    known = new Map()
    theme = now
  }
  let value = known.get(token)
  if (value === undefined) {
    value = resolved(token)
    known.set(token, value)
  }
  return value
}

/** A token may point to another one; the browser follows it when it computes a real property. */
function resolved(token: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(--${token})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

let family = ''
/** The page's type, asked for once. */
export function fontFamily(): string {
  family ||= getComputedStyle(document.body).fontFamily
  return family
}
export const chartFont = (pixels: number): string => `${pixels}px ${fontFamily()}`
