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
