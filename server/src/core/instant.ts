// Time in the core is text, so that comparing, storing and showing it need no conversion and lose no microsecond.

/**
 * A moment in UTC with microseconds, always 27 characters: "2026-11-21T11:35:00.000000Z" (RFC 3339).
 * Fixed width, so `<` and `>` on two instants compare them in time.
 */
export type Instant = string & { readonly __brand: 'Instant' }

/** The later of two moments. */
export function laterOf(a: Instant, b: Instant): Instant {
  return a > b ? a : b
}

const MICROS_PER_SECOND = 1_000_000n
const SECONDS_PER_DAY = 86_400n

/** The moment `seconds` later; earlier when negative. The year stays within 0000 and 9999. */
export function addSeconds(instant: Instant, seconds: number): Instant {
  return fromMicros(toMicros(instant) + BigInt(seconds) * MICROS_PER_SECOND)
}

/** Microseconds since 1970. */
export function toMicros(instant: Instant): bigint {
  const part = (from: number, to: number): number => Number(instant.slice(from, to))
  const days = daysOf(part(0, 4), part(5, 7), part(8, 10))
  const seconds = days * 86_400 + part(11, 13) * 3600 + part(14, 16) * 60 + part(17, 19)
  return BigInt(seconds) * MICROS_PER_SECOND + BigInt(part(20, 26))
}

/** The moment so many microseconds after 1970. */
export function fromMicros(micros: bigint): Instant {
  const seconds = floorDivide(micros, MICROS_PER_SECOND)
  const day = floorDivide(seconds, SECONDS_PER_DAY)
  const inDay = Number(seconds - day * SECONDS_PER_DAY)
  const time = [Math.floor(inDay / 3600), Math.floor(inDay / 60) % 60, inDay % 60].map((part) =>
    digits(part, 2),
  )
  const fraction = digits(Number(micros - seconds * MICROS_PER_SECOND), 6)
  return `${dateOf(Number(day))}T${time.join(':')}.${fraction}Z` as Instant
}

// The calendar in whole days, for a year that begins in March, so that the leap day is its last. An era has 400 years.
const DAYS_PER_ERA = 146_097
const DAYS_BEFORE_1970 = 719_468

function daysOf(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra - DAYS_BEFORE_1970
}

function dateOf(days: number): string {
  const sinceMarch0000 = days + DAYS_BEFORE_1970
  const era = Math.floor(sinceMarch0000 / DAYS_PER_ERA)
  const dayOfEra = sinceMarch0000 - era * DAYS_PER_ERA
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`
}

function digits(value: number, width: number): string {
  return value.toString().padStart(width, '0')
}

function floorDivide(a: bigint, b: bigint): bigint {
  return a >= 0n || a % b === 0n ? a / b : a / b - 1n
}
