// What is done to answers that can be long, which are reads and few others.
import type { FastifyInstance } from 'fastify'
import { compressAnswer } from './compression.ts'
import { tagRead } from './etag.ts'

/** Changes whose answer is as long as what was sent. */
const LONG_CHANGES = ['/v2/transfers/bulk']

/**
 * Tags every read, and compresses what can be long. Other answers have no hook at all, because every transfer would pay for
 * it. Call it before any route is added.
 */
export function finishLongAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const isRead = route.method === 'GET' || route.method === 'HEAD'
    if (!isRead && !LONG_CHANGES.includes(route.url)) return
    // Before Fastify's own for HEAD, which keeps only the length.
    const finish = isRead ? [tagRead, compressAnswer] : [compressAnswer]
    route.onSend = [...finish, ...[route.onSend ?? []].flat()]
  })
}
