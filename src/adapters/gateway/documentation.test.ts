// The documentation is one that other people's tools can read, and it says all of the contract.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayHouse } from '../../../test/gateway-house.ts'
import { API_ROOT, ROUTE_NAMES, routeOf } from '../../wire/contract.ts'
import { partsOf } from './routes.ts'

describe('the documentation of the API', () => {
  let house: GatewayHouse
  beforeAll(async () => {
    house = await GatewayHouse.open()
  })
  afterAll(() => house.close())

  test('is an OpenAPI 3.1 document without a fault by the recommended rules of a linter', async () => {
    const { text, json } = await house.ask('/api/docs/json')
    const config = await createConfig({ extends: ['recommended'] })
    const faultsOf = async (source: string) =>
      (await lintFromString({ source, absoluteRef: 'openapi.json', config })).map(
        ({ ruleId, severity, message }) => `${severity} ${ruleId}: ${message}`,
      )

    expect(json.openapi).toBe('3.1.0')
    expect(await faultsOf(text)).toEqual([])
    expect((await faultsOf(JSON.stringify({ ...json, servers: [] }))).length, 'the linter sees a planted fault').toBeGreaterThan(
      0,
    )
  })

  test('has every route of the contract, with its status, and none besides', async () => {
    const { json } = await house.ask('/api/docs/json')
    const told = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    const meant = ROUTE_NAMES.map(name => {
      const { method, path } = partsOf(name)
      return `${method} ${API_ROOT}${path.replace(/:(\w+)/g, '{$1}')}`
    })
    expect(told.sort()).toEqual(meant.sort())

    for (const name of ROUTE_NAMES) {
      const { method, path } = partsOf(name)
      const { responses, security } = json.paths[`${API_ROOT}${path.replace(/:(\w+)/g, '{$1}')}`][method.toLowerCase()]
      expect(Object.keys(responses), name).toContain(String(routeOf(name).status ?? 200))
      expect(security.length === 0, name).toBe(routeOf(name).right === 'public')
    }
  })

  test('is a page that needs no sign-in and runs no script but its own files', async () => {
    const { status, text, headers } = await house.ask('/api/docs/')

    expect(status).toBe(200)
    expect(text).toContain('swagger-ui')
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(headers['content-security-policy']).toContain("script-src 'self';")
    const scripts = [...text.matchAll(/src="\.?([^"]+)"/g)].map(([, path]) => path!)
    for (const path of scripts) expect((await house.ask(path.startsWith('/api') ? path : `/api/docs${path}`)).status).toBe(200)
  })
})
