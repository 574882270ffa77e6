// When the connection breaks after COMMIT was sent, the commit may or may not have happened. It is looked up, not guessed.
import type { Query } from './query.ts'
import type { Backend } from './writer.ts'

const BACKEND_GONE_POLL_MS = 20
const BACKEND_GONE_POLLS_MAX = 250

/**
 * Whether the batch was committed. The server process that had it is ended first and waited for: only then can it not
 * commit after it was found missing.
 */
export async function wasCommitted(query: Query, backend: Backend, batchId: string): Promise<boolean> {
  for (let polls = 0; await isAlive(query, backend); polls++) {
    if (polls === BACKEND_GONE_POLLS_MAX) throw new Error(`server process ${backend.pid} does not end`)
    await new Promise((resolve) => setTimeout(resolve, BACKEND_GONE_POLL_MS))
  }
  const { rowCount } = await query({
    text: 'select 1 from florin.journal_pages where batch_id = $1',
    values: [batchId],
  })
  return rowCount === 1
}

async function isAlive(query: Query, { pid, startedAt }: Backend): Promise<boolean> {
  const { rowCount } = await query({
    text: 'select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_start::text = $2',
    values: [pid, startedAt],
  })
  return rowCount === 1
}
