// RFC 3339 times as callers write them, brought to Florin's one form: UTC with microseconds.
import type { Instant } from '#core/instant.ts'
import { parsed, problem, type Parsed } from '#core/parsed.ts'

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([Zz]|[+-]\d\d:\d\d)$/

const wanted = 'must be a time of RFC 3339 with at most 6 digits of a second, such as 2026-11-21T11:35:00Z'

/**
 * Reads an RFC 3339 time with any offset. A space before the offset is taken as the plus it was before the URL was
 * decoded.
 */
export function parseInstant(text: string): Parsed<Instant> {
  const match = RFC_3339.exec(text.replace(/ (\d\d:\d\d)$/, '+$1'))
  if (match === null) return problem(wanted)
  const [, date, time, fraction = '', offset = ''] = match
  const ms = Date.parse(`${date}T${time}${offset.toUpperCase()}`)
  // Date.parse takes February 30 for March 2; a round trip does not.
  if (Number.isNaN(ms) || !new Date(`${date}T${time}Z`).toISOString().startsWith(`${date}T${time}`)) {
    return problem(wanted)
  }
  const utc = new Date(ms).toISOString()
  return utc.length === 24
    ? parsed(`${utc.slice(0, 19)}.${fraction.padEnd(6, '0')}Z` as Instant)
    : problem(wanted)
}
