// Requests of a route as the contract wants them, and then not quite: every part bent in the ways that break servers.
import type { TSchema } from 'typebox'
import { API_ROOT, type RouteName, routeOf } from '../../src/wire/contract.ts'
import { Password } from '../../src/wire/forms.ts'
import type { Dice } from './dice.ts'
import type { RawAsked } from './raw-line.ts'

/** The part of JSON Schema that the contract's forms use. */
interface Form {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Form[]
  readonly properties?: Readonly<Record<string, Form>>
  readonly required?: readonly string[]
  readonly items?: Form
  readonly minItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/** At least one of them fits each pattern of the wire's forms. */
const WORDS = [
  ...['', '0', '1', '0.5', '250000', '-3.25', '10%', '5000', 'u1', 'u2', 'u3', 'u4', 'u5', 'because', 'a drill', 'märz → 日本'],
  ...['2026-11-21', '2026-11-21T09:00:00Z', '2014-05-02T12:30:00.000001Z', 'EURUSD.OANDA', 'BTCUSD.KRAKEN', 'run-1', 'o12-0'],
  ...['brent-ema', 'kraken', '123456', 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF', 'risk.dailyLoss=1%', '*', 'filled', 'a-key-0001', 'main'],
  ...['four unrelated words here', 'x'.repeat(40)],
]
const fitting = new Map<Form, readonly string[]>()

/** Names that mean something where the requests go. */
export function learn(...words: readonly string[]): void {
  WORDS.push(...words)
  fitting.clear()
}

export function goodValue(schema: TSchema, dice: Dice): unknown {
  return good(schema as Form, dice)
}

function good(form: Form, dice: Dice): unknown {
  if (form.const !== undefined) return form.const
  if (form.enum !== undefined) return dice.one(form.enum)
  if (form.anyOf !== undefined) return good(dice.one(form.anyOf), dice)
  switch (form.type) {
    case 'object': {
      const wanted = Object.entries(form.properties ?? {}).filter(([name]) => form.required?.includes(name) || dice.percent(50))
      return Object.fromEntries(wanted.map(([name, inner]) => [name, good(inner, dice)]))
    }
    case 'array': {
      const values = Array.from({ length: (form.minItems ?? 0) + dice.below(3) }, () => good(form.items!, dice))
      return [...new Set(values)]
    }
    case 'integer':
      return (form.minimum ?? 0) + dice.below(Math.min(100, (form.maximum ?? 100) - (form.minimum ?? 0) + 1))
    case 'number':
      return (form.minimum ?? 0) + dice.next() * 100
    case 'boolean':
      return dice.percent(50)
    case 'string':
      // A good one is rarely met by chance.
      if (form === (Password as Form) && dice.percent(60)) return 'four unrelated words here'
      return dice.one(wordsOf(form))
    default:
      return null
  }
}

function wordsOf(form: Form): readonly string[] {
  let words = fitting.get(form)
  if (words === undefined) {
    const { pattern, minLength = 0, maxLength = 1_000 } = form
    words = WORDS.filter(
      word => word.length >= minLength && word.length <= maxLength && (pattern === undefined || new RegExp(pattern).test(word)),
    )
    if (words.length === 0) throw new Error(`no word fits ${pattern}`)
    fitting.set(form, words)
  }
  return words
}

const TEXTS = [
  ...['\0', 'a\0b', 'a\r\nSet-Cookie: x=1', '\u202eevil', '\ufeff', '\ud83d\ude00'.repeat(50), 'é'.repeat(41), 'ﬀ', 'K', 'ſ'],
  ...["' OR 1=1 --", '"; DROP TABLE users; --', '<script>alert(1)</script>', '=cmd|calc', '../../../etc/passwd', '..\\..\\'],
  ...[
    '$' + '{7*7}',
    '{{7*7}}',
    '%00',
    '%2e%2e%2f',
    '$where',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'null',
    'NaN',
  ],
  ...['0x10', '1e3', '-0', '00', '+1', ' 1', '1 ', '1_000', '٣', '1,5', 'Infinity', '-1', '99999999999999999999', '0.1e-400'],
  ...[
    '2026-02-30',
    '2026-13-01',
    '2026-11-21T25:00:00Z',
    '9999-12-31T23:59:59.999999Z',
    '0000-00-00',
    '2026-11-21T09:00:00+99:99',
  ],
  ...[
    'A'.repeat(61),
    'a'.repeat(129),
    'a'.repeat(1_000),
    `${'a'.repeat(50_000)}!`,
    '-'.repeat(3_000),
    '1'.repeat(400),
    '0'.repeat(31),
  ],
]
/** Written into the JSON as they are: numbers that no number holds, and texts that are none. */
const RAW = [
  ...['9007199254740993', '1e400', '-1e400', '1E-400', '123456789012345678901234567890', '1'.repeat(310), '-0', '0.1', '1.0'],
  ...[
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    'NaN',
    'Infinity',
    'undefined',
    "'x'",
    '01',
    '1.',
    '.5',
    '0x1',
    '{}',
    '[]',
    '[[]]',
  ],
]
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  [],
  {},
  [null],
  [[]],
  [{}],
  ['a', 'a'],
  { length: 1 },
]
const KEYS = [
  ...[
    'role',
    'roles',
    'accountId',
    'account',
    'accounts',
    'id',
    'version',
    'disabled',
    'isAdmin',
    'admin',
    'passwordHash',
    'user',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'clOrdId',
    'reduceOnly',
    'operator',
    'by',
    '$ref',
    '',
    'a\r\nb',
    '💥',
    'x'.repeat(500),
  ],
]
const TYPES = [
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'text/html',
    'image/png',
  ],
  ...[
    'application/json; charset=utf-16',
    'application/json;charset=utf-8',
    'APPLICATION/JSON',
    'application/jsonx',
    'json',
    '',
    ';',
    'a/b/c',
  ],
  ...[
    'application/json-patch+json',
    'application/cbor',
    'application/x-yaml',
    'application/csp-report',
    'application/reports+json',
  ],
]
const HEADERS: readonly (readonly [string, string])[] = [
  ...[
    ['x-http-method-override', 'DELETE'] as const,
    ['x-method-override', 'PUT'] as const,
    ['x-forwarded-for', '127.0.0.1'] as const,
  ],
  ...[
    ['x-original-url', '/api/v1/users'] as const,
    ['x-rewrite-url', '/api/v1/users'] as const,
    ['forwarded', 'for=admin'] as const,
  ],
  ...[
    ['content-encoding', 'gzip'] as const,
    ['accept', 'text/html'] as const,
    ['accept-encoding', 'br;q=x'] as const,
    ['range', 'bytes=0-'] as const,
  ],
  ...[
    ['host', 'evil.example'] as const,
    ['host', 'localhost:99999'] as const,
    ['origin', 'null'] as const,
    ['x-csrf', ''] as const,
  ],
  ...[
    ['if-none-match', '*'] as const,
    ['expect', '200-ok'] as const,
    ['te', 'trailers'] as const,
    ['cookie', '__Host-at=; __Host-at='] as const,
  ],
  ...[
    ['cookie', `a=${'b'.repeat(4_000)}`] as const,
    ['authorization', 'Basic YTpi'] as const,
    ['authorization', `Bearer ${'.'.repeat(3_000)}`] as const,
  ],
  ...[
    ['x-correlation-id', 'mine'] as const,
    ['sec-fetch-site', 'cross-site'] as const,
    ['user-agent', "'; --\t<script>"] as const,
  ],
  ...[['content-language', 'x'.repeat(8_000)] as const, ['cookie', '__proto__=1; constructor=2; =;;;'] as const],
]
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'LOCK',
  'PURGE',
  'MERGE',
  'SEARCH',
]

