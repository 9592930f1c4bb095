// Reading configurations: exact values, a stable hash, and every fault at once.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { MONEY_UNIT, parseMicros } from '../domain/numbers.ts'
import { readCheckedConfig } from './checked-config.ts'
import { parseRunConfig, type RunConfig, readRunConfig } from './config.ts'
import { Failure } from './failure.ts'
import { runSchemaJson } from './run-schema.ts'

const SMALLEST = `
name: small
data:
  - { instrument: XAUUSD.OANDA, kind: quote }
strategies:
  - { use: ema-cross, instrument: XAUUSD.OANDA }
`

const read = (text: string, overrides: readonly string[] = []): RunConfig => parseRunConfig(text, { file: 'run.yaml', overrides })

/** The lines of the faults, without the dashes. */
function faultsOf(text: string, overrides: readonly string[] = []): string[] {
  try {
    read(text, overrides)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(Failure)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exit: 3 })
    return (error as Failure).message
      .split('\n')
      .slice(1)
      .map(line => line.replace(/^ {2}- /, ''))
  }
}

describe('a run configuration', () => {
  test('gets every default from the schema, and values are exact', () => {
    const config = read(SMALLEST)

    expect(config.account).toEqual({ currency: 'USD', equity: 100_000n * MONEY_UNIT })
    expect(config.senses).toEqual(['why', 'how', 'what', 'when'])
    expect(config.allocation).toEqual({ method: 'risk', risk: 0.005 })
    expect(config.risk).toMatchObject({
      grossNotional: { kind: 'percent', fraction: 3 },
      marginRate: 0.0333,
      dataAgeMicros: 10_000_000,
      orderRate: { count: 10, perMicros: 1_000_000 },
    })
    // 0.002% of one unit is 0.00002 units: 2 × 10^13 of 10^-18.
    expect(config.venue).toEqual({ latencyMicros: 50_000, commission: { rate: 20_000_000_000_000n, minimum: 0n }, fill: 'next' })
    expect(config.strategies).toEqual([
      { use: 'ema-cross', path: undefined, instrument: 'XAUUSD.OANDA', bar: undefined, price: 'bid', params: {} },
    ])
  })

  test('cannot be changed after it was read', () => {
    const config = read(SMALLEST)

    expect(() => Object.assign(config.risk, { marketHours: false })).toThrow(TypeError)
    expect(() => (config.data as unknown[]).push({})).toThrow(TypeError)
  })

  test('reads amounts, percentages, durations and instants', () => {
    const config = read(`${SMALLEST}
from: 2014-05-01
to: 2014-05-01T12:00:00Z
account: { equity: 1234.5 }
allocation: { method: fixed, quantity: 100 }
risk: { dailyLoss: 2500, drawdown: '7.5%', dataAge: 4h }
venue: { latency: 0ms }
`)

    expect(config.from).toBe(Date.UTC(2014, 4, 1) * 1000)
    expect(config.to).toBe(parseMicros('2014-05-01T12:00:00Z'))
    expect(config.account.equity).toBe((12_345n * MONEY_UNIT) / 10n)
    expect(config.allocation).toEqual({ method: 'fixed', quantity: '100' })
    expect(config.risk.dailyLoss).toEqual({ kind: 'amount', amount: 2500n * MONEY_UNIT })
    expect(config.risk.drawdown).toEqual({ kind: 'percent', fraction: 0.075 })
    expect(config.risk.dataAgeMicros).toBe(4 * 3600 * 1_000_000)
    expect(config.venue.latencyMicros).toBe(0)
  })

  test('finds a strategy file beside itself', () => {
    const text = SMALLEST.replace('ema-cross', '../strategies/mine.ts')

    expect(parseRunConfig(text, { file: '/project/config/run.yaml' }).strategies[0]?.path).toBe('/project/strategies/mine.ts')
  })

  test('builds bars of trades where only trades flow', () => {
    expect(read(SMALLEST.replace('kind: quote', 'kind: trade')).strategies[0]?.price).toBe('trade')
  })
})

