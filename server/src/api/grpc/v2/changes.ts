// What requests that change something have in common.
import { invalidField } from '#core/errors.ts'
import type { Fields } from '../codec.ts'

/** The version that a request wants to change; null when any will do. */
export function readVersion(value: unknown): number | null {
  if (value === undefined) return null
  if (Number(value) >= 1) return Number(value)
  throw invalidField('if_version', 'must be at least 1')
}

/** A MetadataChange as REST takes it: absent when the metadata stays. */
export function metadataChange(change: unknown): { readonly metadata?: unknown } {
  return change === undefined ? {} : { metadata: (change as Fields)['entries'] ?? {} }
}

/** The request's names for what a request changes, which it names by id and version. */
export function changedAs(name: string): (field: string) => string {
  const names: Readonly<Record<string, string>> = { id: name, 'If-Match': 'if_version' }
  return (field) => names[field] ?? field
}
