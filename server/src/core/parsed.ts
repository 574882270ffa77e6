// Parsers answer with a value or with what is wrong, worded to follow a field's name: "amount must be …".

/** A parsed value, or the problem with the text. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string }

/** A successful parse. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

/** A failed parse; `text` follows the field's name in a sentence. */
export function problem(text: string): Parsed<never> {
  return { ok: false, problem: text }
}
