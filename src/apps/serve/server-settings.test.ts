// What the environment says of the server: a slip of the pen is refused and never read as a no.
import { afterEach, expect, test, vi } from 'vitest'
import { serverSettings } from './server-settings.ts'

afterEach(() => vi.unstubAllEnvs())

const settings = () => serverSettings({ home: '/nowhere', host: '127.0.0.1', port: 0, metricsPort: 0 })

test('client certificates are demanded with a 1, and nothing but 1, 0 or nothing is taken', () => {
  vi.stubEnv('QUADRANT_TLS_CLIENT_REQUIRED', '')
  expect(settings().requireClientCertificate).toBe(false)
  vi.stubEnv('QUADRANT_TLS_CLIENT_REQUIRED', '1')
  expect(settings().requireClientCertificate).toBe(true)
  vi.stubEnv('QUADRANT_TLS_CLIENT_REQUIRED', 'yes')
  expect(settings).toThrow(expect.objectContaining({ code: 'SERVER_SETTINGS' }))
})

test('proxies are addresses, and a name among them is refused', () => {
  vi.stubEnv('QUADRANT_TRUSTED_PROXIES', ' 10.0.0.5, ::1 ,')
  expect(settings().trustedProxies).toEqual(['10.0.0.5', '::1'])
  vi.stubEnv('QUADRANT_TRUSTED_PROXIES', '10.0.0.5,proxy.example')
  expect(settings).toThrow(expect.objectContaining({ message: expect.stringContaining('proxy.example') }))
})
