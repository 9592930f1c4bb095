// The routes of people: sign-in, sessions, users, tokens, audit. Access decides; here its answers become cookies and replies.
import type { Access } from '../../access/access.ts'
import type { AuditEntry } from '../../access/audit-entry.ts'
import type { Circumstances, Identity } from '../../access/principal.ts'
import type { SignedIn } from '../../access/sign-in.ts'
import type { ReplyOf, RouteName } from '../../wire/contract.ts'
import type { AuditReader } from './audit-reader.ts'
import type { Browser } from './browser.ts'
import type { Call, Input } from './handlers.ts'
import type { PeopleRouteName } from './options.ts'
import type { Tickets } from './tickets.ts'

export type PeopleHandler<Name extends RouteName> = (
  input: Input<Name>,
  call: PeopleCall,
  browser: Browser,
) => Promise<ReplyOf<Name>>
export type PeopleHandlers = { readonly [Name in PeopleRouteName]: PeopleHandler<Name> }

/** The guard has let in who asks; on public routes it is not known. */
export interface PeopleCall extends Call {
  readonly who: Identity | undefined
}

export interface PeopleParts {
  readonly access: Access
  readonly tickets: Tickets
  readonly audit: (entry: AuditEntry) => Promise<void>
  readonly auditReader: AuditReader
  /** A session has a new access token: its sockets may stay as long. */
  readonly extended: (session: string, accessExpires: number) => void
}

const DONE = { done: true } as const

export function peopleHandlers({ access, tickets, audit, auditReader, extended }: PeopleParts): PeopleHandlers {
  const keep = (browser: Browser, signedIn: SignedIn): SignedIn['reply'] => {
    browser.keep(signedIn)
    extended(signedIn.identity.session, signedIn.accessExpires)
    return signedIn.reply
  }
  const record = (call: PeopleCall, action: string, object: string) =>
    audit({
      ...fromOf(call),
      actor: known(call).actor,
      session: known(call).session,
      action,
      object,
      before: null,
      after: null,
      reason: '',
      result: 'done',
    })

  return {
    'GET /setup': async () => ({ needed: await access.setupNeeded() }),
    'POST /setup': async ({ body }, call, browser) =>
      keep(browser, await access.createOwner({ ...body, ...markOf(browser) }, fromOf(call))),

    'POST /session': async ({ body }, call, browser) =>
      keep(browser, await access.signIn({ ...body, ...markOf(browser) }, fromOf(call))),
    'GET /session': async (_input, call) => access.describe(known(call)),
    'DELETE /session': async (_input, call, browser) => {
      await access.signOut(known(call), fromOf(call))
      browser.forget()
      return DONE
    },
    'POST /session/refresh': async (_input, call, browser) =>
      keep(browser, await access.refresh(browser.refreshToken, fromOf(call))),
    'POST /session/confirm': async ({ body }, call, browser) =>
      keep(browser, await access.confirm(known(call), body, fromOf(call))),
    'GET /sessions': async (_input, call) => ({ items: [...(await access.sessionsOf(known(call)))] }),
    'DELETE /sessions/:id': async ({ params }, call, browser) => {
      const who = known(call)
      await access.endSession(who, params.id, fromOf(call))
      if (params.id === who.session) browser.forget()
      return DONE
    },
    'POST /password': async ({ body }, call, browser) => {
      keep(browser, await access.changePassword(known(call), body, fromOf(call)))
      return DONE
    },

    'POST /second-factor': async (_input, call) => access.beginSecondFactor(known(call), fromOf(call)),
    'PUT /second-factor': async ({ body }, call, browser) => {
      const { recoveryCodes, signedIn } = await access.confirmSecondFactor(known(call), body.code, fromOf(call))
      keep(browser, signedIn)
      return { recoveryCodes: [...recoveryCodes] }
    },
    'DELETE /second-factor': async ({ body }, call, browser) => {
      keep(browser, await access.dropSecondFactor(known(call), body.code, fromOf(call)))
      return DONE
    },
    'POST /ws-ticket': async (_input, call) => {
      const { ticket, expires } = tickets.issue(known(call).session)
      return { ticket, expires: new Date(expires).toISOString() }
    },

    'GET /users': async () => ({ items: [...(await access.users())] }),
    'POST /users': async ({ body }, call) => access.addUser(body, known(call), fromOf(call)),
    'PATCH /users/:name': async ({ params, body }, call) => access.changeUser(params.name, body, known(call), fromOf(call)),

    'GET /tokens': async (_input, call) => ({ items: [...(await access.tokens(known(call)))] }),
    'POST /tokens': async ({ body }, call) => access.newToken(known(call), body, fromOf(call)),
    'DELETE /tokens/:id': async ({ params }, call) => {
      await access.revokeToken(known(call), params.id, fromOf(call))
      return DONE
    },

    'GET /audit': async ({ query: { actor, action, limit, offset } }, call) => {
      const who = known(call)
      const wanted = who.roles.includes('admin') ? actor : who.user
      const { items, total } = await auditReader.find({
        ...(wanted === undefined ? {} : { actor: wanted }),
        ...(action === undefined ? {} : { action }),
        limit,
        offset,
      })
      return { items: [...items], total }
    },
    'POST /audit/verify': async (_input, call) => {
      await record(call, 'audit.verify', 'audit')
      return auditReader.verify()
    },
    'GET /audit/export': async (_input, call) => {
      await record(call, 'audit.export', 'audit')
      return auditReader.export()
    },
  }
}

const fromOf = ({ address, device, correlationId }: Call): Circumstances => ({ address, device, correlationId })

const markOf = ({ deviceToken, certificate }: Browser) => ({ deviceToken, certificate })

function known({ who }: PeopleCall): Identity {
  if (who === undefined) throw new Error('a route that is not public was reached by nobody')
  return who
}
