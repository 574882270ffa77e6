// The one exception of Florin. Expected refusals are values (see codes.ts); bugs are assertions (see assert.ts).

/** What went wrong, from the caller's point of view. Each edge maps every kind to its own status in one total table. */
export type ErrorKind =
  | 'application'
  | 'bad_request'
  | 'conflict'
  | 'domain'
  | 'exhausted'
  | 'forbidden'
  | 'internal'
  | 'marshaling'
  | 'not_found'
  | 'unauthorized'
  | 'validation'
  | 'unavailable'

/** Whether sending the same request again may help. */
export type Retry = 'temporary' | 'permanent' | 'unknown'

/** One thing wrong with one field of a request. `field` is a path as the caller wrote it: `postings[0].amount`. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

/** What an AppError may carry besides its kind and message. */
export interface AppErrorOptions {
  readonly cause?: unknown
  readonly code?: string
  readonly retry?: Retry
  readonly fields?: readonly FieldError[]
  /** When a retry may help; the edges have a default. */
  readonly retryAfterSeconds?: number
  readonly attempt?: AttemptDetails
}

/** For the audit log: who tried, and what, where only the one who throws can tell. */
export interface AttemptDetails {
  readonly caller?: { readonly principal: string; readonly credential?: string }
  /** Such as `account:1001`. */
  readonly target?: string
}

/** An exceptional end of a request or of a start: wraps its cause and says whether a retry may help. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: ErrorKind
  readonly code: string
  readonly retry: Retry
  readonly fields: readonly FieldError[]
  readonly retryAfterSeconds: number | undefined
  readonly attempt: AttemptDetails | undefined

  constructor(kind: ErrorKind, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.code = options.code ?? kind
    this.retry = options.retry ?? (kind === 'unavailable' ? 'temporary' : 'permanent')
    this.fields = options.fields ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
    this.attempt = options.attempt
  }
}

/**
 * The error for one bad field.
 * @example throw invalidField('amount', 'must be a string such as "150.25"')
 */
export function invalidField(field: string, message: string): AppError {
  return invalidFields([{ field, message }])
}

/** The error for one or more bad fields; its message names the first. */
export function invalidFields(fields: readonly FieldError[]): AppError {
  const first = fields[0]
  return new AppError('validation', first ? `${first.field} ${first.message}` : 'the request is not valid', {
    code: 'validation_failed',
    fields,
  })
}
