// Parts that several answers of v2 have.
import { z } from 'zod'

/** A moment, RFC 3339 in UTC with microseconds. */
export const instant = z.string().meta({ format: 'date-time', examples: ['2026-11-21T11:35:00.000000Z'] })
/** An account's id. */
export const accountId = z.string().meta({ examples: ['1001'] })
/** The id of a user or transfer. */
export const uuid = z.string().meta({ format: 'uuid', examples: ['019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'] })
/** A currency's code. */
export const code = z.string().meta({ examples: ['EUR'] })
/** An amount or balance. */
export const amount = z
  .string()
  .meta({ description: "With all of the currency's digits", examples: ['150.25'] })
/** Metadata. */
export const shownMetadata = z.record(z.string(), z.string())
/** The version of a user or account. */
export const version = z.int().meta({ description: 'Of the settings; also in the ETag' })

/** A page of rows. */
export function pageOf<Row extends z.ZodType>(row: Row, id: string) {
  return z
    .strictObject({
      data: z.array(row),
      next_cursor: z.string().nullable().meta({ description: '`cursor` of the next page; null on the last' }),
    })
    .meta({ id })
}
