// How the server is asked. Not with the promises of `pg`, and not with its `query_timeout`: both write a function down as
// the value of a property (`query.callback = …`), which V8 makes among the old objects, taking it for a method. Nothing
// but a full collection ends it, and until then it holds the answer, rows and all (measured: 578 bytes of each answer of
// one row went among the old objects, and 15 as it is asked here).
import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg'

/**
 * Asks over one connection. Rejects with what the server says, or when it says nothing in time: then the connection is
 * given up, for what comes late would be taken for the answer to another question.
 */
export type Query = <Row extends QueryResultRow>(question: string | QueryConfig) => Promise<QueryResult<Row>>

/**
 * Asks over this connection; an answer may take `timeoutMs`, null: as long as it likes. What is asked in one turn leaves in
 * one write: each write wakes the server (80 us of this thread), which then begins with what it got and sleeps again.
 */
export function queryOver(client: Client, timeoutMs: number | null): Query {
  let isHeld = false

  function holdUntilTurnEnds(): void {
    if (isHeld) return
    const { stream } = client.connection
    stream.cork()
    isHeld = true
    process.nextTick(() => {
      isHeld = false
      stream.uncork()
    })
  }

  return async <Row extends QueryResultRow>(question: string | QueryConfig) => {
    try {
      return await new Promise<QueryResult<Row>>((resolve, reject) => {
        const giveUp = (): void => {
          reject(new Error(`no answer from PostgreSQL within ${timeoutMs} ms`))
          client.connection.stream.destroy()
        }
        const timer = timeoutMs === null ? null : setTimeout(giveUp, timeoutMs)
        holdUntilTurnEnds()
        client.query<Row>(question, (error, result) => {
          if (timer !== null) clearTimeout(timer)
          if (error) reject(error)
          else resolve(result)
        })
      })
    } catch (error) {
      // From where it was asked: what the driver knows is where the answer was read.
      Error.captureStackTrace(error as Error)
      throw error
    }
  }
}
