// The log every room writes to. The argument order is pino's, so that a pino logger is one as it is.

/** Structured logging: facts first, then one sentence for people. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
