import { z } from 'zod'
import { EVENT_WAIT_MAX_MS } from '#app/events.ts'
import type { Florin } from '#app/florin.ts'
import { eventTypes, type FactType } from '#core/facts.ts'
import { parsed, problem, type Parsed } from '#core/parsed.ts'
import { askAgain, type FlorinOf } from '../access.ts'
import { limit, parsedText, queryInteger } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import type { ZodApp } from '../validation.ts'
import { instant } from './shown.ts'

type EventQuery = Parameters<Florin['events']['read']>[0]
type JournalEvent = Awaited<ReturnType<Florin['events']['read']>>[number]
type Position = EventQuery['after']

const START: Position = { page: 0, position: 0 }
const WAIT_MAX_SECONDS = EVENT_WAIT_MAX_MS / 1000
/** How many pages of other types, and of what events do not show, one request reads past before its page is empty. */
const READS_MAX = 20

/** `GET /v2/events` */
export const EventsQuery = z.strictObject({
  after: parsedText(parsePosition, {
    description:
      '`next_cursor` of the page before, or the `id` of the last event you handled; absent: from the start',
    examples: ['42-0'],
  }).optional(),
  limit,
  wait: queryInteger(
    { min: 0, max: WAIT_MAX_SECONDS },
    { description: 'Seconds to wait for the first event when there is none yet', default: 0 },
  ).default(0),
  types: parsedText(parseTypes, {
    description: `Only these, separated by commas: ${eventTypes.join(', ')}`,
    examples: ['transfer.posted,transfer.failed'],
  }).optional(),
})

const EventSchema = z
  .strictObject({
    id: z.string().meta({ description: 'Place in the journal: page and position', examples: ['42-0'] }),
    type: z.enum(eventTypes),
    time: instant,
    principal: z.string().meta({ description: 'Who caused it' }),
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What it says; the fields depend on the type' }),
  })
  .meta({ id: 'Event' })

const EventPage = z
  .strictObject({
    data: z.array(EventSchema),
    next_cursor: z
      .string()
      .meta({ description: '`after` of the next request; always there, so that you can go on' }),
  })
  .meta({ id: 'EventPage' })

/** Adds `/events`. */
export function serveEvents(app: ZodApp, florinOf: FlorinOf): void {
  // Waiting readers must not hold up a shutdown.
  const waiting = new Set<AbortController>()
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    for (const controller of waiting) controller.abort()
    done()
  })

  app.get(
    '/events',
    {
      schema: {
        operationId: 'listEvents',
        tags: ['events'],
        summary:
          'Everything that happened, oldest first: nothing missed, nothing twice, from any point again',
        description:
          'Keep `next_cursor` when you have handled a page, and send it as `after`. `wait` makes it a long poll. With `types` a page may be empty although there is more: go on from `next_cursor`.',
        querystring: EventsQuery,
        response: { 200: answer('A page of events', EventPage), ...problems('path') },
      },
    },
    async (request): Promise<z.output<typeof EventPage>> => {
      const { query, raw } = request
      const controller = new AbortController()
      const stop = (): void => controller.abort()
      waiting.add(controller)
      // A request may still arrive on a connection that was open when closing began.
      if (closing) stop()
      raw.socket.once('close', stop)
      try {
        const page = await eventPage(florinOf(request), query, controller.signal)
        await askAgain(request)
        return page
      } finally {
        raw.socket.removeListener('close', stop)
        waiting.delete(controller)
      }
    },
  )
}

/** A page of events; waits for the first as long as the query says, or until the signal. */
export async function eventPage(florin: Florin, query: z.output<typeof EventsQuery>, signal: AbortSignal) {
  let after = query.after ?? START
  let shown: JournalEvent[] = []
  const types: ReadonlySet<FactType> = query.types ?? new Set(eventTypes)
  const endMs = performance.now() + query.wait * 1000
  for (let reads = 0; reads < READS_MAX && shown.length === 0; reads += 1) {
    // What nobody is shown ends no wait. After a page of other types the caller asks again anyway.
    const waits = reads === 0 || query.types === undefined
    const waitMs = waits ? Math.max(0, endMs - performance.now()) : 0
    const events = await florin.events.read({ after, limit: query.limit, waitMs, signal })
    shown = events.filter(({ fact }) => types.has(fact.type))
    after = events.at(-1) ?? after
    if (events.length === 0 || (events.length < query.limit && waitMs === 0)) break
  }
  return { data: shown.map(toEvent), next_cursor: positionText(after) }
}

function toEvent(event: JournalEvent): z.output<typeof EventSchema> {
  const { fact, sealedAt } = event
  return {
    id: positionText(event),
    type: fact.type as z.output<typeof EventSchema>['type'],
    time: sealedAt,
    principal: fact.principal,
    data: fact.data,
  }
}

function positionText({ page, position }: Position): string {
  return `${page}-${position}`
}

function parsePosition(text: string): Parsed<Position> {
  const match = /^(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,8})$/.exec(text)
  return match === null
    ? problem('must be the id of an event or a next_cursor, such as 42-0')
    : parsed({ page: Number(match[1]), position: Number(match[2]) })
}

function parseTypes(text: string): Parsed<ReadonlySet<FactType>> {
  const types = text.split(',')
  const unknown = types.find((type) => !(eventTypes as readonly string[]).includes(type))
  return unknown === undefined
    ? parsed(new Set(types as FactType[]))
    : problem(
        `has an unknown type ${JSON.stringify(unknown.slice(0, 40))}; there are ${eventTypes.join(', ')}`,
      )
}
