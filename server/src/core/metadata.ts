// What clients attach to users, accounts and transfers. Flat strings, so that every wire and the journal carry it alike.
import { parsed, problem, type Parsed } from './parsed.ts'

/** Your own keys and values: at most 50 keys of 1 to 40 characters, values of at most 500. */
export type Metadata = Readonly<Record<string, string>>

/** Keys of one metadata, and characters of a key and of a value. */
export const METADATA_KEYS_MAX = 50
export const METADATA_KEY_LENGTH_MAX = 40
export const METADATA_VALUE_LENGTH_MAX = 500
/** A transfer's reference: your order number, invoice or the like, in characters. */
export const REFERENCE_LENGTH_MAX = 255
/** Characters of an idempotency key. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255

/** Nothing attached. */
export const NO_METADATA: Metadata = {}

/** True for text that every store and RFC 8785 can hold: no NUL, no lone surrogate. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}

/** True when both hold the same keys and values, in whatever order. */
export function sameMetadata(a: Metadata, b: Metadata): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  )
}

/** Reads metadata that a wire brought as an object. The problem names the key it is about. */
export function parseMetadata(value: unknown): Parsed<Metadata> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return problem('must be an object of strings')
  }
  const members = Object.entries(value)
  if (members.length > METADATA_KEYS_MAX) return problem(`must have at most ${METADATA_KEYS_MAX} keys`)
  for (const [key, text] of members) {
    if (key.length === 0 || key.length > METADATA_KEY_LENGTH_MAX || !isStorableText(key)) {
      return problem(`must have keys of 1 to ${METADATA_KEY_LENGTH_MAX} characters`)
    }
    if (typeof text !== 'string' || text.length > METADATA_VALUE_LENGTH_MAX || !isStorableText(text)) {
      return problem(`must hold a string of at most ${METADATA_VALUE_LENGTH_MAX} characters at "${key}"`)
    }
  }
  return parsed(value as Metadata)
}
