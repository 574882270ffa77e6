// Who may do what: scopes, the roles that bundle them, and what is known of a caller.
import type { Principal } from './command-fields.ts'
import type { UserId } from './ids.ts'
import { parsed, problem, type Parsed } from './parsed.ts'

/** Every scope: one thing that a caller may be let to do. */
export const scopes = [
  'accounts:read',
  'accounts:write',
  'approvals:read',
  /** Approve and reject transfers that wait for a second principal. */
  'approvals:write',
  /** Read the audit log: who did what, from where, and who was refused. */
  'audit:read',
  /** Put the test clock forward. */
  'clock:write',
  'currencies:write',
  'events:read',
  'fx:read',
  'fx:write',
  'holds:read',
  'holds:write',
  'keys:write',
  /** Take money from an external account: deposits and initial balances. */
  'ledger:issue',
  /** Close the books. */
  'periods:write',
  'policies:read',
  'policies:write',
  'transfers:read',
  'transfers:write',
  /** Take name and e-mail address from a user, for good. */
  'users:erase',
  'users:read',
  'users:write',
] as const

/** One thing that a caller may be let to do. */
export type Scope = (typeof scopes)[number]

/** Every role, and the scopes that it bundles. */
const roleScopes = {
  admin: scopes,
  /** The people who run the business: everything but money from nowhere and keys. */
  operator: scopes.filter((scope) => !['ledger:issue', 'keys:write'].includes(scope)),
  /** Sees everything, changes nothing. */
  auditor: scopes.filter((scope) => scope.endsWith(':read')),
  /** The backend of a product. */
  service: [
    'accounts:read',
    'accounts:write',
    'approvals:read',
    'events:read',
    'fx:read',
    'fx:write',
    'holds:read',
    'holds:write',
    'ledger:issue',
    'policies:read',
    'transfers:read',
    'transfers:write',
    'users:read',
    'users:write',
  ],
  /** A user, who sees and debits only their own accounts. */
  user: [
    'accounts:read',
    'approvals:read',
    'approvals:write',
    'fx:read',
    'fx:write',
    'holds:read',
    'holds:write',
    'transfers:read',
    'transfers:write',
    'users:read',
    'users:write',
  ],
} as const satisfies Record<string, readonly Scope[]>

/** A bundle of scopes. */
export type Role = keyof typeof roleScopes

/** Every role. */
export const roles = Object.keys(roleScopes) as readonly Role[]

/** A caller: who it is and what it may do. */
export type Access = {
  readonly principal: Principal
  readonly scopes: ReadonlySet<Scope>
  /** By what the caller is known, such as a session; absent where the principal tells it. */
  readonly credential?: string
} & (
  | {
      /** Sees and debits only what is the user's own. */
      readonly ownOnly: true
      readonly userId: UserId
    }
  | {
      readonly ownOnly: false
      /** The user who calls; null for keys and services. */
      readonly userId: UserId | null
    }
)

/** The scopes of all these roles together. */
export function scopesOf(given: readonly Role[]): ReadonlySet<Scope> {
  return new Set(given.flatMap((role): readonly Scope[] => roleScopes[role]))
}

/** Somebody unknown, who may do nothing. */
export const NOBODY: Access = {
  principal: 'anonymous' as Principal,
  scopes: new Set(),
  userId: null,
  ownOnly: false,
}

/** Everybody, when authentication is off. */
export const ANYONE: Access = { ...NOBODY, scopes: new Set(scopes) }

/** Florin itself, and whoever holds its database and secret: the command line. */
export const FLORIN: Access = { ...ANYONE, principal: 'florin' as Principal }

/** Reads the names of scopes; in order and each once. */
export function parseScopes(names: readonly string[]): Parsed<readonly Scope[]> {
  const unknown = names.find((name) => !(scopes as readonly string[]).includes(name))
  if (unknown !== undefined) {
    return problem(
      `has an unknown scope ${JSON.stringify(unknown.slice(0, 40))}; there are ${scopes.join(', ')}`,
    )
  }
  if (names.length === 0) return problem('must name a scope')
  return parsed([...new Set(names as Scope[])].sort())
}
