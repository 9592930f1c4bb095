// docs/errors.md and the sources agree: every code a user can meet is explained there, and nothing else is.
import { expect, test } from 'vitest'
import { exitOf } from '../src/apps/failure.ts'
import { read, sourceFiles } from './source.ts'

const document = read('docs/errors.md') ?? ''

/** A code is written in capitals with an underscore; environment variables and other people's codes look alike. */
const CODE = /(?<!process\.env\[)'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|INTERRUPTED)'/g
const FOREIGN =
  /^(?:Z|ERR|MDB|UV|WS|QUADRANT)_|^(?:NODE|SSL|GIT|GITHUB|GITLAB|APP|DEPLOY|DEPLOYMENT|PYTHON|JEST|PINO|LOG|GRPC|HTTPS?|ALL|LD|DYLD|FAKETIME)_[A-Z]/
/** Words of venues' own protocols, and of Python. */
const SPOKEN = new Set(['EUR_USD', 'LIST_SUBSCRIPTIONS', 'LOT_SIZE', 'MIN_NOTIONAL', 'PRICE_FILTER', 'TYPE_CHECKING'])

const used = new Set(
  sourceFiles('src/**/*.ts')
    .flatMap(file => [...file.text.matchAll(CODE)].map(match => match[1]!))
    .filter(code => !FOREIGN.test(code) && !SPOKEN.has(code)),
)
for (const [, code = ''] of (read('bin/quadrant') ?? '').matchAll(/error ([A-Z_]+):/g)) used.add(code)

const rows = [...document.matchAll(/^\| `([A-Z0-9_]+)` \|(?: (\d+) \|)?/gm)].map(([, code = '', exit]) => ({ code, exit }))

test('every code in the sources is documented, and every documented code is in the sources', () => {
  expect(used.size).toBeGreaterThan(40)
  expect([...new Set(rows.map(({ code }) => code))].sort()).toEqual([...used].sort())
})

test('the documented exit code is the one that follows from the code', () => {
  const stated = rows.filter(({ exit }) => exit !== undefined)

  expect(stated.length).toBeGreaterThan(30)
  expect(stated.map(({ code, exit }) => `${code} ${exit}`)).toEqual(stated.map(({ code }) => `${code} ${exitOf(code)}`))
})
