// Answers that are made while they are read.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { requestTraceOf } from './common-headers.ts'
import type { HttpLog } from './log.ts'

/** A text in pieces. */
interface Pieces {
  readonly type: string
  readonly pieces: AsyncGenerator<string>
  readonly log: HttpLog
}

/**
 * Sends a text piece by piece, each made when the reader has taken the one before. What fails before the first piece is
 * answered as any error; later the connection breaks off, so that nobody takes a part for the whole.
 */
export async function sendPieces(reply: FastifyReply, { type, pieces, log }: Pieces): Promise<FastifyReply> {
  const first = await pieces.next()

  async function* all(): AsyncGenerator<string> {
    try {
      if (first.done !== true) yield first.value
      yield* pieces
    } catch (error) {
      const { id, routeOptions } = reply.request
      const { traceId } = requestTraceOf(reply.request)
      log.error(
        { request_id: id, trace_id: traceId, path: routeOptions.url, err: error },
        'an answer broke off',
      )
      throw error
    }
  }

  return reply.type(type).send(Readable.from(all()))
}
