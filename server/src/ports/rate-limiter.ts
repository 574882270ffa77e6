/** A token bucket: it holds `burst` tokens, and gets `perSecond` back. */
export interface RateLimit {
  readonly perSecond: number
  readonly burst: number
}

/** What became of a bucket. */
export interface Taken {
  /** False: there was no token, and none was taken. */
  readonly isAllowed: boolean
  /** Whole tokens left. */
  readonly remaining: number
  /** Until there is one token, in milliseconds; 0 when there is. */
  readonly waitMs: number
  /** Until the bucket is full, in milliseconds. */
  readonly fullInMs: number
}

/** Counts what each of many callers does against one limit. A bucket that nobody asked for yet is full. */
export interface RateLimiter {
  readonly limit: RateLimit
  /** Takes one token if there is one. */
  take(key: string): Taken | Promise<Taken>
  /** Takes so many tokens whatever there is; the bucket may then owe some, and refuses until it has them back. */
  owe(key: string, tokens: number): Taken | Promise<Taken>
}
