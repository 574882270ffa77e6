// Errors as people read them: sentences on stderr, and the stack only when asked for.
import { inspect, styleText } from 'node:util'
import { AppError } from '#core/errors.ts'
import { exitCodes } from './usage.ts'

/** Prints an error and answers the exit code that it means. */
export function printError(error: unknown, debug: boolean): number {
  for (const line of toLines(error)) process.stderr.write(`${line}\n`)
  if (debug) process.stderr.write(`${inspect(error)}\n`)
  const isUsage = error instanceof AppError && ['validation', 'bad_request'].includes(error.kind)
  return isUsage ? exitCodes.usage : exitCodes.failed
}

function toLines(error: unknown): string[] {
  const name = styleText('red', 'florin:', { stream: process.stderr })
  if (!(error instanceof AppError)) {
    return [`${name} something went wrong that should not: ${messageOf(error)}`, '  --debug shows where']
  }
  if (error.fields.length > 0) return error.fields.map(({ field, message }) => `${name} ${field} ${message}`)
  const { cause } = error
  return [`${name} ${error.message}`, ...(cause === undefined ? [] : [`  because: ${messageOf(cause)}`])]
}

/** Node's connection errors have an empty message and the real ones inside. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
