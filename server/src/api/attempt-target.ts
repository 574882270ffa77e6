// What a refused request was about, as the audit log names it. Only what looks like an id is taken: people write names and
// e-mail addresses where an id belongs, and the journal is for ever.

/** What each field names; the first that is there tells. */
const FIELDS: readonly (readonly [field: string, kind: string])[] = [
  ['transfer_id', 'transfer'],
  ['hold_id', 'hold'],
  ['policy_id', 'policy'],
  ['quote_id', 'quote'],
  ['api_key_id', 'api_key'],
  ['account_id', 'account'],
  ['user_id', 'user'],
  ['source', 'account'],
  ['source_account_id', 'account'],
  ['code', 'currency'],
]

const ID = /^(?:[1-9][0-9]{0,18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
const CURRENCY = /^[A-Z][A-Z0-9_]{2,15}$/

/** The target that path or message name; null when they name none. @example targetIn({ account_id: '1001' }) */
export function targetIn(fields: unknown): string | null {
  if (typeof fields !== 'object' || fields === null) return null
  for (const [field, kind] of FIELDS) {
    const value = (fields as Readonly<Record<string, unknown>>)[field]
    const text = typeof value === 'number' ? String(value) : value
    if (typeof text !== 'string') continue
    if ((kind === 'currency' ? CURRENCY : ID).test(text)) return `${kind}:${text}`
  }
  return null
}
