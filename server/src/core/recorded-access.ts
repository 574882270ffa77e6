// Facts about who may do what, and who tried, read back from the journal.
import { apiKeyFact } from './access-facts.ts'
import type { Scope } from './access.ts'
import type { ApiKey } from './api-key.ts'
import { accessRefused, type Attempt } from './attempt.ts'
import type { Principal } from './command-fields.ts'
import type { Fact } from './facts.ts'
import { parseUuidV7, type ApiKeyId } from './ids.ts'
import { id, instant, list, nullable, text, wholeNumber, type Data } from './json-read.ts'

/** A fact about who may do what, understood. */
export type RecordedAccess =
  | {
      readonly principal: Principal
      readonly type: 'api_key.created' | 'api_key.rotated' | 'api_key.revoked'
      readonly apiKey: ApiKey
    }
  | { readonly principal: Principal; readonly type: 'access.refused'; readonly attempt: Attempt }

/** The fact that such a one was. */
export function toAccessFact(fact: RecordedAccess): Fact {
  return fact.type === 'access.refused'
    ? accessRefused(fact.attempt)
    : apiKeyFact(fact.type, fact.principal, fact.apiKey)
}

/** Reads its data; throws on what is none. */
export function readAccess(type: RecordedAccess['type'], principal: Principal, data: Data): RecordedAccess {
  return type === 'access.refused'
    ? { type, principal, attempt: readAttempt(principal, data) }
    : { type, principal, apiKey: readApiKey(data) }
}

/** Reads the data of a refused attempt; throws on what is none. */
export function readAttempt(principal: Principal, data: Data): Attempt {
  return {
    principal,
    address: nullable(data['address'], text),
    code: text(data['code']),
    count: wholeNumber(data['count']),
    credential: nullable(data['credential'], text),
    operation: nullable(data['operation'], text),
    requestId: nullable(data['request_id'], text),
    since: instant(data['since']),
    target: nullable(data['target'], text),
  }
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
