// Fields that several requests have: each is the core's parser behind zod, so that a handler gets branded values.
import { z } from 'zod'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { parseCurrencyCode } from '#core/currency.ts'
import {
  parseAccountId,
  parseUuidV7,
  type HoldId,
  type PolicyId,
  type QuoteId,
  type TransferId,
  type UserId,
} from '#core/ids.ts'
import {
  isStorableText,
  METADATA_KEY_LENGTH_MAX,
  METADATA_KEYS_MAX,
  METADATA_VALUE_LENGTH_MAX,
  parseMetadata,
  REFERENCE_LENGTH_MAX,
  type Metadata,
} from '#core/metadata.ts'
import { parsed, problem, type Parsed } from '#core/parsed.ts'
import { parseInstant } from './instants.ts'

/** The most rows of one page. */
export const PAGE_SIZE_MAX = 1000
const PAGE_SIZE_DEFAULT = 50

/** Longer than any principal is. */
const PRINCIPAL_LENGTH_MAX = 1000

const UUID_EXAMPLE = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

/** A field that `parse` reads: its problem becomes the field's. */
export function parsedText<T>(parse: (text: string) => Parsed<T>, meta: z.core.GlobalMeta = {}) {
  return parsedFrom(z.string(), parse, meta)
}

/** As parsedText, for text that must have come as a string: `why` says what is wrong with a JSON number. */
function textNotNumber<T>(
  parse: (text: string) => Parsed<T>,
  { why, ...meta }: z.core.GlobalMeta & { readonly why: string },
) {
  const text = z.string({
    error: ({ input }) =>
      typeof input === 'number' ? `must be a string, not a JSON number: ${why}` : undefined,
  })
  return parsedFrom(text, parse, meta)
}

function parsedFrom<T>(text: z.ZodString, parse: (text: string) => Parsed<T>, meta: z.core.GlobalMeta) {
  return text.meta(meta).transform((value, ctx): T => {
    const result = parse(value)
    if (result.ok) return result.value
    ctx.issues.push({ code: 'custom', message: result.problem, input: value })
    return z.NEVER
  })
}

/** What is wrong with an amount that is a JSON number. */
export const AMOUNT_NOT_NUMBER =
  'must be a string such as "150.25": a JSON number is binary floating point, which cannot hold every cent'

/** An amount: still text, because only the currency knows its scale. */
export const amountText = z
  .string({ error: ({ input }) => (typeof input === 'number' ? AMOUNT_NOT_NUMBER : undefined) })
  .meta({ description: 'Decimal digits in major units', examples: ['150.25'] })

/** A v2 account id. */
export const accountIdText = textNotNumber(parseAccountId, {
  why: 'ids reach 2^63 - 1, and JSON readers round numbers above 2^53',
  description: 'A whole number from 1 to 9223372036854775807, in digits',
  examples: ['1001'],
})

const uuidMeta = { format: 'uuid', examples: [UUID_EXAMPLE] }

/** The id of a transfer, user, hold, policy or quote. */
export const transferIdText = parsedText(parseUuidV7<TransferId>, uuidMeta)
export const userIdText = parsedText(parseUuidV7<UserId>, uuidMeta)
export const holdIdText = parsedText(parseUuidV7<HoldId>, uuidMeta)
export const policyIdText = parsedText(parseUuidV7<PolicyId>, uuidMeta)
export const quoteIdText = parsedText(parseUuidV7<QuoteId>, uuidMeta)
/** A currency's code. */
export const currencyCode = parsedText<CurrencyCode>(parseCurrencyCode, {
  description: 'ISO 4217, or a code of your own',
  examples: ['EUR'],
})

/** A time. */
export const instantText = parsedText(parseInstant, {
  format: 'date-time',
  examples: ['2026-11-21T11:35:00Z'],
})

/** Metadata of whatever it is attached to. */
export const metadata = z
  .unknown()
  .transform((value, ctx): Metadata => {
    const result = parseMetadata(value)
    if (result.ok) return result.value
    ctx.issues.push({ code: 'custom', message: result.problem, input: value })
    return z.NEVER
  })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: METADATA_VALUE_LENGTH_MAX },
    maxProperties: METADATA_KEYS_MAX,
    propertyNames: { minLength: 1, maxLength: METADATA_KEY_LENGTH_MAX },
    description: 'Your own keys and values',
    examples: [{ order: 'A-1001' }],
  })

/** Text of 1 to `max` characters that every store can hold. */
export function plainText(max: number, meta: z.core.GlobalMeta = {}) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine(isStorableText, 'must not hold U+0000 or half of a surrogate pair')
    .meta(meta)
}

/** A transfer's reference. */
export const reference = plainText(REFERENCE_LENGTH_MAX, {
  description: 'Your order number, invoice or the like',
  examples: ['invoice 2026-118'],
})

/** Who asked: the name under which a caller is known. */
export const principalText = plainText(PRINCIPAL_LENGTH_MAX, {
  description: 'The name under which a caller is known',
  examples: ['key:019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'],
}).transform((text) => text as Principal)

/** A whole number in a query string. */
export function queryInteger(
  range: { readonly min: number; readonly max: number },
  meta: z.core.GlobalMeta = {},
) {
  const { min, max } = range
  const read = (text: string): Parsed<number> =>
    /^(0|[1-9][0-9]{0,9})$/.test(text) && Number(text) >= min && Number(text) <= max
      ? parsed(Number(text))
      : problem(`must be a whole number from ${min} to ${max}`)
  return parsedText(read, { type: 'integer', minimum: min, maximum: max, ...meta })
}

/** How many rows a page may have. */
export const limit = queryInteger({ min: 1, max: PAGE_SIZE_MAX }, { default: PAGE_SIZE_DEFAULT }).default(
  PAGE_SIZE_DEFAULT,
)

/** The body of a request that says nothing more: an empty object, or none. */
export const noBody = z.strictObject({}).prefault({})

/** The query of a path that takes no parameters. */
export const noQuery = z.strictObject({})
