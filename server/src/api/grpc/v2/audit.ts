import { auditPage } from '../../http/v2/audit.ts'
import { auditList } from '../../http/v2/audit-schemas.ts'
import { answered, unary, type Edge, type Handlers } from '../calls.ts'
import { readList } from './lists.ts'

/** florin.v2.AuditService */
export function createAuditService(edge: Edge): Handlers {
  return {
    ListAudit: unary(edge, async (fields, { florin }) => {
      const { data: entries, ...page } = await auditPage(florin, readList(auditList, fields))
      return answered({ entries, ...page })
    }),
  }
}