export interface HostileRequest extends RawAsked {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** What its reply would have to look like; undefined where it is no request of the route any more. */
  readonly route: RouteName | undefined
  /** How it was bent. */
  readonly bent: readonly string[]
}

/** A request of the route; in one of ten cases with nothing wrong. */
export function hostileRequest(name: RouteName, dice: Dice): HostileRequest {
  const [method = '', pattern = ''] = name.split(' ')
  const { params, query, body } = routeOf(name)
  const bent: string[] = []
  const bends = dice.percent(10) ? 0 : 1 + dice.below(3)
  const parts = [
    ...(params === undefined ? [] : (['path', 'path'] as const)),
    ...(query === undefined ? (['query'] as const) : (['query', 'query', 'query'] as const)),
    ...(body === undefined ? (['body'] as const) : (['value', 'value', 'value', 'key', 'key', 'body', 'body', 'type'] as const)),
    ...(['header', 'method'] as const),
  ]
  for (let i = 0; i < bends; i++) bent.push(dice.one(parts))
  const times = (part: string) => bent.filter(what => what === part).length

  const given = params === undefined ? {} : (goodValue(params, dice) as Record<string, string>)
  let path = pattern.replace(/:(\w+)/g, (_all, param: string) =>
    times('path') > 0 && dice.percent(80) ? bentSegment(dice) : encodeURIComponent(given[param] || 'x'),
  )
  path = `${API_ROOT}${path}${queryOf(query, times('query'), dice)}`

  const headers: Record<string, string> = {}
  let text = body === undefined ? undefined : bodyOf(body, { dice, values: times('value'), keys: times('key') })
  if (times('body') > 0) text = bentText(text ?? '{}', dice)
  if (text !== undefined) headers['content-type'] = times('type') > 0 ? dice.one(TYPES) : 'application/json'
  for (let i = 0; i < times('header'); i++) {
    const [key, value] = dice.one(HEADERS)
    headers[key] = value
  }
  const isOther = times('method') > 0
  return {
    method: isOther ? dice.one(METHODS) : method,
    path,
    headers,
    body: text,
    route: isOther || times('path') > 0 ? undefined : name,
    bent,
  }
}

