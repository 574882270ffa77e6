// The part of replay.ts that has to do with who may do what.
import type { RecordedAccess } from './recorded-access.ts'
import { compare, differs, type Contradiction, type Replay } from './replay.ts'

/** Applies one fact about who may do what and tells what is wrong with it. */
export function replayAccess({ apiKeys }: Replay, fact: RecordedAccess): Contradiction[] {
  if (fact.type === 'access.refused') {
    const { count } = fact.attempt
    return count > 0 ? [] : [differs('one attempt or more', `${count}`)]
  }
  const { type, apiKey } = fact
  const { id } = apiKey
  const before = apiKeys.get(id)
  apiKeys.set(id, apiKey)
  if (type === 'api_key.created') {
    return before === undefined ? [] : [differs(`no API key ${id} yet`, 'created again')]
  }
  if (before === undefined) return [differs(`API key ${id}`, 'changed before it was created')]
  return compare([
    ['name', before.name, apiKey.name],
    ['scopes', String(before.scopes), String(apiKey.scopes)],
    ['created_at', before.createdAt, apiKey.createdAt],
    ['expires_at', before.expiresAt, apiKey.expiresAt],
    // One that is revoked changes no more.
    ['revoked_at', null, before.revokedAt],
    ['revoked', type === 'api_key.revoked', apiKey.revokedAt !== null],
  ])
}
