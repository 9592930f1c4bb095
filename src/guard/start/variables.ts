// Environment variables as the checks read them: a yes is a yes in any spelling, and an address is found with its name.

export type Variables = Readonly<Record<string, string | undefined>>

/** The text without the space around it; empty where there is none. */
export const textOf = (variables: Variables, name: string): string => (variables[name] ?? '').trim()

/** Anything but the usual ways of saying no. */
export const isOn = (text: string | undefined): boolean => !/^(?:|0|false|no|off|none|never)$/i.test((text ?? '').trim())

export interface NamedAddress {
  /** What names it, for people: a variable, a path of the configuration, 'the source oanda'. */
  readonly where: string
  readonly address: string
}

/** Variables whose value is where something of this run is reached. */
const ADDRESS_NAME =
  /(?:^|_)(?:URL|URI|HOST|HOSTS|HOSTNAME|ENDPOINT|ENDPOINTS|BASE|ADDRESS|ADDRESSES|SERVER|SERVERS|BROKERS|BOOTSTRAP_SERVERS|DSN|WS|WSS|REST|STREAM|GATEWAY|DOMAIN)(?:_(?:LIVE|REST|WS|API|STREAM|DATA|V\d+|\d+))?$/

/** Those of the shell, of desktops and of tools that have nothing to do with a run. */
const FOREIGN =
  /^(?:HOSTNAME|HOST|DISPLAY|SSH_|DBUS_|XDG_|GPG_|npm_|NPM_|PNPM_|YARN_|PIP_|UV_|CARGO_|GO(?:PATH|ROOT|PROXY|PRIVATE|SUMDB|FLAGS)|GIT_|GITHUB_|GITLAB_|CI_|BUILD_|DOCKER_|KUBERNETES_|OTEL_|SENTRY_|AWS_|AZURE_|GOOGLE_|GCP_|ANTHROPIC_|OPENAI_|VSCODE_|TERM$|TERM_|LC_|JAVA_|MAVEN_|GRADLE_|PLAYWRIGHT_|PUPPETEER_|SELENIUM_|CYPRESS_|VITEST|JEST_)/i

/** The addresses among the variables: by their names, and any value that is one by its scheme. Proxies are not among them. */
export function addressesOf(variables: Variables): readonly NamedAddress[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    const text = (value ?? '').trim()
    if (text === '' || text.length > 4096 || FOREIGN.test(name) || /(?:^|_)PROXY$/i.test(name)) return []
    const isAddress =
      ADDRESS_NAME.test(name.toUpperCase()) ||
      /^(?:https?|wss?|rediss?|postgres(?:ql)?|amqps?|mqtts?|kafka|nats|tcp|fix|ssl):\/\//i.test(text)
    if (!isAddress) return []
    return text.split(/[,;\s]+/).flatMap(address => (address === '' ? [] : [{ where: name, address }]))
  })
}

/** Without user, password and query, for messages. */
export const shown = (address: string): string =>
  address
    .replace(/\/\/[^/?#@]*@/, '//***@')
    .replace(/[?#].*$/, '')
    .slice(0, 120)

/** 'redis://user:pass@db.internal:6379/0' → 'db.internal'; of a bare 'host:port' the host. Empty where there is none. */
export function hostOf(address: string): string {
  const rest = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/^[^/?#@]*@/, '')
  return (/^\[([^\]]+)\]/.exec(rest)?.[1] ?? rest.replace(/[:/?#,].*$/, '')).toLowerCase()
}
