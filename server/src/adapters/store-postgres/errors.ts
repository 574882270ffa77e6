// What errors of the driver mean here. SQLSTATEs only: message text is never matched. Only what the driver itself threw
// is brought here; code that reads rows stands outside, so that its bugs are not taken for a lost connection.
import { DatabaseError, type Pool } from 'pg'
import type { PostgresPool } from 'kysely'
import { AppError } from '#core/errors.ts'
import { queryOver } from './query.ts'

/**
 * - `lost`: the connection is gone, or nobody can tell. What the driver throws without a SQLSTATE has no mark of its own
 *   (a closed socket, its timeouts, an answer it cannot read), and after COMMIT was sent only this leads to a look-up.
 * - `conflict`: rolled back through no fault of the batch; deciding it again is safe and may well succeed.
 * - `collision`: the same, and if it happens again and again two commands of one batch are in each other's way.
 * - `trouble`: the server has no disk, memory or time left; nothing was changed.
 * - `bug`: any other error that the server names.
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

/** What an error that the driver threw means. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof DatabaseError) || error.code === undefined) return 'lost'
  const state = error.code
  return FAULTS[state] ?? FAULTS[state.slice(0, 3)] ?? FAULTS[state.slice(0, 2)] ?? 'bug'
}

/** The error that callers see while the database is in no state to work; nothing was changed. */
export function databaseAway(cause: unknown): AppError {
  return new AppError('unavailable', 'the database is not available; nothing was changed', { cause })
}

/** Waits for the driver; throws `unavailable` where it says that the database cannot answer. */
export async function orUnavailable<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw ['lost', 'trouble'].includes(faultOf(error)) ? databaseAway(error) : error
  }
}

/**
 * A pool for the query builder whose every answer comes in time or through `orUnavailable`. `prepared`: each statement is planned a
 * few times a connection and not every time, so only for few statements.
 */
export function withUnavailable(
  pool: Pool,
  { prepared, timeoutMs }: { readonly prepared: boolean; readonly timeoutMs: number | null },
): PostgresPool {
  const names = new Map<string, string>()

  function nameOf(text: string): string {
    const name = names.get(text) ?? `read_${names.size + 1}`
    names.set(text, name)
    return name
  }

  return {
    async connect() {
      const client = await orUnavailable(pool.connect())
      const ask = queryOver(client, timeoutMs)
      const query = (text: string, values: unknown[]) =>
        orUnavailable(ask({ text, values, ...(prepared && { name: nameOf(text) }) }))
      // The type of `query` also has a form for cursors, which need a setting that nobody makes.
      return { query: query as never, release: (destroy) => client.release(destroy) }
    },
    options: pool.options,
    end: () => pool.end(),
  }
}
