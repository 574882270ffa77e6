// Assertions stay on in production: a broken invariant must stop the request before it reaches the ledger.

/** Throws when `condition` is false. A failure is a bug in Florin, never the caller's fault. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

/** `value`, which by now cannot be undefined. */
export function expectDefined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`assertion failed: no ${what}`)
  return value
}
