/** Random API keys: few, so that they are met when they are revoked or their time is over. */
import type { Scope } from '#core/access.ts'
import type { Attempt } from '#core/attempt.ts'
import type { Command } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { ApiKeyId } from '#core/ids.ts'
import { addSeconds } from '#core/instant.ts'
import { createMemory, type Scene } from './scene.ts'

const SCOPES = ['accounts:read', 'keys:write', 'transfers:write'] as const satisfies readonly Scope[]
/** How many of the newest are rotated and revoked. */
const CHANGEABLE = 4

/** Makes commands of API keys. */
export function createKeys(scene: Scene) {
  const { ids, clock } = scene
  const { below, chance, oneOf } = scene.dice
  const made = createMemory<ApiKeyId>(CHANGEABLE)

  return {
    next(): Command {
      const fields = scene.fields()
      const id = made.items.length === 0 || chance(0.1) ? ids.apiKeyId() : oneOf(made.items)
      if (chance(0.4)) {
        return {
          kind: 'create_api_key',
          ...fields,
          ...issued(),
          name: oneOf(['shop', 'é"\\']),
          scopes: [oneOf(SCOPES)],
          expiresAt: chance(0.3) ? null : addSeconds(clock.now(), oneOf([0, 1, 1, 40_000])),
        }
      }
      if (chance(0.3)) return { kind: 'revoke_api_key', ...fields, id }
      const overlapSeconds = chance(0.3) ? 0 : below(100)
      return { kind: 'rotate_api_key', ...fields, id, secretHash: ids.apiKeyId(), overlapSeconds }
    },
    issued,
    attempts(): Command {
      const { principal } = scene.fields()
      const attempt = (): Attempt => ({
        principal: chance(0.5) ? principal : ('anonymous' as Principal),
        credential: null,
        address: chance(0.9) ? scene.address() : null,
        requestId: chance(0.9) ? `r${below(1000)}` : null,
        operation: chance(0.8) ? oneOf(['createTransfer', 'createUser']) : null,
        code: oneOf(['unauthenticated', 'scope_missing', 'rate_limited']),
        target: chance(0.5) ? `account:${scene.accountId()}` : null,
        count: 1 + below(3),
        since: addSeconds(clock.now(), -below(3)),
      })
      const attempts = Array.from({ length: 1 + below(3) }, attempt)
      return { kind: 'record_attempts', principal: 'florin' as Principal, idempotency: null, attempts }
    },
  }

  /** What a new key is allotted; whether it is made is not known yet. */
  function issued(): { id: ApiKeyId; secretHash: string } {
    return { id: made.add(ids.apiKeyId()), secretHash: ids.apiKeyId() }
  }
}
