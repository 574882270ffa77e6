// Facts about who may do what, read back from the journal.
import { apiKeyFact } from './access-facts.ts'
import type { Scope } from './access.ts'
import type { ApiKey } from './api-key.ts'
import type { Principal } from './command.ts'
import type { Fact } from './facts.ts'
import { parseUuidV7, type ApiKeyId } from './ids.ts'
import { id, instant, list, nullable, text, type Data } from './json-read.ts'

/** A fact about who may do what, understood. */
export interface RecordedAccess {
  readonly principal: Principal
  readonly type: 'api_key.created' | 'api_key.rotated' | 'api_key.revoked'
  readonly apiKey: ApiKey
}

/** The fact that such a one was. */
export function toAccessFact({ type, principal, apiKey }: RecordedAccess): Fact {
  return apiKeyFact(type, principal, apiKey)
}

/** Reads its data; throws on what is none. */
export function readAccess(type: RecordedAccess['type'], principal: Principal, data: Data): RecordedAccess {
  return { type, principal, apiKey: readApiKey(data) }
}

function readApiKey(data: Data): ApiKey {
  return {
    id: id(data['id'], parseUuidV7<ApiKeyId>),
    name: text(data['name']),
    // As it was written: a scope that there is no longer was one then.
    scopes: list(data['scopes']).map(text) as Scope[],
    createdAt: instant(data['created_at']),
    expiresAt: nullable(data['expires_at'], instant),
    rotatedAt: nullable(data['rotated_at'], instant),
    overlapsUntil: nullable(data['overlaps_until'], instant),
    revokedAt: nullable(data['revoked_at'], instant),
  }
}
