// The wire's words for people: sign-in, users, tokens, sessions, audit.
import Type from 'typebox'
import { Code, closed, Instant, limit, offset, orNull, Password, page, Reason, RoleForm, UserName } from './forms.ts'
import { routes } from './route.ts'

const Accounts = Type.Array(Type.String({ pattern: '^(\\*|[A-Za-z0-9][A-Za-z0-9._-]*)$', maxLength: 80 }), {
  maxItems: 100,
  description: "Names of accounts (a run's name is its account's); '*' is all.",
})
const Roles = Type.Array(RoleForm, { minItems: 1, maxItems: 3, uniqueItems: true })
const Scopes = Type.Array(Type.Enum(['read', 'trade', 'admin']), { minItems: 1, maxItems: 3, uniqueItems: true })

export const Person = Type.Object(
  {
    name: UserName,
    roles: Roles,
    accounts: Accounts,
    secondFactor: Type.Boolean(),
    disabled: Type.Boolean(),
    created: Instant,
    lastSignIn: orNull(Instant),
  },
  closed,
)

export const SessionReply = Type.Object(
  {
    user: Person,
    /** Sent back as the header X-CSRF by every request that changes something. */
    csrf: Type.String(),
    /** When the access token ends; `POST /session/refresh` makes the next. */
    accessExpires: Instant,
    /** When the person must sign in again, whatever happens. */
    sessionExpires: Instant,
    /** When the password was last given. */
    signedIn: Instant,
    rights: Type.Array(Type.String()),
  },
  closed,
)

const SessionLine = Type.Object(
  {
    id: Type.String(),
    current: Type.Boolean(),
    created: Instant,
    lastSeen: Instant,
    address: Type.String(),
    device: Type.String(),
    expires: Instant,
  },
  closed,
)

export const TokenLine = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    user: UserName,
    scopes: Scopes,
    created: Instant,
    expires: Instant,
    lastUsed: orNull(Instant),
    revoked: Type.Boolean(),
  },
  closed,
)

export const AuditRecord = Type.Object(
  {
    sequence: Type.Integer(),
    time: Instant,
    /** A user's name, `token:ID`, `system`, or `anonymous`. */
    actor: Type.String(),
    session: Type.String(),
    address: Type.String(),
    /** 'session.create', 'session.refused', 'user.role', 'stop.trip'. */
    action: Type.String(),
    object: Type.String(),
    before: Type.Unknown(),
    after: Type.Unknown(),
    reason: Type.String(),
    result: Type.Enum(['done', 'refused', 'failed']),
    correlationId: Type.String(),
    previousHash: Type.String(),
    hash: Type.String(),
  },
  closed,
)

export const AuditVerdict = Type.Object(
  {
    whole: Type.Boolean(),
    records: Type.Integer(),
    heads: Type.Integer(),
    /** The newest signed head; null before the first. */
    head: orNull(Type.Object({ size: Type.Integer(), root: Type.String(), time: Instant }, closed)),
    /** What is wrong, in words, with the sequence it was found at. */
    faults: Type.Array(Type.Object({ sequence: Type.Integer(), fault: Type.String() }, closed)),
  },
  closed,
)

const Done = Type.Object({ done: Type.Literal(true) }, closed)

