// Bodies: JSON in UTF-8, read strictly, so that what is stored is what was sent.
import { isUtf8 } from 'node:buffer'
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { AppError, invalidField } from '#core/errors.ts'
import { isStorableText } from '#core/metadata.ts'
import { countMembers, measureJson, repeatedKey } from './json-shape.ts'
import { edgeProblem, type Problem } from './problems.ts'

/** The largest body, in bytes. A transfer of 100 postings with full metadata is below 64 KiB. */
export const BODY_SIZE_MAX = 1024 * 1024
/** How deep a body may nest; the deepest that is valid has 3 levels. */
const DEPTH_MAX = 32

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/i

/** Makes the instance read application/json, and nothing else. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseBody(request, body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** The problem for a body that is not JSON by its content type. */
export function mediaTypeProblem(request: FastifyRequest): Problem {
  const type = request.headers['content-type']
  const given = type === undefined ? 'it has none' : `it came as ${type.slice(0, 100)}`
  return edgeProblem('unsupported_media_type', `send JSON as Content-Type: application/json; ${given}`)
}

function parseBody(request: FastifyRequest, body: Buffer): unknown {
  const type = request.headers['content-type'] as string
  if (type !== 'application/json') checkCharset(type)
  if (body.length === 0) throw unreadable('the body is empty; send a JSON object')
  // Node would replace broken bytes by U+FFFD without a word.
  if (!isUtf8(body)) throw unreadable('the body is not valid UTF-8')
  const { depth, members } = measureJson(body)
  if (depth > DEPTH_MAX) throw unreadable(`the body nests deeper than ${DEPTH_MAX} levels`)
  const text = body.toString('utf8')
  const value = parseJson(text)
  if (countMembers(value) !== members) {
    throw invalidField(repeatedKey(text) ?? 'body', 'is given twice in one object')
  }
  // NUL and lone surrogates can only come as escapes, so most bodies need no walk.
  if (text.includes('\\u') || text.includes('__proto__')) checkText(value, '')
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(`the body is not valid JSON: ${(error as Error).message}`)
  }
}

function checkCharset(type: string): void {
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase()
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE()
  }
}

function checkText(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (!isStorableText(value)) {
      throw invalidField(path || 'body', 'must not hold U+0000 or half of a surrogate pair')
    }
    return
  }
  if (value === null || typeof value !== 'object') return
  const inArray = Array.isArray(value)
  for (const [key, member] of Object.entries(value)) {
    const memberPath = inArray ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    if (!isStorableText(key)) {
      throw invalidField(path || 'body', 'must not have a key with U+0000 or half of a surrogate pair')
    }
    if (key === '__proto__') throw invalidField(memberPath, 'is not allowed as a key')
    checkText(member, memberPath)
  }
}

function unreadable(detail: string): AppError {
  return new AppError('bad_request', detail)
}
