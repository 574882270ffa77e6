// Money is a bigint of minor units; on every wire it is a decimal string of major units. Nothing here is ever a float.
import { parsed, problem, type Parsed } from './parsed.ts'

/** Digits after the point: 0 (JPY, points) to 18 (ETH). */
export type Scale = number

/** The most digits after the point that a currency may have. */
export const SCALE_MAX = 18
/** An amount or balance has at most this many digits in minor units: numeric(38,0) in SQL. */
const MINOR_DIGITS_MAX = 38
/** The largest amount or balance, in minor units. */
export const MINOR_MAX = 10n ** BigInt(MINOR_DIGITS_MAX) - 1n

const PLAIN_DECIMAL = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/
// A longer text is refused before any regular expression or bigint sees it: 38 digits, a point and a margin.
const AMOUNT_TEXT_MAX = 64

/**
 * Reads a non-negative decimal such as "150.25" into minor units.
 * Refused: signs, exponents, spaces, "1.", ".5", leading zeros, more digits after the point than `scale`,
 * more than 38 digits in all.
 */
export function parseAmount(text: string, scale: Scale): Parsed<bigint> {
  const match = text.length <= AMOUNT_TEXT_MAX ? PLAIN_DECIMAL.exec(text) : null
  if (match === null) {
    const tooLong = text.length > AMOUNT_TEXT_MAX && /^[0-9.]+$/.test(text)
    return problem(tooLong ? tooManyDigits : `must be a plain decimal such as "150.25"`)
  }
  const whole = match[1] ?? ''
  const fraction = match[2] ?? ''
  if (fraction.length > scale) {
    return problem(
      scale === 0
        ? 'must be a whole number in this currency'
        : `must have at most ${scale} digits after the point in this currency`,
    )
  }
  const minor = BigInt(whole + fraction.padEnd(scale, '0'))
  return minor > MINOR_MAX ? problem(tooManyDigits) : parsed(minor)
}

const tooManyDigits = `must have at most ${MINOR_DIGITS_MAX} digits in minor units`

/** As parseAmount, and greater than zero: what a posting moves. */
export function parsePositiveAmount(text: string, scale: Scale): Parsed<bigint> {
  const amount = parseAmount(text, scale)
  return amount.ok && amount.value === 0n ? problem('must be greater than 0') : amount
}

/** Major units with every digit of the currency: 15000n at scale 2 is "150.00". Negative balances get a leading minus. */
export function formatAmount(minor: bigint, scale: Scale): string {
  if (scale === 0) return minor.toString()
  const negative = minor < 0n
  const digits = (negative ? -minor : minor).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Major units without trailing zeros, as the v1 API prints them: 15000n at scale 2 is "150". */
export function formatAmountTrimmed(minor: bigint, scale: Scale): string {
  const full = formatAmount(minor, scale)
  return scale === 0 ? full : full.replace(/\.?0+$/, '')
}
