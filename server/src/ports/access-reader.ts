import type { ApiKey, KeptApiKey } from '#core/api-key.ts'
import type { ApiKeyId } from '#core/ids.ts'

/** Reads of who may do what, always of what is committed. */
export interface AccessReader {
  findApiKey(id: ApiKeyId): Promise<ApiKey | undefined>
  /** The key whose secret, or whose secret before the last rotation, has this hash. */
  findApiKeyByHash(hash: string): Promise<KeptApiKey | undefined>
  /** By id, which is by time of creation, rising; those after `after`; at most `limit`. */
  listApiKeys(query: { readonly after?: ApiKeyId; readonly limit: number }): Promise<ApiKey[]>
}
