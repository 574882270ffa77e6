import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { AuditFilter } from '#core/audit.ts'
import type { FlorinOf } from '../access.ts'
import { answer, problems } from '../answers.ts'
import type { ZodApp } from '../validation.ts'
import { auditList, AuditPage, positionText, toAuditEntry } from './audit-schemas.ts'

/** Adds `/audit`. */
export function serveAudit(app: ZodApp, florinOf: FlorinOf): void {
  app.get(
    '/audit',
    {
      schema: {
        operationId: 'listAudit',
        tags: ['audit'],
        summary: 'Who did what to what, from where, allowed or refused; newest first',
        description:
          'Every change, and every attempt that was refused. A page may be short, or empty, although there is more: go on until `next_cursor` is null.',
        querystring: auditList,
        response: { 200: answer('A page of the audit log', AuditPage), ...problems('path') },
      },
    },
    async (request): Promise<z.output<typeof AuditPage>> => await auditPage(florinOf(request), request.query),
  )
}

/** A page of the audit log. */
export async function auditPage({ audit }: Florin, query: z.output<typeof auditList>) {
  const { filters, limit, after, cursorAt } = query
  const given = Object.entries(filters).filter(([, value]) => value !== undefined)
  const { entries, next } = await audit.listAudit({
    ...(Object.fromEntries(given) as AuditFilter),
    limit,
    ...(after === undefined ? {} : { before: after }),
  })
  return {
    data: entries.map(toAuditEntry),
    next_cursor: next === null ? null : cursorAt(positionText(next)),
  }
}
