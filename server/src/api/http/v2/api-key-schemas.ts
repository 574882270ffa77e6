// What v2 reads and answers about API keys.
import { z } from 'zod'
import { parseScopes, scopes, type Scope } from '#core/access.ts'
import { API_KEY_NAME_LENGTH_MAX, API_KEY_OVERLAP_SECONDS_MAX, type ApiKey } from '#core/api-key.ts'
import { parseUuidV7, type ApiKeyId } from '#core/ids.ts'
import { instantText, parsedText, plainText } from '../fields.ts'
import { listQuery } from '../pages.ts'
import { instant, pageOf, uuid } from './shown.ts'

const OVERLAP_SECONDS_DEFAULT = 3600

const scopeList = z
  .array(z.string())
  .transform((names, ctx): readonly Scope[] => {
    const result = parseScopes(names)
    if (result.ok) return result.value
    ctx.issues.push({ code: 'custom', message: result.problem, input: names })
    return z.NEVER
  })
  .meta({
    type: 'array',
    items: { enum: [...scopes] },
    minItems: 1,
    description: 'What the key may do; nothing that you may not do yourself',
  })

/** `POST /v2/api-keys` */
export const NewApiKey = z
  .strictObject({
    name: plainText(API_KEY_NAME_LENGTH_MAX, { description: 'Whose key it is, for people' }),
    scopes: scopeList,
    expires_at: instantText.nullable().default(null).meta({ description: 'When absent it never expires' }),
  })
  .meta({
    id: 'NewApiKey',
    examples: [{ name: 'shop backend', scopes: ['accounts:read', 'transfers:read', 'transfers:write'] }],
  })

/** `POST /v2/api-keys/{api_key_id}/rotate` */
export const Rotation = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(API_KEY_OVERLAP_SECONDS_MAX)
      .default(OVERLAP_SECONDS_DEFAULT)
      .meta({ description: 'How long the secret that the key has now stays good beside the new one' }),
  })
  .meta({ id: 'Rotation', examples: [{ overlap_seconds: 86_400 }] })
  .prefault({})

/** Path of one key. */
export const ApiKeyPath = z.strictObject({
  api_key_id: parsedText(parseUuidV7<ApiKeyId>, { format: 'uuid' }),
})

/** `GET /v2/api-keys` */
export const apiKeyList = listQuery({ name: 'api-keys', filters: {}, position: parseUuidV7<ApiKeyId> })

const fields = {
  id: uuid,
  name: z.string(),
  scopes: z.array(z.string()),
  created_at: instant,
  expires_at: instant.nullable().meta({ description: 'null: never' }),
  rotated_at: instant
    .nullable()
    .meta({ description: 'When it got the secret that it has now; null: with its making' }),
  overlaps_until: instant
    .nullable()
    .meta({ description: 'Until when the secret before the last rotation is good; null: it is not' }),
  revoked_at: instant.nullable(),
}

/** A key. */
export const ApiKeySchema = z.strictObject(fields).meta({ id: 'ApiKey' })
/** A key that was made or got a new secret. */
export const IssuedApiKeySchema = z
  .strictObject({
    ...fields,
    key: z
      .string()
      .nullable()
      .meta({
        description:
          'The secret, for `Authorization: Bearer`. Shown this once; null when the answer was given before',
        examples: ['flk_…'],
      }),
  })
  .meta({ id: 'IssuedApiKey' })

/** A page of keys. */
export const ApiKeyPage = pageOf(ApiKeySchema, 'ApiKeyPage')

/** Renders a key. */
export function toApiKey(key: ApiKey): z.output<typeof ApiKeySchema> {
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    rotated_at: key.rotatedAt,
    overlaps_until: key.overlapsUntil,
    revoked_at: key.revokedAt,
  }
}
