// Draws a page as a picture: its canvases as they are, its text where it stands, in the colours of the theme.

/** Twice the size of the page, so that it is sharp when printed. */
const SCALE = 2
const MARGIN = 16

export async function drawPage(title: string, page: Element): Promise<Blob> {
  const inner = page.getBoundingClientRect()
  const frame = new DOMRect(inner.x - MARGIN, inner.y - MARGIN, inner.width + 2 * MARGIN, inner.height + 2 * MARGIN)
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(frame.width * SCALE)
  canvas.height = Math.ceil(frame.height * SCALE)
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error(`${title} could not be drawn: this browser gives no canvas.`)

  pen.scale(SCALE, SCALE)
  pen.fillStyle = getComputedStyle(document.body).backgroundColor
  pen.fillRect(0, 0, frame.width, frame.height)
  draw(page, pen, frame)

  return await new Promise((resolve, reject) =>
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error(`${title} is too large for a picture.`))), 'image/png'),
  )
}

function draw(element: Element, pen: CanvasRenderingContext2D, frame: DOMRect): void {
  const box = element.getBoundingClientRect()
  const style = getComputedStyle(element)
  // What is folded away is not on the page; its buttons are of no use on paper.
  if (style.visibility === 'hidden' || box.width === 0 || !element.checkVisibility() || element.matches('.page-actions')) return
  const x = box.left - frame.left
  const y = box.top - frame.top

  drawBox(style, pen, { x, y, width: box.width, height: box.height })
  if (element instanceof HTMLCanvasElement && element.width > 0) pen.drawImage(element, x, y, box.width, box.height)
  if (element instanceof SVGPathElement) drawPath(element, style, pen, frame)
  const words = wordsOf(element)
  if (words !== undefined) drawWords(words, style, pen, { x, y, width: box.width, height: box.height })

  pen.save()
  if (style.overflowX !== 'visible' || style.overflowY !== 'visible') {
    pen.beginPath()
    pen.rect(x, y, box.width, box.height)
    pen.clip()
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(child, pen, frame)
    else if (child instanceof Text && child.data.trim() !== '') drawText(child, style, pen, frame)
  }
  pen.restore()
}

/** What a control shows; undefined for everything that shows its text nodes. */
function wordsOf(element: Element): string | undefined {
  if (element instanceof HTMLSelectElement) return element.selectedOptions[0]?.label
  if (!(element instanceof HTMLInputElement)) return undefined
  if (element.type === 'checkbox') return element.checked ? '☑' : '☐'
  return element.type === 'password' ? '' : element.value
}

function drawWords(words: string, style: CSSStyleDeclaration, pen: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  pen.save()
  pen.beginPath()
  pen.rect(x, y, width, height)
  pen.clip()
  pen.font = fontOf(style)
  pen.fillStyle = style.color
  pen.textBaseline = 'middle'
  pen.fillText(words, x + (Number.parseFloat(style.paddingLeft) || 0), y + height / 2)
  pen.restore()
}

const fontOf = ({ fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): string =>
  `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function drawBox(style: CSSStyleDeclaration, pen: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  const radius = Number.parseFloat(style.borderTopLeftRadius) || 0
  pen.beginPath()
  pen.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2))
  pen.fillStyle = style.backgroundColor
  pen.fill()
  const border = Number.parseFloat(style.borderBottomWidth)
  if (!(border > 0) || style.borderBottomStyle === 'none') return

  pen.fillStyle = style.borderBottomColor
  pen.fillRect(x, y + height - border, width, border)
  if (Number.parseFloat(style.borderTopWidth) > 0) {
    pen.strokeStyle = style.borderTopColor
    pen.lineWidth = border
    pen.stroke()
  }
}

/** A text node may run over several lines: each client rectangle of its words is one. */
function drawText(text: Text, style: CSSStyleDeclaration, pen: CanvasRenderingContext2D, frame: DOMRect): void {
  pen.font = fontOf(style)
  pen.fillStyle = style.color
  pen.textBaseline = 'middle'
  const range = document.createRange()
  for (const { start, end } of words(text.data)) {
    range.setStart(text, start)
    range.setEnd(text, end)
    const box = range.getBoundingClientRect()
    const shown = style.textTransform === 'uppercase' ? text.data.slice(start, end).toUpperCase() : text.data.slice(start, end)
    if (box.width > 0) pen.fillText(shown, box.left - frame.left, box.top - frame.top + box.height / 2)
  }
}

function words(text: string): { readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }))
}

function drawPath(path: SVGPathElement, style: CSSStyleDeclaration, pen: CanvasRenderingContext2D, frame: DOMRect): void {
  const matrix = path.getScreenCTM()
  if (!matrix) return
  pen.save()
  pen.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e - frame.left, matrix.f - frame.top)
  const shape = new Path2D(path.getAttribute('d') ?? '')
  if (style.fill !== 'none') {
    pen.fillStyle = style.fill
    pen.fill(shape)
  }
  if (style.stroke !== 'none') {
    pen.strokeStyle = style.stroke
    pen.lineWidth = Number.parseFloat(style.strokeWidth) || 1
    pen.stroke(shape)
  }
  pen.restore()
}
