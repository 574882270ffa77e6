import type { IssuedApiKey } from '#app/api-keys.ts'
import type { Rejected } from '#core/command.ts'
import { parseMessage } from '../../http/validation.ts'
import { apiKeyPage } from '../../http/v2/api-keys.ts'
import { apiKeyList, ApiKeyPath, NewApiKey, Rotation, toApiKey } from '../../http/v2/api-key-schemas.ts'
import { answered, answerOf, failed, unary, type Answer, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'
import { changedAs } from './changes.ts'
import { readList } from './lists.ts'

/** florin.v2.ApiKeyService */
export function createApiKeyService(edge: Edge): Handlers {
  return {
    CreateApiKey: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { name, scopes, expires_at: expiresAt } = parseMessage(NewApiKey, fields)
      return issued(await florin.apiKeys.create(callerOf(key), { name, scopes, expiresAt }))
    }),

    GetApiKey: unary(edge, async (fields, { florin }) => {
      const { api_key_id: id } = parseMessage(ApiKeyPath, fields)
      const found = await florin.apiKeys.find(id)
      return found === undefined ? failed(notFound('api_key', id)) : answered({ api_key: toApiKey(found) })
    }),

    ListApiKeys: unary(edge, async (fields, { florin }) => {
      const { data: keys, ...page } = await apiKeyPage(florin, readList(apiKeyList, fields))
      return answered({ api_keys: keys, ...page })
    }),

    RotateApiKey: unary(edge, async (request, { florin, callerOf }) => {
      const { idempotency_key: key, api_key_id: id, ...fields } = request
      const path = parseMessage(ApiKeyPath, { api_key_id: id })
      const { overlap_seconds: overlap } = parseMessage(Rotation, fields)
      return issued(await florin.apiKeys.rotate(callerOf(key), path.api_key_id, overlap))
    }),

    RevokeApiKey: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { api_key_id: id } = parseMessage(ApiKeyPath, fields)
      const outcome = await florin.apiKeys.revoke(callerOf(key), id)
      return answerOf(outcome, (revoked) => ({ api_key: toApiKey(revoked) }), changedAs('api_key_id'))
    }),
  }
}

function issued(outcome: IssuedApiKey | Rejected): Answer {
  const secret = outcome.kind === 'accepted' ? outcome.secret : null
  return answerOf(outcome, (made) => ({ api_key: toApiKey(made), key: secret }), changedAs('api_key_id'))
}
