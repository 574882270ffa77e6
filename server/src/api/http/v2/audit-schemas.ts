// What v2 reads and answers about the audit log.
import { z } from 'zod'
import type { AuditEntry } from '#core/audit.ts'
import { factTypes } from '#core/facts.ts'
import { parsed, problem, type Parsed } from '#core/parsed.ts'
import { instantText, parsedText, plainText } from '../fields.ts'
import { listQuery } from '../pages.ts'
import { instant } from './shown.ts'

const PRINCIPAL_LENGTH_MAX = 255
const OPERATION_LENGTH_MAX = 100

/** `GET /v2/audit` */
export const auditList = listQuery({
  name: 'audit',
  filters: {
    principal: plainText(PRINCIPAL_LENGTH_MAX, {
      description: 'Who: `key:` and the id of an API key, `user:` and the id of a user, `anonymous`',
      examples: ['key:019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'],
    }).optional(),
    operation: plainText(OPERATION_LENGTH_MAX, {
      description: 'What was called, by its operationId',
      examples: ['updateAccount'],
    }).optional(),
    type: z
      .enum(factTypes)
      .optional()
      .meta({ description: 'What happened; access.refused is an attempt that nothing came of' }),
    target: parsedText(parseTarget, {
      description:
        'What it was about: account, user, api_key, policy, currency, quote, hold or transfer, a colon, and its id',
      examples: ['account:1001'],
    }).optional(),
    outcome: z.enum(['allowed', 'refused']).optional(),
    from: instantText.optional().meta({ description: 'At or after (RFC 3339)' }),
    to: instantText.optional().meta({ description: 'Before (RFC 3339)' }),
  },
  position: parsePosition,
})

/** An entry. */
export const AuditEntrySchema = z
  .strictObject({
    id: z.string().meta({
      description: 'Place in the journal; that of the event, if events show it',
      examples: ['42-0'],
    }),
    time: instant,
    principal: z.string().meta({ description: 'Who; `anonymous`: nobody who is known' }),
    credential: z
      .string()
      .nullable()
      .meta({ description: 'By what they were known: a key, a session; null: by nothing' }),
    address: z
      .string()
      .nullable()
      .meta({
        description: 'From where; null: from the machine itself',
        examples: ['203.0.113.7'],
      }),
    request_id: z
      .string()
      .nullable()
      .meta({ description: 'X-Request-Id of the answer; of the first attempt' }),
    operation: z
      .string()
      .nullable()
      .meta({ description: 'What was called; null: Florin itself acted, or nothing was reached' }),
    type: z.enum(factTypes),
    outcome: z.enum(['allowed', 'refused']),
    code: z.string().nullable().meta({ description: 'Why it was refused, as the caller was told it' }),
    attempts: z
      .strictObject({ count: z.int(), since: instant })
      .nullable()
      .meta({ description: 'Of an attempt: how many equal ones this stands for, and since when' }),
    target: z
      .string()
      .nullable()
      .meta({ description: 'What it was about', examples: ['account:1001'] }),
    before: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'The old values of what changed. Names and e-mail addresses are never here: `kept_apart` says which of the two changed',
    }),
    after: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'As the event shows it; null: nothing changed' }),
  })
  .meta({ id: 'AuditEntry' })

/** A page of entries. */
export const AuditPage = z
  .strictObject({
    data: z.array(AuditEntrySchema),
    next_cursor: z.string().nullable().meta({
      description:
        '`cursor` of the next page; null on the last. A page may be short, or empty, before the last',
    }),
  })
  .meta({ id: 'AuditPage' })

/** Renders an entry. */
export function toAuditEntry(entry: AuditEntry): z.output<typeof AuditEntrySchema> {
  const { at, requestId, type, ...rest } = entry
  const { principal, credential, address, operation, outcome, code, attempts, target, before, after } = rest
  return {
    id: positionText(entry),
    time: at,
    principal,
    credential,
    address,
    request_id: requestId,
    operation,
    type,
    outcome,
    code,
    attempts,
    target,
    before,
    after,
  }
}

/** A place in the journal as text. */
export function positionText({
  page,
  position,
}: {
  readonly page: number
  readonly position: number
}): string {
  return `${page}-${position}`
}

function parsePosition(text: string): Parsed<{ readonly page: number; readonly position: number }> {
  const match = /^([1-9][0-9]{0,14})-(0|[1-9][0-9]{0,8})$/.exec(text)
  return match === null
    ? problem('must be a place in the journal')
    : parsed({ page: Number(match[1]), position: Number(match[2]) })
}

function parseTarget(text: string): Parsed<string> {
  return /^[a-z_]{1,20}:[A-Za-z0-9_-]{1,64}$/.test(text)
    ? parsed(text)
    : problem('must be a kind, a colon and an id, such as account:1001')
}
