import { EVENT_WAIT_MAX_MS } from '#app/events.ts'
import { eventPage, EventsQuery } from '../../http/v2/events.ts'
import { answered, unary, type Edge, type Handlers } from '../calls.ts'
import type { Fields } from '../codec.ts'
import { closingProblem, serverStream } from '../streams.ts'
import { readList } from './lists.ts'

/** Events of one message of Watch, at most. */
const WATCHED_AT_ONCE_MAX = 500

/** florin.v2.EventService */
export function createEventService(edge: Edge): Handlers {
  return {
    ListEvents: unary(edge, async (fields, { florin, askAgain }) => {
      const { data: events, ...page } = await eventPage(florin, readQuery(fields), edge.closing)
      // It may have waited for half a minute.
      await askAgain()
      return answered({ events, ...page })
    }),

    Watch: serverStream(edge, async function* (fields, { florin, signal }) {
      const asked = { ...fields, limit: WATCHED_AT_ONCE_MAX, wait: EVENT_WAIT_MAX_MS / 1000 }
      let after = fields['after']
      while (!signal.aborted) {
        const query = readQuery({ ...asked, after })
        const { data: events, next_cursor: next } = await eventPage(florin, query, signal)
        if (next !== after && next !== START) yield { events, next_cursor: next }
        after = next
      }
      return edge.closing.aborted ? closingProblem : null
    }),
  }
}

const START = '0-0'

function readQuery({ types, ...fields }: Fields) {
  return readList(
    EventsQuery,
    types === undefined ? fields : { ...fields, types: (types as string[]).join(',') },
  )
}
