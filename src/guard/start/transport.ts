// Whether everything beyond this machine is encrypted and checked: certificates, plain addresses, trusted authorities.
import type { Fault, Verdict } from '../fault.ts'
import { isTradingName } from '../key-providers.ts'
import { isLoopback } from '../practice-hosts.ts'
import { addressesOf, hostOf, isOn, type NamedAddress, shown, textOf, type Variables } from './variables.ts'

export interface TransportFacts {
  readonly variables: Variables
  /** Those of the configuration and its sources. */
  readonly addresses: readonly NamedAddress[]
  /** process.execArgv. */
  readonly execArguments: readonly string[]
  /** Permission bits of files with authorities to trust, by path; undefined where there is no such file. */
  readonly modeOf: (path: string) => number | undefined
}

export function transportVerdict(facts: TransportFacts): Verdict {
  const { variables, addresses } = facts
  const named = [...addressesOf(variables), ...addresses]
  return {
    faults: [
      ...checkingFaults(facts),
      ...named.flatMap(plainFault),
      ...databaseFaults(variables),
      ...brokerFaults(variables),
      ...authorityFaults(facts),
    ],
    warnings: plainMetrics(variables),
  }
}

function checkingFaults({ variables, execArguments }: TransportFacts): Fault[] {
  const faults: Fault[] = []
  // Node takes exactly '0'; what was meant by the others is the same.
  if (
    variables['NODE_TLS_REJECT_UNAUTHORIZED'] !== undefined &&
    !isOn(variables['NODE_TLS_REJECT_UNAUTHORIZED']) &&
    textOf(variables, 'NODE_TLS_REJECT_UNAUTHORIZED') !== ''
  ) {
    faults.push({
      code: 'ENV_TLS_OFF',
      what: 'NODE_TLS_REJECT_UNAUTHORIZED turns the checking of certificates off: anybody on the way could be the venue',
      fix: 'unset it; to trust an authority of your own name its file in NODE_EXTRA_CA_CERTS',
    })
  }
  if (variables['PYTHONHTTPSVERIFY'] !== undefined && textOf(variables, 'PYTHONHTTPSVERIFY') === '0') {
    faults.push({ code: 'ENV_TLS_OFF', what: 'PYTHONHTTPSVERIFY=0 turns the checking of certificates off', fix: 'unset it' })
  }
  faults.push(...Object.entries(variables).flatMap(([name, value]) => switchFault(name.toUpperCase(), value)))
  const options = [...execArguments, ...textOf(variables, 'NODE_OPTIONS').split(/\s+/)]
  const weak = options.filter(option =>
    /^--(?:tls-min-v1\.[01]|tls-max-v1\.[01]|insecure-http-parser|tls-cipher-list|openssl-legacy-provider)\b/.test(option),
  )
  if (weak.length > 0) {
    faults.push({
      code: 'ENV_TLS_WEAK',
      what: `Node is started with ${weak.join(' ')}, which weakens its encryption`,
      fix: 'start it without',
    })
  }
  const log = textOf(variables, 'SSLKEYLOGFILE') !== '' || options.some(option => option.startsWith('--tls-keylog'))
  if (log) {
    faults.push({
      code: 'ENV_TLS_KEYLOG',
      what: 'the keys of all TLS connections would be written to a file (SSLKEYLOGFILE, --tls-keylog)',
      fix: 'unset it: whoever reads that file reads every key and order',
    })
  }
  return faults
}

/** Off where it should be on: 'KAFKA_SSL_VERIFY=false', 'EXCHANGE_TLS=off'. */
const CHECKS =
  /(?:^|_)(?:SSL|TLS)(?:_(?:VERIFY|VERIFICATION|CHECK|ENABLED|REQUIRED|VALIDATE|REJECT_UNAUTHORIZED))?$|(?:^|_)VERIFY_(?:SSL|TLS|CERTS?)$/
/** On where it should be off. */
const SKIPS =
  /(?:^|_)(?:TLS_|SSL_)?(?:INSECURE|SKIP_(?:(?:TLS|SSL|CERT)_)?VERIFY|NO_VERIFY|DISABLE_(?:TLS|SSL)|INSECURE_SKIP_VERIFY|ALLOW_INSECURE(?:_TLS)?)$/

