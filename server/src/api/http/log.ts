/** Where the edge reports: pino's argument order. */
export interface HttpLog {
  debug(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
