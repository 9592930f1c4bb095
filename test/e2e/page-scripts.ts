// Functions that run inside the browser. The types of this side know nothing of documents, so the few words they use stand here.
interface PageElement {
  readonly outerHTML: string
  readonly scrollWidth: number
  readonly clientWidth: number
  readonly style: { color: string }
  append(element: PageElement): void
  remove(): void
  matches(selector: string): boolean
  checkVisibility(): boolean
  getBoundingClientRect(): { readonly width: number; readonly height: number }
}
interface PageCanvas {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray }
  }
}
declare const document: {
  readonly body: PageElement
  readonly documentElement: PageElement
  readonly activeElement: PageElement | null
  createElement(name: string): PageElement
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): Iterable<PageElement>
}
declare const getComputedStyle: (element: PageElement) => { readonly color: string }

/** Nothing of the page waits for an answer. */
export const isSettled = (): boolean => document.querySelector('.skeleton, [aria-busy="true"]') === null

/** Of the mode's badge: its colour as it is drawn, and the colour of the mode REPLAY. */
export function coloursOf(badge: unknown): [string, string] {
  const probe = document.createElement('i')
  probe.style.color = 'var(--mode-replay)'
  document.body.append(probe)
  const wanted = getComputedStyle(probe).color
  probe.remove()
  return [getComputedStyle(badge as PageElement).color, wanted]
}

/** Of canvases: whether one of them shows more than its ground and one colour. */
export const anyPainted = (canvases: unknown[]): boolean =>
  (canvases as PageCanvas[]).some(canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return new Set(new Uint32Array(data.buffer)).size > 2
  })

/** Of an element: whether the keyboard is on it. */
export const isFocused = (element: unknown): boolean => element === document.activeElement

/** That a page was not loaded again is seen by what it remembers. */
export const remember = (): void => void Object.assign(globalThis, { neverLoadedAgain: true })
export const remembers = (): boolean => 'neverLoadedAgain' in globalThis

/**
 * How far the page goes to the side, and what is too small for a thumb: WCAG 2.2 asks for 24 px, except for links in the
 * middle of words and for boxes whose label is part of the target.
 */
export const measured = (): { readonly sideways: number; readonly small: readonly string[] } => ({
  sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  small: [...document.querySelectorAll('button, select, input, .nav-link, .button')]
    .filter(element => element.checkVisibility() && !element.matches('.visually-hidden, [type="checkbox"]'))
    .map(element => ({ box: element.getBoundingClientRect(), words: element.outerHTML.slice(0, 90) }))
    .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
    .map(({ box, words }) => `${Math.round(box.width)}×${Math.round(box.height)} ${words}`),
})
