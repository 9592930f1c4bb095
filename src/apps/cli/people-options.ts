// What the commands about people have in common: the state folder, its database, and how people and times are printed.
import { resolve } from 'node:path'
import type { Person, TokenLine } from '../../access/people-on-the-wire.ts'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { withPeople } from '../people/control.ts'
import type { PeopleDesk } from '../people/people-desk.ts'
import { readSecret } from './hidden-input.ts'

export const HOME_OPTION = ['--home <dir>', 'the state folder; QUADRANT_HOME or .quadrant without it'] as const

/** Through the running server, or by opening the database. */
export const onDesk = <Result>(home: string, work: (desk: PeopleDesk) => Promise<Result>): Promise<Result> =>
  withPeople({ home: homeOf(home), url: databaseUrl() }, work)

/** An empty one is the usual. */
export const homeOf = (home: string): string => (home === '' ? stateHome() : resolve(home))

export const databaseUrl = (): string | undefined => process.env['DATABASE_URL']

/** For options that may be given several times. */
export const gather = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** A password from a pipe, or typed twice unseen. Never from the arguments, which everybody on the machine can read. */
export async function readPassword(fromPipe: boolean): Promise<string> {
  if (!fromPipe && !process.stdin.isTTY) {
    throw new Failure('USAGE_PASSWORD', {
      message: 'there is no keyboard to ask for the password, and --password-stdin was not given',
      fix: 'pipe it: quadrant user add NAME --role read --password-stdin < FILE',
    })
  }
  const password = await readSecret('password: ')
  if (fromPipe || password === (await readSecret('again: '))) return password
  throw new Failure('USAGE_PASSWORD', { message: 'the two passwords differ', fix: 'type the same one twice' })
}

export const personRow = (person: Person): readonly string[] => [
  person.name,
  person.roles.join(' '),
  person.accounts.join(' ') || '–',
  person.secondFactor ? 'yes' : 'no',
  person.disabled ? 'disabled' : 'enabled',
  person.lastSignIn === null ? 'never' : minute(person.lastSignIn),
]

export const tokenRow = (token: TokenLine): readonly string[] => [
  token.id,
  token.user,
  token.name,
  token.scopes.join(' '),
  minute(token.expires),
  token.lastUsed === null ? 'never' : minute(token.lastUsed),
  token.revoked ? 'revoked' : 'good',
]

/** '2026-11-20 14:30'. */
const minute = (instant: string): string => instant.slice(0, 16).replace('T', ' ')
