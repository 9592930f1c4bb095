// What each role may do. Nothing is allowed that is not listed here.
import type { Right, Role } from '../wire/route.ts'

/** Everybody who is signed in, whatever the role. Who sees a fire may pull the alarm: tripping the stop only lowers risk. */
const EVERYBODY: readonly Right[] = ['self', 'market.read', 'account.read', 'stop.trip', 'audit.read']

/** Beyond that. An admin does not trade: whoever does both is given both roles. */
const BY_ROLE: Readonly<Record<Role, readonly Right[]>> = {
  read: [],
  trade: ['orders.write', 'runs.write', 'feeds.write', 'limits.write'],
  admin: ['runs.write', 'feeds.write', 'stop.reset', 'limits.write', 'users.read', 'users.write', 'audit.export', 'system.read'],
}

/** No role, no rights. A word that is no role gives none. */
export function rightsOf(roles: readonly Role[]): ReadonlySet<Right> {
  const known = roles.filter(role => Object.hasOwn(BY_ROLE, role))
  return new Set(known.length === 0 ? [] : [...EVERYBODY, ...known.flatMap(role => BY_ROLE[role])])
}

/** What an API token may do: what both its scopes and its owner's roles allow, and never what only the owner in person may. */
export function rightsOfToken(scopes: readonly Role[], ownerRoles: readonly Role[]): ReadonlySet<Right> {
  const owner = rightsOf(ownerRoles)
  return new Set([...rightsOf(scopes)].filter(right => right !== 'self' && owner.has(right)))
}

/** The roles a token acts in: its scopes, as far as the owner has them. Everybody can read. */
export const rolesOfToken = (scopes: readonly Role[], ownerRoles: readonly Role[]): readonly Role[] =>
  scopes.filter(scope => scope === 'read' || ownerRoles.includes(scope))
