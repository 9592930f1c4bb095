// What the commands user, token, audit and migrate ask for, done on an open house. The same words travel over the control socket.
import type { TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import type { Access } from '../../access/access.ts'
import type { AuditVerdict } from '../../access/audit-verify.ts'
import type { Person, TokenLine } from '../../access/people-on-the-wire.ts'
import type { Actor, Circumstances, Principal } from '../../access/principal.ts'
import type { Database } from '../../adapters/database/database.ts'
import type { MigrationLine } from '../../adapters/database/migrator.ts'
import { API, type BodyOf } from '../../wire/contract.ts'
import { Failure } from '../failure.ts'
import type { AuditPage, HouseAudit } from './house-audit.ts'

type TokenWish = BodyOf<'POST /tokens'>

export interface CertificateEvent {
  readonly action: 'certificate.add' | 'certificate.revoke'
  readonly user: string
  /** Hex. */
  readonly serial: string
}

/** Each takes and gives what JSON can say, and is recorded as done by `operator`, the machine's user who asked. */
export interface PeopleDesk {
  users(): Promise<readonly Person[]>
  addUser(operator: string, user: BodyOf<'POST /users'>): Promise<Person>
  changeUser(operator: string, name: string, change: BodyOf<'PATCH /users/:name'>): Promise<Person>
  tokens(): Promise<readonly TokenLine[]>
  newToken(operator: string, user: string, wish: TokenWish): Promise<{ readonly token: string; readonly line: TokenLine }>
  revokeToken(operator: string, id: string): Promise<TokenLine>
  /** Puts on record that a client certificate is issued or taken back, before it is. */
  /** Throws Failure USER_NOT_FOUND. */
  requireUser(name: string): Promise<null>
  recordCertificate(operator: string, certificate: CertificateEvent): Promise<null>
  /** Proves that an admin takes the emergency stop back, and records it before it is done. Throws what a sign-in throws. */
  allowStopReset(operator: string, given: StopReset): Promise<{ readonly user: string }>
  verifyAudit(operator: string): Promise<AuditVerdict & { readonly keyId: string }>
  /** Begins an export: everything so far is signed, and that is what its pages hold. */
  beginExport(operator: string): Promise<{ readonly size: number }>
  auditPage(piece: { readonly after: number | null; readonly size: number }): Promise<AuditPage>
  migrations(): Promise<{ readonly database: string; readonly migrations: readonly MigrationLine[] }>
}

export const DESK_WORDS = [
  'users',
  'addUser',
  'changeUser',
  'tokens',
  'newToken',
  'revokeToken',
  'requireUser',
  'recordCertificate',
  'allowStopReset',
  'verifyAudit',
  'beginExport',
  'auditPage',
  'migrations',
] as const satisfies readonly (keyof PeopleDesk)[]

/** Who takes the emergency stop back, with which proof, and what was in force. */
export interface StopReset {
  readonly name: string
  readonly password: string
  /** Of the authenticator, where the account has one. */
  readonly code?: string | undefined
  readonly reason: string
  readonly before: unknown
}

export interface DeskParts {
  readonly access: Access
  readonly audit: HouseAudit
  readonly database: Pick<Database, 'name' | 'migrations'>
}

export class OpenDesk implements PeopleDesk {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  users(): Promise<readonly Person[]> {
    return this.#parts.access.users()
  }

  async addUser(operator: string, user: BodyOf<'POST /users'>): Promise<Person> {
    check(API['POST /users'].body, user, 'the user')
    return this.#parts.access.addUser(user, actor(operator), HERE)
  }

  async changeUser(operator: string, name: string, change: BodyOf<'PATCH /users/:name'>): Promise<Person> {
    check(API['PATCH /users/:name'].params, { name }, 'the name')
    check(API['PATCH /users/:name'].body, change, 'the change')
    return this.#parts.access.changeUser(name, change, actor(operator), HERE)
  }

  tokens(): Promise<readonly TokenLine[]> {
    return this.#parts.access.tokens(shell('', ['admin'], operatorless))
  }

  async newToken(operator: string, user: string, wish: TokenWish): Promise<{ readonly token: string; readonly line: TokenLine }> {
    check(API['POST /tokens'].body, wish, 'the token')
    const owner = await this.#user(user)
    // A token of somebody is made in his name and with no more than his own rights, whoever asks.
    return this.#parts.access.newToken(shell(user, owner.roles, operator), wish, HERE)
  }

  async revokeToken(operator: string, id: string): Promise<TokenLine> {
    await this.#parts.access.revokeToken(shell('', ['admin'], operator), id, HERE)
    return (await this.tokens()).find(token => token.id === id)!
  }

  async requireUser(name: string): Promise<null> {
    await this.#user(name)
    return null
  }

  async recordCertificate(operator: string, { action, user, serial }: CertificateEvent): Promise<null> {
    await this.#user(user)
    await this.#record(operator, { action, object: `user:${user}`, after: { serial }, result: 'done' })
    return null
  }

  async allowStopReset(
    operator: string,
    { name, password, code, reason, before }: StopReset,
  ): Promise<{ readonly user: string }> {
    const { access, audit } = this.#parts
    const from: Circumstances = { ...HERE, device: `the shell of ${operator}` }
    const { identity } = await access.signIn({ name, password, code }, from)
    const { user, session } = identity
    const mayReset = identity.rights.has('stop.reset')
    const entry = { actor: user, session, address: '', action: 'stop.reset', object: 'stop', before, after: null, reason }
    await audit.record({ ...entry, result: mayReset ? 'done' : 'refused', correlationId: '' })
    await access.signOut(identity, from)
    if (mayReset) return { user }
    throw new Failure('STOP_RESET_DENIED', {
      message: `${user} may not take the emergency stop back: that is an admin's`,
      fix: 'ask an admin to do it: quadrant kill --reset --user ADMIN --reason "…"',
    })
  }

  async verifyAudit(operator: string): Promise<AuditVerdict & { readonly keyId: string }> {
    const { audit } = this.#parts
    const verdict = await audit.verify()
    const after = { whole: verdict.whole, records: verdict.records, faults: verdict.faults.length }
    await this.#record(operator, { action: 'audit.verify', after, result: verdict.whole ? 'done' : 'failed' })
    return { ...verdict, keyId: audit.keyId }
  }

  async beginExport(operator: string): Promise<{ readonly size: number }> {
    await this.#record(operator, { action: 'audit.export', after: null, result: 'done' })
    return { size: await this.#parts.audit.sign() }
  }

  auditPage(piece: { readonly after: number | null; readonly size: number }): Promise<AuditPage> {
    return this.#parts.audit.page(piece)
  }

  async migrations(): Promise<{ readonly database: string; readonly migrations: readonly MigrationLine[] }> {
    const { database } = this.#parts
    return { database: database.name, migrations: await database.migrations() }
  }

  async #user(name: string): Promise<Person> {
    const user = (await this.users()).find(person => person.name === name)
    if (user !== undefined) return user
    throw new Failure('USER_NOT_FOUND', {
      message: `there is no user ${JSON.stringify(name)}`,
      fix: '`quadrant user list` has the names; add one with `quadrant user add`',
    })
  }

  #record(
    operator: string,
    {
      action,
      object = 'audit',
      after,
      result,
    }: { readonly action: string; readonly object?: string; readonly after: unknown; readonly result: 'done' | 'failed' },
  ): Promise<void> {
    const { actor: name, session } = actor(operator)
    const entry = { actor: name, session, address: '', action, object, before: null, after, reason: '', result }
    return this.#parts.audit.record({ ...entry, correlationId: '' })
  }
}

/** The shell of this machine: no address and no device to speak of. */
const HERE: Circumstances = { address: '', device: '', correlationId: '' }

/** Whoever only looks is not recorded. */
const operatorless = ''

const actor = (operator: string): Actor => ({ actor: `os:${operator}`, session: '' })

const shell = (user: string, roles: Principal['roles'], operator: string): Principal => ({
  user,
  ...actor(operator),
  roles,
  accounts: [],
  rights: new Set(),
  signedIn: 0,
})

/** The forms of the API hold here as well. Throws Failure USAGE_USER. */
function check(form: TSchema, value: unknown, what: string): void {
  const [first] = Errors(form, value)
  if (first === undefined) return
  const where = first.instancePath.slice(1).replaceAll('/', '.')
  throw new Failure('USAGE_USER', {
    message: `${what} is not of the right form: ${where === '' ? '' : `${where} `}${first.message}`,
    fix: 'names are lower-case letters, digits, dots and dashes; roles are read, trade and admin; --help has the rest',
  })
}
