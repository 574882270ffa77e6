// What PostgreSQL's errors mean here. SQLSTATEs only: message text is never matched.
import { DatabaseError } from 'pg'
import { AppError } from '#core/errors.ts'

/**
 * - `lost`: the connection is gone (the driver's own errors carry no SQLSTATE).
 * - `conflict`: rolled back through no fault of the batch; deciding it again is safe and may well succeed.
 * - `collision`: the same, and if it happens again and again two commands of one batch are in each other's way.
 * - `trouble`: the server has no disk, memory or time left; nothing was changed.
 * - `bug`: anything else.
 */
export type Fault = 'lost' | 'conflict' | 'collision' | 'trouble' | 'bug'

/** By SQLSTATE, or by its class (the first two or three characters). */
const FAULTS: Readonly<Record<string, Fault>> = {
  '08': 'lost', // connection exception
  '57P': 'lost', // admin shutdown, crash shutdown, cannot connect now
  '40001': 'conflict', // serialization failure
  '40P01': 'conflict', // deadlock detected
  '55P03': 'conflict', // lock timeout
  '23505': 'collision', // unique violation: another process made the same thing at the same time
  '53': 'trouble', // insufficient resources
  '57014': 'trouble', // statement timeout
  '58': 'trouble', // system error
}

/** What an error of the driver means. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof DatabaseError)) return 'lost'
  const state = error.code ?? ''
  return FAULTS[state] ?? FAULTS[state.slice(0, 3)] ?? FAULTS[state.slice(0, 2)] ?? 'bug'
}

/** The error that callers see while the database is in no state to work; nothing was changed. */
export function databaseAway(cause: unknown): AppError {
  return new AppError('unavailable', 'the database is not available; nothing was changed', { cause })
}

/** The same functions, which throw `unavailable` where the driver would throw that it lost its connection. */
export function withUnavailable<Port extends object>(port: Port): Port {
  const guarded = Object.entries(port).map(
    ([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      name,
      async (...args: unknown[]) => {
        try {
          return await method(...args)
        } catch (error) {
          throw ['lost', 'trouble'].includes(faultOf(error)) ? databaseAway(error) : error
        }
      },
    ],
  )
  return Object.fromEntries(guarded) as Port
}