/** Of a path: what stays one segment, what tries not to, and what is no text at all. */
function bentSegment(dice: Dice): string {
  const raw = [
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2f',
    '%00',
    '%',
    '%zz',
    '%c0%ae',
    '%ff',
    'a%0d%0ab',
    '*',
    ';x=1',
    'a;b',
    '%5c',
    '~',
    '-',
    '__proto__',
  ]
  return dice.percent(40) ? dice.one(raw) : encodeURIComponent(dice.one(TEXTS).slice(0, 400)) || 'x'
}

function queryOf(form: TSchema | undefined, times: number, dice: Dice): string {
  const values = form === undefined ? {} : (goodValue(form, dice) as Record<string, unknown>)
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  for (let i = 0; i < times; i++) {
    const names = form === undefined ? KEYS : [...Object.keys((form as Form).properties ?? {}), ...KEYS]
    const name = dice.percent(70) ? dice.one(names) : dice.one(KEYS)
    const key = encodeURIComponent(name)
    const value = encodeURIComponent(dice.one(TEXTS).slice(0, 3_000))
    const forms = [
      `${key}=${value}`,
      `${key}=${value}`,
      `${key}=${value}`,
      `${key}[]=1`,
      `${key}[x]=1`,
      key,
      `=${key}`,
      `${key}=%`,
      `${key}=%zz`,
    ]
    const pair = dice.one([
      ...forms,
      ...pairs.slice(0, 1),
      '&&&',
      '%00=1',
      `${key}=1#${key}`,
      `${key}=1;b=2`,
      '?',
      '__proto__[admin]=1',
    ])
    if (pairs.length > 0 && dice.percent(50)) pairs[dice.below(pairs.length)] = pair
    else pairs.push(pair)
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

interface Bends {
  readonly dice: Dice
  readonly values: number
  readonly keys: number
}

/** `"«0»"` in the JSON stands for a raw text that no value makes. */
function bodyOf(form: TSchema, { dice, values, keys }: Bends): string {
  const body = goodValue(form, dice) as Record<string, unknown>
  const raw: string[] = []
  for (let i = 0; i < values; i++) {
    const name = dice.one(Object.keys((form as Form).properties ?? { x: {} }))
    const kind = dice.below(10)
    if (kind < 5) body[name] = dice.one(TEXTS)
    else if (kind < 8) body[name] = dice.one(VALUES)
    else if (kind < 9 && Array.isArray(body[name])) body[name] = [...(body[name] as unknown[]), dice.one([...VALUES, ...TEXTS])]
    else body[name] = `«${raw.push(dice.one(RAW)) - 1}»`
  }
  for (let i = 0; i < keys; i++) {
    const own = Object.keys(body)
    if (dice.percent(30) && own.length > 0) delete body[dice.one(own)]
    else
      Object.defineProperty(body, dice.one(KEYS), {
        value: dice.one([...VALUES, 'admin', ['admin']]),
        enumerable: true,
        writable: true,
        configurable: true,
      })
  }
  return JSON.stringify(body).replace(/"«(\d+)»"/g, (_all, at: string) => raw[Number(at)]!)
}

function bentText(text: string, dice: Dice): string {
  const inner = text.slice(1, -1)
  const key = /^\{("[^"]*"):/.exec(text)?.[1] ?? '"a"'
  const ways = [
    () => text.slice(0, dice.below(text.length + 1)),
    () => `{${key}:1${inner === '' ? '' : `,${inner}`}}`,
    () => `${text}${text}`,
    () => `${text}\n{}`,
    () => `[${text}]`,
    () => '['.repeat(dice.one([19, 20, 21, 1_000, 30_000])),
    () => `${'['.repeat(500)}${']'.repeat(500)}`,
    () => `${'{"a":'.repeat(25)}1${'}'.repeat(25)}`,
    () => `\ufeff${text}`,
    () => `/* c */${text}`,
    () => `{"__proto__":{"roles":["admin"]}${inner === '' ? '' : `,${inner}`}}`,
    () => `{"constructor":{"prototype":{"x":1}}${inner === '' ? '' : `,${inner}`}}`,
    () => `{"\\u005f\\u005fproto\\u005f\\u005f":1${inner === '' ? '' : `,${inner}`}}`,
    () => '',
    () => 'null',
    () => '"text"',
    () => '1e999999',
    () => 'true',
    () => `${' '.repeat(66_000)}${text}`,
    () => `{"a":"${'a'.repeat(66_000)}"}`,
    () => `{${Array.from({ length: 2_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
    () => `a=1&${inner}`,
    () => `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`,
    () => text.replaceAll('"', "'"),
    () => text.replace(/:/, ': undefined,'),
  ]
  return dice.one(ways)()
}