export const peopleRoutes = routes({
  'GET /setup': {
    summary: 'Whether the first account still has to be made',
    tag: 'session',
    right: 'public',
    rate: 'read',
    reply: Type.Object({ needed: Type.Boolean() }, closed),
  },
  'POST /setup': {
    summary: 'Make the owner account, with the token that the server printed',
    tag: 'session',
    right: 'public',
    rate: 'sign-in',
    body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }), name: UserName, password: Password }, closed),
    reply: SessionReply,
    status: 201,
  },
  'POST /session': {
    summary: 'Sign in; the tokens come as HttpOnly cookies',
    tag: 'session',
    right: 'public',
    rate: 'sign-in',
    body: Type.Object(
      { name: Type.String({ minLength: 1, maxLength: 40 }), password: Password, code: Type.Optional(Code) },
      closed,
    ),
    reply: SessionReply,
    status: 201,
  },
  'GET /session': {
    summary: 'Who is signed in',
    tag: 'session',
    right: 'self',
    rate: 'read',
    reply: SessionReply,
  },
  'DELETE /session': { summary: 'Sign out', tag: 'session', right: 'self', rate: 'read', reply: Done },
  'POST /session/refresh': {
    summary: 'The next access token; the refresh token is replaced at each use',
    tag: 'session',
    right: 'public',
    rate: 'refresh',
    reply: SessionReply,
  },
  'POST /session/confirm': {
    summary: 'Give the password again, for what needs a fresh sign-in',
    tag: 'session',
    right: 'self',
    rate: 'sign-in',
    body: Type.Object({ password: Password, code: Type.Optional(Code) }, closed),
    reply: SessionReply,
  },
  'GET /sessions': {
    summary: 'Your sessions',
    tag: 'session',
    right: 'self',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(SessionLine) }, closed),
  },
  'DELETE /sessions/:id': {
    summary: 'End one of your sessions',
    tag: 'session',
    right: 'self',
    rate: 'read',
    params: Type.Object({ id: Type.String({ maxLength: 60 }) }, closed),
    reply: Done,
  },
  'POST /password': {
    summary: 'Change your password; every other session ends',
    tag: 'session',
    right: 'self',
    rate: 'sign-in',
    body: Type.Object({ current: Password, next: Password }, closed),
    reply: Done,
  },
  'POST /second-factor': {
    summary: 'Begin with a second factor: a secret for an authenticator',
    tag: 'session',
    right: 'self',
    rate: 'sign-in',
    fresh: true,
    reply: Type.Object({ secret: Type.String(), uri: Type.String() }, closed),
  },
  'PUT /second-factor': {
    summary: 'Confirm it with a code; the recovery codes are shown once',
    tag: 'session',
    right: 'self',
    rate: 'sign-in',
    body: Type.Object({ code: Code }, closed),
    reply: Type.Object({ recoveryCodes: Type.Array(Type.String()) }, closed),
  },
  'DELETE /second-factor': {
    summary: 'Do without a second factor again',
    tag: 'session',
    right: 'self',
    rate: 'sign-in',
    fresh: true,
    body: Type.Object({ code: Code }, closed),
    reply: Done,
  },
  'POST /ws-ticket': {
    summary: 'A ticket for one WebSocket of this session, good once and for 30 seconds',
    tag: 'session',
    right: 'self',
    rate: 'read',
    reply: Type.Object({ ticket: Type.String(), expires: Instant }, closed),
    status: 201,
  },
  'GET /users': {
    summary: 'Everybody with an account',
    tag: 'people',
    right: 'users.read',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(Person) }, closed),
  },
  'POST /users': {
    summary: 'Give somebody an account',
    tag: 'people',
    right: 'users.write',
    rate: 'admin',
    fresh: true,
    body: Type.Object({ name: UserName, password: Password, roles: Roles, accounts: Type.Optional(Accounts) }, closed),
    reply: Person,
    status: 201,
  },
  'PATCH /users/:name': {
    summary: 'Change roles or accounts, disable or enable; open sessions notice within a second',
    tag: 'people',
    right: 'users.write',
    rate: 'admin',
    fresh: true,
    params: Type.Object({ name: UserName }, closed),
    body: Type.Object(
      {
        roles: Type.Optional(Roles),
        accounts: Type.Optional(Accounts),
        disabled: Type.Optional(Type.Boolean()),
        password: Type.Optional(Password),
        /** Clears a lost second factor. */
        secondFactor: Type.Optional(Type.Literal(false)),
        reason: Type.Optional(Reason),
      },
      { ...closed, minProperties: 1 },
    ),
    reply: Person,
  },
  'GET /tokens': {
    summary: 'API tokens: your own, or everybody’s for an admin',
    tag: 'people',
    right: 'self',
    rate: 'read',
    reply: Type.Object({ items: Type.Array(TokenLine) }, closed),
  },
  'POST /tokens': {
    summary: 'A new API token of your own; it is shown once',
    tag: 'people',
    right: 'self',
    rate: 'admin',
    fresh: true,
    body: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 60, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
        scopes: Scopes,
        days: Type.Integer({ minimum: 1, maximum: 90, default: 30 }),
      },
      closed,
    ),
    reply: Type.Object({ token: Type.String(), line: TokenLine }, closed),
    status: 201,
  },
  'DELETE /tokens/:id': {
    summary: 'Revoke a token: your own, or anybody’s for an admin',
    tag: 'people',
    right: 'self',
    rate: 'admin',
    params: Type.Object({ id: Type.String({ maxLength: 60 }) }, closed),
    reply: Done,
  },
  'GET /audit': {
    summary: 'The trail, newest first: all for an admin, your own actions for others',
    tag: 'audit',
    right: 'audit.read',
    rate: 'read',
    query: Type.Object(
      {
        actor: Type.Optional(Type.String({ maxLength: 60 })),
        action: Type.Optional(Type.String({ maxLength: 60 })),
        limit: limit(500, 100),
        offset,
      },
      closed,
    ),
    reply: page(AuditRecord),
  },
  'POST /audit/verify': {
    summary: 'Check the hash chain and every signed head',
    tag: 'audit',
    right: 'audit.export',
    // A button that reads: what is scarce is the copy of everything.
    rate: 'admin',
    reply: AuditVerdict,
  },
  'GET /audit/export': {
    summary: 'All records and signed heads, one JSON object a line',
    tag: 'audit',
    right: 'audit.export',
    rate: 'export',
    fresh: true,
    reply: Type.String(),
    mediaType: 'application/x-ndjson',
  },
})
