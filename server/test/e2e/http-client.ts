/** HTTP as a client sends it: every answer read whole, every request bounded in time. */
import assert from 'node:assert/strict'
import type { Loose } from '../http-edge.ts'

/** An answer: the text as it came, and what the text says. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Loose
}

/** Bytes, text or a stream are sent as they are, anything else as JSON. */
export interface Ask {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A Florin at an address. */
export interface Client {
  ask(path: string, ask?: Ask): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** All rows of a list. */
  list(path: string): Promise<Loose[]>
}

const REQUEST_MAX_MS = 20_000
const PAGE_SIZE = 1000
const PAGES_MAX = 2000

/** Makes the client; `api` is the address that the ready line gives. */
export function createClient(api: string): Client {
  async function ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body), duplex: 'half' }),
      signal: AbortSignal.timeout(REQUEST_MAX_MS),
    })
    const text = await response.text()
    const parsed: Loose = text === '' ? undefined : JSON.parse(text)
    return { status: response.status, headers: response.headers, text, body: parsed }
  }

  async function list(path: string): Promise<Loose[]> {
    const rows: Loose[] = []
    let cursor = ''
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const joiner = path.includes('?') ? '&' : '?'
      const { status, body, text } = await ask(`${path}${joiner}limit=${PAGE_SIZE}${cursor}`)
      assert.equal(status, 200, text)
      rows.push(...body.data)
      if (body.next_cursor === null) return rows
      cursor = `&cursor=${body.next_cursor}`
    }
    throw new Error(`${path} has more than ${PAGES_MAX} pages`)
  }

  return {
    ask,
    get: (path) => ask(path),
    post: (path, body, headers = {}) => ask(path, { method: 'POST', body, headers }),
    list,
  }
}

/** What must be equal in two answers to one request: all but the request's own id. */
export function sameness({ status, body }: Answer): string {
  const { request_id: _requestId, trace_id: _traceId, ...rest } = body
  return JSON.stringify([status, rest])
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
}
