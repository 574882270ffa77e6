// Reads values out of JSON that may be anything: each function answers what it is named after, or throws a TypeError.
import { parseCurrencyCode, type CurrencyCode } from './currency.ts'
import type { Instant } from './instant.ts'
import type { Metadata } from './metadata.ts'
import { SCALE_MAX, type Scale } from './money.ts'
import type { Parsed } from './parsed.ts'

/** An object of JSON. */
export type Data = { readonly [key: string]: unknown }

/** The object. */
export function object(value: unknown): Data {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('an object is missing')
  }
  return value as Data
}

/** The list. */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('a list is missing')
  return value
}

/** The text. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a text is missing')
  return value
}

/** What `read` makes of the value; null stays null. */
export function nullable<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null ? null : read(value)
}

/** What `read` makes of the value; null when there is none. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === undefined ? null : read(value)
}

/** The value, which must be one of those. */
export function oneOf<T extends string>(value: unknown, values: readonly T[]): T {
  if (!values.includes(value as T)) throw new TypeError(`${String(value)} is none of ${values.join(', ')}`)
  return value as T
}

/** The whole number, as JavaScript can hold it. */
export function wholeNumber(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('a whole number is missing')
  return value as number
}

/** Digits after the point. */
export function scaleNumber(value: unknown): Scale {
  const scale = wholeNumber(value)
  if (scale < 0 || scale > SCALE_MAX) throw new TypeError('a scale is not 0 to 18')
  return scale
}

const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/

/** The moment. */
export function instant(value: unknown): Instant {
  if (!INSTANT.test(text(value))) throw new TypeError('a time is not RFC 3339 with microseconds')
  return value as Instant
}

/** The metadata. */
export function metadata(value: unknown): Metadata {
  const read = object(value)
  for (const member of Object.values(read)) text(member)
  return read as Metadata
}

/** The currency's code. */
export function currencyCode(value: unknown): CurrencyCode {
  return must(parseCurrencyCode(text(value)))
}

/** What was parsed. */
function must<T>(result: Parsed<T>): T {
  if (!result.ok) throw new TypeError(`an id or a code ${result.problem}`)
  return result.value
}

/** The id that `parse` finds in the text. */
export function id<T>(value: unknown, parse: (text: string) => Parsed<T>): T {
  return must(parse(text(value)))
}

const SIGNED_DECIMAL = /^(-?[0-9]{1,38})(?:\.([0-9]{1,38}))?$/

/** A decimal with every digit of its currency, so that its text tells its scale. */
export function decimal(value: unknown): { readonly minor: bigint; readonly scale: Scale } {
  const match = SIGNED_DECIMAL.exec(text(value))
  if (match === null) throw new TypeError('an amount is no decimal')
  const fraction = match[2] ?? ''
  return { minor: BigInt((match[1] ?? '') + fraction), scale: fraction.length }
}

/** The minor units of a decimal. */
export function minor(value: unknown): bigint {
  return decimal(value).minor
}
