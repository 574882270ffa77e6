// The rules of API keys.
import type { CreateApiKey, RevokeApiKey, RotateApiKey } from './access-commands.ts'
import { apiKeyFact } from './access-facts.ts'
import { withoutHashes, type KeptApiKey } from './api-key.ts'
import type { OutcomeOf, Rejected } from './command.ts'
import type { Principal } from './command-fields.ts'
import { putApiKey, type Draft } from './draft.ts'
import type { ApiKeyId } from './ids.ts'
import { addSeconds } from './instant.ts'
import { accepted, rejected } from './outcome.ts'

/** Makes an API key, or refuses: expires_at_in_past. */
export function decideCreateApiKey(draft: Draft, command: CreateApiKey): OutcomeOf<CreateApiKey> {
  const { id, name, scopes, expiresAt, secretHash, principal } = command
  const { at } = draft.changes
  if (expiresAt !== null && expiresAt <= at) {
    return rejected('expires_at_in_past', 'expires_at', `it is ${at} now`)
  }
  return keep(draft, 'api_key.created', principal, {
    id,
    name,
    scopes,
    createdAt: at,
    expiresAt,
    rotatedAt: null,
    overlapsUntil: null,
    revokedAt: null,
    secretHash,
    previousHash: null,
  })
}

/** Gives a key a new secret, or refuses: api_key_not_found, api_key_revoked, api_key_expired. */
export function decideRotateApiKey(draft: Draft, command: RotateApiKey): OutcomeOf<RotateApiKey> {
  const { id, secretHash, overlapSeconds, principal } = command
  const { at } = draft.changes
  const before = draft.state.apiKeys.get(id)
  if (before === undefined) return notFound(id)
  if (before.revokedAt !== null) return rejected('api_key_revoked', 'id', `API key ${id} is revoked`)
  if (before.expiresAt !== null && before.expiresAt <= at) {
    return rejected('api_key_expired', 'id', `API key ${id} expired at ${before.expiresAt}`)
  }
  const overlaps = overlapSeconds > 0
  return keep(draft, 'api_key.rotated', principal, {
    ...before,
    rotatedAt: at,
    overlapsUntil: overlaps ? addSeconds(at, overlapSeconds) : null,
    secretHash,
    previousHash: overlaps ? before.secretHash : null,
  })
}

/** Ends a key, or refuses: api_key_not_found. One that is revoked stays as it is. */
export function decideRevokeApiKey(draft: Draft, command: RevokeApiKey): OutcomeOf<RevokeApiKey> {
  const { id, principal } = command
  const before = draft.state.apiKeys.get(id)
  if (before === undefined) return notFound(id)
  if (before.revokedAt !== null) return accepted('api_key', withoutHashes(before))
  return keep(draft, 'api_key.revoked', principal, { ...before, revokedAt: draft.changes.at })
}

function keep(
  draft: Draft,
  type: Parameters<typeof apiKeyFact>[0],
  principal: Principal,
  key: KeptApiKey,
): OutcomeOf<CreateApiKey> {
  putApiKey(draft, key)
  draft.changes.facts.push(apiKeyFact(type, principal, key))
  return accepted('api_key', withoutHashes(key))
}

function notFound(id: ApiKeyId): Rejected {
  return rejected('api_key_not_found', 'id', `API key ${id} does not exist`)
}
