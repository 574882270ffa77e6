// Every way a request can end badly, brought to one problem answer.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '#core/errors.ts'
import { createPathBook } from './allowed-methods.ts'
import { greet, requestTraceOf } from './common-headers.ts'
import { BODY_SIZE_MAX, mediaTypeProblem } from './json-body.ts'
import {
  bugProblem,
  edgeProblem,
  errorProblem,
  PROBLEM_TYPE,
  problemBody,
  sendProblem,
  writeProblem,
  type EdgeCode,
  type Problem,
} from './problems.ts'
import { requestIdOf } from './request-id.ts'
import { traceOf } from './trace.ts'
import type { HttpLog } from './log.ts'

/** Bytes of a body that was refused as too large; whoever sends more is cut off. */
const DISCARDED_SIZE_MAX = 64 * BODY_SIZE_MAX

/** What was no request, and what it was answered with. */
export interface BrokenRequest {
  readonly code: string
  readonly requestId: string
}

/** Answers errors and unknown paths of the whole instance. Call it before any route is added. */
export function handleErrors(app: FastifyInstance, log: HttpLog): void {
  const paths = createPathBook(app)
  app.setErrorHandler((error, request, reply) => sendError({ error, request, reply, log }))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    const methods = paths.methodsOf(path)
    return sendProblem(
      reply,
      methods.length === 0
        ? edgeProblem('path_not_found', `there is nothing at ${path.slice(0, 200)}; GET / has links`)
        : edgeProblem('method_not_allowed', `${path.slice(0, 200)} has ${methods.join(', ')}`, {
            allow: methods.join(', '),
          }),
    )
  })
}

/** Answers what Fastify refuses before it has a route: these requests run no hooks, and know nothing of their app. */
export function sendFrameworkError(
  error: { readonly code: string },
  request: FastifyRequest,
  reply: FastifyReply,
  isTls: boolean,
): BrokenRequest {
  greet(request, reply, isTls)
  const problem =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? edgeProblem('path_not_found', 'a part of the path is longer than any id')
      : edgeProblem('bad_request', 'the path is not valid percent-encoded UTF-8')
  void writeProblem(reply, problem)
  return { code: problem.code, requestId: request.id }
}

function sendError(end: {
  readonly error: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly log: HttpLog
}): FastifyReply {
  const { error, request, reply, log } = end
  const problem = problemOf(error, request)
  if (problem.code === 'body_too_large') discardRest(request, reply)
  if (problem.status >= 500) {
    const fields = {
      request_id: request.id,
      trace_id: requestTraceOf(request).traceId,
      method: request.method,
      path: request.routeOptions.url,
      err: error,
    }
    if (problem.status === 503) log.warn(fields, 'request not answered: unavailable')
    else log.error(fields, 'request failed: a bug')
  }
  return sendProblem(reply, problem)
}

/**
 * A connection closed on a client that is still sending is reset, and the client never sees the answer. So what it still
 * sends is read and thrown away, up to a bound; `requestTimeout` bounds the time.
 */
function discardRest({ raw }: FastifyRequest, reply: FastifyReply): void {
  void reply.removeHeader('connection')
  let size = 0
  raw.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > DISCARDED_SIZE_MAX) raw.destroy()
  })
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof AppError) return errorProblem(error)
  const { code, statusCode } = error as { readonly code?: string; readonly statusCode?: number }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return edgeProblem('body_too_large', `a body has at most ${request.routeOptions.bodyLimit} bytes here`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return mediaTypeProblem(request)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return edgeProblem('bad_request', 'the body is not as long as Content-Length says')
    default:
      // A body that breaks off carries the socket's code and Fastify's 400.
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? edgeProblem('bad_request', 'the request broke off or cannot be read')
        : bugProblem()
  }
}

const CLIENT_ERRORS: Partial<Record<string, { readonly code: EdgeCode; readonly detail: string }>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', detail: 'the headers are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request_timeout', detail: 'the request did not arrive in time' },
}

/** Errors of HTTP; others are those of a connection, which can no longer or, before a TLS handshake, not yet answer. */
const HTTP_ERROR = /^(HPE|ERR_HTTP)_/

/** Answers bytes that are not HTTP; there is no request then, only a socket. Answers with what it told, if anything. */
export function endBrokenConnection(
  error: Error & { readonly code?: string },
  socket: Socket,
): BrokenRequest | null {
  if (!HTTP_ERROR.test(error.code ?? '') || !socket.writable) {
    socket.destroy()
    return null
  }
  const { code, detail } = CLIENT_ERRORS[error.code ?? ''] ?? {
    code: 'bad_request' as const,
    detail: 'this is not an HTTP request',
  }
  const problem = edgeProblem(code, detail)
  const id = requestIdOf({ headers: {} })
  const { traceId, traceparent } = traceOf(undefined)
  const body = JSON.stringify(problemBody(problem, { requestId: id, traceId }))
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${id}\r\nTraceparent: ${traceparent}\r\nConnection: close\r\n\r\n${body}`,
  )
  return { code, requestId: id }
}
