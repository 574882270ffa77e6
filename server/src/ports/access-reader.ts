import type { AccountKind } from '#core/account.ts'
import type { ApiKey, KeptApiKey } from '#core/api-key.ts'
import type { AccountId, ApiKeyId, UserId } from '#core/ids.ts'

/** What of an account says who may take from it. */
export interface AccountOwner {
  readonly id: AccountId
  readonly userId: UserId | null
  readonly kind: AccountKind
}

/** Reads of who may do what, always of what is committed. */
export interface AccessReader {
  /** Those that there are, in any order. */
  findAccountOwners(ids: readonly AccountId[]): Promise<AccountOwner[]>
  findApiKey(id: ApiKeyId): Promise<ApiKey | undefined>
  /** The key whose secret, or whose secret before the last rotation, has this hash. */
  findApiKeyByHash(hash: string): Promise<KeptApiKey | undefined>
  /** By id, which is by time of creation, rising; those after `after`; at most `limit`. */
  listApiKeys(query: { readonly after?: ApiKeyId; readonly limit: number }): Promise<ApiKey[]>
}
