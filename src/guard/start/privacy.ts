// Secrets for the owner's eyes alone: files, folders, the command line and the configuration.
import { checkKey } from '../../connectivity/key-check.ts'
import type { Fault, Verdict } from '../fault.ts'
import type { Variables } from './variables.ts'

export interface FileFact {
  readonly path: string
  /** secret: keys and tokens · folder: one that holds secrets · home: the state folder · config: what sets the limits. */
  readonly holds: 'secret' | 'folder' | 'home' | 'config'
  /** Permission bits; undefined where the system has none, as Windows. */
  readonly mode: number | undefined
  readonly owner: number | undefined
  /** In a git work tree, and nothing keeps it from being committed. */
  readonly isInGit: boolean
}

export interface ConfiguredText {
  /** 'feeds.settings.kraken.token' */
  readonly path: string
  readonly value: string
}

export interface PrivacyFacts {
  readonly files: readonly FileFact[]
  /** This process's user; undefined where the system has no such numbers. */
  readonly user: number | undefined
  /** process.argv behind the program. */
  readonly arguments: readonly string[]
  readonly variables: Variables
  /** Every text of the configuration as it was written. */
  readonly texts: readonly ConfiguredText[]
  /** Values of all keys that are known, never shown. */
  readonly secrets: readonly string[]
}

export function privacyVerdict(facts: PrivacyFacts): Verdict {
  const skipped = facts.files.some(({ mode }) => mode === undefined)
  return {
    faults: [
      ...facts.files.flatMap(file => fileFaults(file, facts.user)),
      ...argumentFaults(facts),
      ...configurationFaults(facts),
    ],
    warnings: skipped
      ? [
          {
            code: 'ENV_MODES_UNKNOWN',
            what: 'this system has no permission bits, so who may read the secrets was not looked at',
            fix: 'see that only this user may read the state folder',
          },
        ]
      : [],
  }
}

function fileFaults({ path, holds, mode, owner, isInGit }: FileFact, user: number | undefined): Fault[] {
  const faults: Fault[] = []
  if (mode !== undefined) {
    const rights = holds === 'folder' ? '700' : '600'
    if ((holds === 'secret' || holds === 'folder') && (mode & 0o077) !== 0) {
      faults.push({
        code: 'ENV_FILE_EXPOSED',
        what: `${path} ${holds === 'folder' ? 'is a folder of secrets' : 'holds secrets'} and others may look into it (mode ${octal(mode)})`,
        fix: `chmod ${rights} ${path}, and renew the secrets if somebody else could have read them`,
      })
    }
    if ((holds === 'home' || holds === 'config') && (mode & 0o002) !== 0) {
      faults.push({
        code: 'ENV_FILE_WRITABLE',
        what: `${path} ${holds === 'home' ? 'is the state folder' : 'sets the limits'} and everybody may write it (mode ${octal(mode)})`,
        fix: `chmod o-w ${path}`,
      })
    }
  }
  if (holds !== 'config' && owner !== undefined && user !== undefined && owner !== user) {
    faults.push({
      code: 'ENV_FILE_OWNER',
      what: `${path} belongs to user ${owner}, and this runs as user ${user}`,
      fix: `run as its owner, or: chown ${user} ${path}`,
    })
  }
  if (holds === 'secret' && isInGit) {
    faults.push({
      code: 'ENV_FILE_IN_GIT',
      what: `${path} holds secrets, stands in a git work tree and is not ignored: the next commit may take it along`,
      fix: 'name it in .gitignore, or keep it elsewhere; renew the secrets if it was committed before',
    })
  }
  return faults
}

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(3, '0')

/** '--token=…', '--api-key …': everybody on the machine reads arguments. */
const SECRET_OPTION = /^--?(?:[a-z-]*-)?(?:api-?key|token|secret|password|passphrase|private-?key|access-?key)(?:=(.+))?$/i

function argumentFaults({ arguments: given, secrets }: PrivacyFacts): Fault[] {
  const faults: Fault[] = []
  for (const [index, argument] of given.entries()) {
    const option = SECRET_OPTION.exec(argument)
    const value = option?.[1] ?? (option === null ? undefined : given[index + 1])
    const isNamed = option !== null && value !== undefined && value !== '' && !value.startsWith('--')
    const isKnown = secrets.some(secret => secret.length >= 8 && argument.includes(secret))
    if (!isNamed && !isKnown) continue
    const name = option === null ? 'an argument' : argument.replace(/=.*/s, '')
    faults.push({
      code: 'ENV_SECRET_IN_ARGUMENTS',
      what: `${name} of the command line has a secret, and everybody on this machine can read it`,
      fix: 'put it into the environment, or once with: quadrant secrets set NAME; and renew it',
    })
  }
  return faults
}

const SECRET_NAME =
  /(?:^|[._-])(?:api[-_]?key|key|token|secret|password|passwd|passphrase|private[-_]?key|access[-_]?key|credentials?)$/i
const SECRET_NAME_CAMEL =
  /(?:[a-z](?:ApiKey|Token|Secret|Password|Passphrase|PrivateKey|AccessKey)|(?:^|\.)(?:apiKey|apiSecret))$/

function configurationFaults({ texts, secrets }: PrivacyFacts): Fault[] {
  return texts.flatMap(({ path, value }) => {
    if (!isSecret({ path, value }, secrets)) return []
    return [
      {
        code: 'ENV_SECRET_IN_CONFIG',
        what: `${path} of the configuration has a secret; it would be copied into every report and journal`,
        fix: 'take it out of the file and give it in the environment, or once with: quadrant secrets set NAME; and renew it',
      },
    ]
  })
}

function isSecret({ path, value }: ConfiguredText, secrets: readonly string[]): boolean {
  if (secrets.some(secret => secret.length >= 8 && value.includes(secret))) return true
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]+:[^/?#@]+@/i.test(value) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value)) return true
  if (/^\$\{[A-Z_]+\}$/.test(value) || value.length < 8) return false
  if (SECRET_NAME.test(path) || SECRET_NAME_CAMEL.test(path)) return true
  return looksDrawn(value) && !/hash|checksum|digest|sha\d*$/i.test(path)
}

/** Long, of letters and digits mixed, and nothing that a person would think up. */
const looksDrawn = (value: string): boolean =>
  /^[A-Za-z0-9+/_=-]{32,128}$/.test(value) &&
  /\d/.test(value) &&
  /[A-Za-z]/.test(value) &&
  checkKey({ variable: '', what: '', secret: true }, value, 'live').status === 'unverified'