describe('the configuration hash', () => {
  test('does not change with order, comments, spelling or the place of the file', () => {
    const one = `${SMALLEST}account: { currency: USD, equity: 1000 } # a comment`
    const other = `account: { equity: '1000.00', currency: USD }\n${SMALLEST}`

    expect(read(other).configHash).toBe(read(one).configHash)
    expect(parseRunConfig(one, { file: '/elsewhere/run.yaml' }).configHash).toBe(read(one).configHash)
    expect(read(one).configHash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('changes with any value, and a default written out is the same value', () => {
    expect(read(`${SMALLEST}calendar: true`).configHash).not.toBe(read(SMALLEST).configHash)
    expect(read(`${SMALLEST}calendar: false`).configHash).toBe(read(SMALLEST).configHash)
  })

  test('is kept by the YAML that a report shows', () => {
    const config = read(SMALLEST, ['strategies.0.params.fast=12', 'from=2014-05-01', 'allocation.method=volatility'])

    expect(read(config.yaml).configHash).toBe(config.configHash)
    expect(read(config.yaml).yaml).toBe(config.yaml)
  })
})

describe('overrides', () => {
  test('are read as YAML values and make the groups they need', () => {
    const config = read(SMALLEST, [
      'strategies.0.params.fast=12',
      'strategies.0.params.stop=none',
      'senses=[what]',
      'risk.marketHours=false',
      "risk.collar='2%'",
    ])

    expect(config.strategies[0]?.params).toEqual({ fast: 12, stop: 'none' })
    expect(config.senses).toEqual(['what'])
    expect(config.risk).toMatchObject({ marketHours: false, collar: 0.02 })
  })

  test('are faults like any other when they are wrong', () => {
    expect(
      faultsOf(SMALLEST, ['nothing', '=1', 'a..b=1', '__proto__.x=1', 'name.x=1', 'data.7.kind=bar', 'risk.colar=1%', "name='"]),
    ).toEqual([
      "--set: 'nothing' is not of the form path=value, such as strategies.0.params.fast=12",
      "--set: '=1' is not of the form path=value, such as strategies.0.params.fast=12",
      "--set: 'a..b=1' is not of the form path=value, such as strategies.0.params.fast=12",
      "--set: '__proto__.x=1' is not of the form path=value, such as strategies.0.params.fast=12",
      "--set: 'name.x=1' goes below 'name', which is a single value",
      "--set: 'data.7.kind=bar' names entry '7' of a list that has 1; the first is 0",
      expect.stringContaining("--set: 'name=''"),
      "--set risk.colar: unknown key. Did you mean 'collar'?",
    ])
  })
})

describe('faults', () => {
  test('are listed all at once, each with its line', () => {
    const faults = faultsOf(`nmae: gold
from: 2014-02-31
to: 2014-01-01
account: { currency: usd, equity: -5 }
data:
  - instrument: XAUUSD.OANDA
    kind: quotes
    bra: 1m
strategies:
  - { use: ema-cross, instrument: XAUUSD.OANDA, bar: fortnight, params: [1] }
risk: { dataAge: 10 bananas, orderNotional: '100 %', marginRate: '120%', orderRate: 5 }
senses: [why, why]
venue: { commission: { rate: 0.002 } }
`)

    expect(faults).toEqual([
      "line 1: nmae: unknown key. Did you mean 'name'?",
      "line 4: account.currency: 'usd' is not a currency such as USD",
      "line 4: account.equity: -5 is not an amount such as '1000000'",
      "line 7: data.0.kind: 'quotes' is not one of quote, trade, bar, book",
      "line 8: data.0.bra: unknown key. Did you mean 'bar'?",
      "line 10: strategies.0.bar: 'fortnight' is not 'quote' or a duration such as 1m",
      'line 10: strategies.0.params: [1] is not a group of parameters such as { fast: 10, slow: 20 }',
      "line 11: risk.dataAge: '10 bananas' is not a duration such as 50ms, 10s, 5m, 4h or 1d",
      "line 11: risk.orderNotional: '100 %' is not a limit: 'N%' of equity, or an amount in the account's currency",
      'line 11: risk.orderRate: 5 is not a group such as { count: 10, per: 1s }',
      'line 12: senses: an entry is there twice; each may be named once',
      "line 13: venue.commission.rate: 0.002 is not a percentage such as '0.5%'",
      'name: is missing: give a name of letters, digits, dots and dashes',
      "line 2: from: '2014-02-31' is not a date such as 2014-05-01 or an instant such as 2014-05-01T09:30:00Z",
      "line 11: risk.marginRate: '120%' is more than 100%",
    ])
  })

  test.each([
    ['from: 2014-05-02\nto: 2014-05-01', "line 9: to: '2014-05-01' is not after from, '2014-05-02'"],
    ['account: { equity: 0 }', 'line 8: account.equity: 0 is not above zero, and nothing can be risked without equity'],
    [
      'allocation: { method: fixed }',
      "line 8: allocation.quantity: is missing: with method fixed, give the units, such as '100'",
    ],
    [
      "allocation: { method: risk, target: '10%' }",
      'line 8: allocation.target: does not belong to method risk, which takes risk',
    ],
    [
      'fusion: { weights: { why: 0, how: 0, what: 0, when: 0 } }',
      'line 8: fusion.weights: every sense that reads has weight zero; give one of them weight, or set senses to []',
    ],
    ["venue: { commission: { rate: '101%' } }", "line 8: venue.commission.rate: '101%' is more than 100%"],
    ['risk: { collar: 0% }', "line 8: risk.collar: '0%' is not above zero"],
  ])('of impossible values and combinations: %s', (line, fault) => {
    expect(faultsOf(`${SMALLEST.trimStart()}\n\n${line}`)).toEqual([fault])
  })

  test('name a strategy whose instrument does not flow in, and bars that cannot be built', () => {
    const bars = SMALLEST.replace('kind: quote', 'kind: bar, bar: 5m')

    expect(faultsOf(bars.replace('ema-cross, instrument: XAUUSD.OANDA', 'ema-cross, instrument: XAGUSD.OANDA'))[0]).toContain(
      "XAGUSD.OANDA is not under data. Did you mean 'XAUUSD.OANDA'?",
    )
    expect(faultsOf(bars, ['strategies.0.bar=7m'])[0]).toContain('7m cannot be built from bars of 5m')
    expect(faultsOf(bars, ['strategies.0.bar=quote'])[0]).toContain("'quote' needs quotes of XAUUSD.OANDA; data has bar")
    expect(faultsOf(bars, ['strategies.0.bar=15m'])).toEqual([])
  })

  test('of the YAML itself are listed with their lines too', () => {
    const faults = faultsOf('name: a\nname: b\ndata: [1\nrisk: }')

    expect(faults.length).toBeGreaterThan(1)
    expect(faults[0]).toMatch(/^line 2: Map keys must be unique/)
  })

  test.each(['{valueOf: null}', '{data: {toString: 1}}', '!tag x', '', 'just a text', '- a\n- list', '42', 'null', '{}'])(
    '%j is no configuration',
    text => {
      expect(faultsOf(text).length).toBeGreaterThan(0)
    },
  )

  test('are never anything but a failure, whatever the text and the overrides', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.array(fc.string(), { maxLength: 3 }), (text, overrides) => {
        try {
          read(text, overrides)
        } catch (error) {
          expect(error).toMatchObject({ name: 'Failure', code: 'CONFIG_INVALID' })
        }
      }),
    )
  })

  test('of one key never hide or invent a fault of another', () => {
    const top = [
      'name',
      'from',
      'account',
      'data',
      'macro',
      'strategies',
      'senses',
      'fusion',
      'allocation',
      'risk',
      'venue',
      'quality',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...top),
        fc.constantFrom<unknown>(null, 7.5, 'x y', [], [[]], {}, { q: 1 }, true),
        (key, value) => {
          const faults = faultsOf(JSON.stringify({ ...parse(SMALLEST), [key]: value }))
          for (const fault of faults) expect(fault.replace(/^line \d+: /, '')).toMatch(new RegExp(`^${key}\\b`))
        },
      ),
    )
  })
})

