// HTML that is safe by construction: whatever is put into a template is escaped, unless it is itself HTML made here.

/** A piece of finished HTML. Only this file makes one. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Fragment = Html | string | number | null | undefined | false | readonly Fragment[]

/** html`<td>${reason}</td>`: texts are escaped for element content and quoted attributes; nothing, null and false print nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  let text = parts[0] ?? ''
  values.forEach((value, index) => {
    text += render(value) + (parts[index + 1] ?? '')
  })
  return new Html(text)
}

/** Our own or a library's text, put in as it stands; it must not end the element it goes into. */
export function verbatim(text: string, element: 'script' | 'style'): Html {
  if (new RegExp(`</${element}|<!--`, 'i').test(text)) throw new RangeError(`a ${element} may not contain its own end`)
  return new Html(text)
}

/** JSON for a <script type="application/json">: no text in it can end the element. */
export function embeddedJson(value: unknown): Html {
  return new Html(
    JSON.stringify(value)
      .replace(/</g, '\\u003c')
      .replace(/\u2028/g, '\\u2028')
      .replace(/\u2029/g, '\\u2029'),
  )
}

function render(value: Fragment): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, character => ENTITIES[character]!)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
