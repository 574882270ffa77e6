// Amounts of requests, read at the scale of their currency.
import { invalidField } from '#core/errors.ts'
import { parseAmount, parsePositiveAmount, type Scale } from '#core/money.ts'

/** Minor units of an amount of 0 or more. Throws a validation error naming `field`. */
export function readAmount(field: string, text: string, scale: Scale): bigint {
  const amount = parseAmount(text, scale)
  if (!amount.ok) throw invalidField(field, amount.problem)
  return amount.value
}

/** As readAmount, of more than 0. */
export function readPositiveAmount(field: string, text: string, scale: Scale): bigint {
  const amount = parsePositiveAmount(text, scale)
  if (!amount.ok) throw invalidField(field, amount.problem)
  return amount.value
}