describe('a configuration file', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quadrant-config-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is read from disk', () => {
    writeFileSync(join(folder, 'run.yaml'), SMALLEST)

    expect(readRunConfig(join(folder, 'run.yaml'), ['name=other'])).toMatchObject({ name: 'other', overrides: ['name=other'] })
  })

  test('that is not there, or is a folder, is said so', () => {
    expect(() => readRunConfig(join(folder, 'none.yaml'))).toThrow(expect.objectContaining({ code: 'CONFIG_NOT_FOUND', exit: 4 }))
    expect(() => readRunConfig(folder)).toThrow(expect.objectContaining({ code: 'CONFIG_UNREADABLE', exit: 3 }))
  })
})

test('config/run.schema.json is what the schema says; `vitest run -u` writes it anew', async () => {
  await expect(runSchemaJson()).toMatchFileSnapshot('../../config/run.schema.json')
})

describe('a configuration with its strategies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quadrant-config-'))
  const file = join(folder, 'run.yaml')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('lists the faults of the file and those of its strategies in one answer', async () => {
    writeFileSync(file, readFileSync(join(import.meta.dirname, '../../config/gold-ema.yaml')))
    const faults = ['foo=1', 'risk.collar=abc', 'strategies.0.params.fast=1000', 'strategies.0.params.zzz=1']
    await expect(readCheckedConfig(file, faults)).rejects.toMatchObject({ code: 'CONFIG_INVALID', exit: 3 })
    const message = await readCheckedConfig(file, faults).catch((error: Error) => error.message)
    for (const word of ['foo', 'risk.collar', "unknown parameter 'zzz'", 'fast must be between 1 and 500'])
      expect(message).toContain(word)
  })
})