function switchFault(name: string, value: string | undefined): Fault[] {
  const isOurs =
    isTradingName(name) ||
    /^(?:KAFKA|REDIS|DATABASE|DB|POSTGRES|PG|SSL|TLS|VERIFY|INSECURE|ALLOW_INSECURE|SKIP|DISABLE)/.test(name)
  const text = (value ?? '').trim()
  const isFaulty = (CHECKS.test(name) && text !== '' && !isOn(text)) || (SKIPS.test(name) && isOn(text))
  if (!isOurs || !isFaulty) return []
  return [
    {
      code: 'ENV_TLS_OFF',
      what: `${name} is ${JSON.stringify(text.slice(0, 20))}: what is sent may be unencrypted, or to anybody`,
      fix: `unset ${name}`,
    },
  ]
}

const PLAIN = /^(?:http|ws|redis|amqp|mqtt|kafka|nats|tcp|ftp|ldap|smtp):\/\//i

function plainFault({ where, address }: NamedAddress): Fault[] {
  if (!PLAIN.test(address)) return []
  const host = hostOf(address)
  if (host === '' || isLoopback(host)) return []
  return [
    {
      code: 'ENV_PLAIN_ADDRESS',
      what: `${where} names ${shown(address)}: unencrypted, and not on this machine`,
      fix: 'use https://, wss:// or rediss://, or an address on this machine',
    },
  ]
}

/** The driver speaks TLS only when it is told to; 'prefer' and 'allow' take what they get. */
function databaseFaults(variables: Variables): Fault[] {
  const faults: Fault[] = []
  const mode = textOf(variables, 'PGSSLMODE')
  for (const { where, address } of addressesOf(variables)) {
    if (!/^postgres(?:ql)?:\/\//i.test(address) || isLoopback(hostOf(address))) continue
    // A socket in a folder is this machine.
    if (hostOf(address) === '' || hostOf(address).startsWith('%2f')) continue
    const own = /[?&]sslmode=([\w-]+)/i.exec(address)?.[1] ?? mode
    if (!/^(?:require|verify-ca|verify-full)$/i.test(own)) faults.push(plainDatabase(`${where} names ${shown(address)}`, own))
  }
  const host = textOf(variables, 'PGHOST')
  if (host !== '' && !host.startsWith('/') && !isLoopback(host) && !/^(?:require|verify-ca|verify-full)$/i.test(mode)) {
    faults.push(plainDatabase(`PGHOST is ${host}`, mode))
  }
  return faults
}

const plainDatabase = (what: string, mode: string): Fault => ({
  code: 'ENV_PLAIN_ADDRESS',
  what: `${what}: a database beyond this machine${mode === '' ? ' without sslmode' : ` with sslmode=${mode}`}, so it may be unencrypted`,
  fix: 'add sslmode=verify-full (or PGSSLMODE=verify-full)',
})

function brokerFaults(variables: Variables): Fault[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (!/KAFKA.*(?:SECURITY_PROTOCOL|PROTOCOL)$/.test(name.toUpperCase()) || !/PLAINTEXT$/i.test((value ?? '').trim())) return []
    const hosts = addressesOf(variables)
      .filter(({ where }) => /KAFKA/.test(where.toUpperCase()))
      .map(({ address }) => hostOf(address))
    if (hosts.length > 0 && hosts.every(isLoopback)) return []
    return [{ code: 'ENV_PLAIN_ADDRESS', what: `${name} is ${value?.trim()}: unencrypted`, fix: 'use SSL or SASL_SSL' }]
  })
}

function authorityFaults({ variables, modeOf }: TransportFacts): Fault[] {
  return ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'].flatMap(name => {
    const path = textOf(variables, name)
    const mode = path === '' ? undefined : modeOf(path)
    if (mode === undefined || (mode & 0o022) === 0) return []
    return [
      {
        code: 'ENV_CA_WRITABLE',
        what: `${name} names ${path}, which others may write: they decide whom TLS believes`,
        fix: `chmod go-w ${path}`,
      },
    ]
  })
}

function plainMetrics(variables: Variables): Fault[] {
  const host = textOf(variables, 'QUADRANT_METRICS_HOST')
  if (host === '' || isLoopback(host)) return []
  return [
    {
      code: 'ENV_PLAIN_METRICS',
      what: `QUADRANT_METRICS_HOST is ${host}: metrics are given unencrypted to whoever asks there`,
      fix: 'leave it out, or see that only the monitoring can reach that port',
    },
  ]
}
