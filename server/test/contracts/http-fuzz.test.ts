/**
 * Random requests, made from /openapi.json, of callers of every role and of some who are nobody: each is answered as the
 * document says, nothing is logged as a bug, and money adds up afterwards. FLORIN_FUZZ_REQUESTS says how many; 10000 take
 * half a minute.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { authorizations, roleTokens } from '#test/access-world.ts'
import { assertDocumented, createEdge, type Ask, type Loose } from '#test/http-edge.ts'
import { testSeed } from '#test/seed.ts'

const REQUESTS = Number(process.env['FLORIN_FUZZ_REQUESTS'] ?? 3000)
const DEPTH_MAX = 6
/** The clock would run away. */
const LEFT_OUT = ['advanceTestClock']

/** Those of the document's examples, and the operator's. */
const ACCOUNTS = { 1001: 'EUR', 2002: 'EUR', 3003: 'JPY', 9001: 'EUR', 9002: 'JPY' }
const AMOUNTS = ['0.01', '1.5', '-1', '99999999999999999999999999999999999999', 'all']
/** What is sent has in its place, more often than not, the id of something that there is. */
const SOME_ID = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'
const IDS = ['1001', '2002', '3003', '9001', '0', SOME_ID, 'EUR', 'JPY', 'XXX', '1-0']
const TIMES = ['2026-01-01T00:00:00Z', '2099-01-01T00:00:00.000001+02:00', '2026-13-01T00:00:00Z']
const NASTY = ["'; drop table accounts; --", '__proto__', 'constructor', '\u0000', '🪙', ' ', 'x'.repeat(300)]
const TEXTS = [...AMOUNTS, ...IDS, ...TIMES, ...NASTY]

const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)

/** Texts that the schema allows, and now and then others. */
function textOf({ pattern, format }: Loose): fc.Arbitrary<string> {
  const allowed =
    format === 'date-time' ? TIMES : TEXTS.filter((one) => new RegExp(pattern ?? '', 'u').test(one))
  if (allowed.length === 0) return text
  return fc.oneof({ weight: 19, arbitrary: fc.constantFrom(...allowed) }, { weight: 1, arbitrary: text })
}
const authorization = fc.oneof(
  ...authorizations.map(({ weight, authorization: one }) => ({ weight, arbitrary: fc.constant(one) })),
)
const anything = fc.oneof(text, fc.integer(), fc.constantFrom(null, true, 1e300, [], {}), fc.json())

test('answers whatever it is sent as /openapi.json says', { timeout: 300_000 }, async (t) => {
  const edge = await createEdge({ tokens: roleTokens })
  const admin = { authorization: 'Bearer admin' }
  for (const [id, currency] of Object.entries(ACCOUNTS)) {
    const made = await edge.post('/v2/accounts', { id, currency, initial_balance: '1000' }, admin)
    assert.equal(made.status, 201)
  }
  const { paths, components } = edge.openapi

  /** Values that a schema describes, and now and then anything else. */
  function arbitraryOf(schema: Loose, depth = 0): fc.Arbitrary<unknown> {
    const described = describedBy(schema, depth)
    return depth === 0
      ? described
      : fc.oneof({ weight: 40, arbitrary: described }, { weight: 1, arbitrary: anything })
  }

  function describedBy(schema: Loose, depth: number): fc.Arbitrary<unknown> {
    if (schema.$ref) return describedBy(components.schemas[schema.$ref.split('/').at(-1)], depth)
    if (schema.examples) {
      const others = describedBy({ ...schema, examples: undefined }, depth)
      return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...schema.examples) }, others)
    }
    const choices = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf)
    if (choices) return fc.oneof(...choices.map((choice: Loose) => describedBy(choice, depth)))
    if (schema.allOf) return describedBy(Object.assign({}, ...schema.allOf), depth)
    if (schema.enum) return fc.constantFrom(...schema.enum)
    if ('const' in schema) return fc.constant(schema.const)
    switch (schema.type) {
      case 'object':
        return objectOf(schema, depth)
      case 'array':
        return fc.array(arbitraryOf(schema.items ?? {}, depth + 1), { maxLength: depth < DEPTH_MAX ? 3 : 0 })
      case 'integer':
      case 'number':
        return fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom(1, 2, 50) },
          { weight: 1, arbitrary: fc.integer() },
        )
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      case 'string':
        return textOf(schema)
      default:
        return anything
    }
  }

  function objectOf({ properties = {}, required = [] }: Loose, depth: number): fc.Arbitrary<object> {
    const members = Object.entries(properties as Record<string, Loose>)
    const shape = Object.fromEntries(members.map(([name, member]) => [name, arbitraryOf(member, depth + 1)]))
    return fc.boolean().chain((whole) => fc.record(shape, { requiredKeys: whole ? required : [] }))
  }

  function requestOf(
    path: string,
    method: string,
    operation: Loose,
  ): fc.Arbitrary<{ path: string; ask: Ask }> {
    const named = (place: string) =>
      Object.fromEntries(
        (operation.parameters ?? [])
          .filter((one: Loose) => one.in === place)
          .map((one: Loose) => [
            one.name,
            arbitraryOf({ examples: one.example && [one.example], ...one.schema }, 1).map(String),
          ]),
      )
    // A long poll would wait.
    const { wait: _wait, ...query } = named('query')
    const schema = operation.requestBody?.content['application/json'].schema
    return fc
      .record({
        params: fc.record(named('path')),
        query: fc.record(query, { requiredKeys: [] }),
        headers: fc.record(named('header'), { requiredKeys: [] }),
        authorization,
        body: schema
          ? fc.oneof({ weight: 9, arbitrary: arbitraryOf(schema) }, { weight: 1, arbitrary: text })
          : fc.constant(undefined),
      })
      .map(({ params, query: asked, headers, authorization: caller, body }) => {
        const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent((params as Loose)[name]))
        const search = new URLSearchParams(asked as Record<string, string>).toString()
        return {
          path: search === '' ? filled : `${filled}?${search}`,
          ask: {
            method: method.toUpperCase() as 'GET',
            headers: { ...onlyHeaders(headers), ...(caller === null ? {} : { authorization: caller }) },
            ...(body === undefined ? {} : { body }),
          },
        }
      })
  }

  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { operationId }]) => !LEFT_OUT.includes(operationId))
      .map(([method, operation]) => requestOf(path, method, operation)),
  )
  assert.ok(operations.length > 45)
  const seen = new Map<number, number>()
  const ids: string[] = []
  const samples = fc.sample(fc.oneof(...operations), { numRuns: REQUESTS, seed: testSeed() })
  for (const [i, { path: asked, ask }] of samples.entries()) {
    const { method = 'GET', headers = {}, body } = ask
    const withId = (sent: string): string => sent.replaceAll(SOME_ID, ids[i % (ids.length + 1)] ?? SOME_ID)
    const path = withId(asked)
    const payload = withId(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))
    const sent =
      payload === '' ? { headers } : { headers: { 'content-type': 'application/json', ...headers }, payload }
    const told = await edge.app.inject({ method, url: path, ...sent })
    assert.ok(told.statusCode < 500, `${method} ${path} ${payload}: ${told.statusCode} ${told.body}`)
    seen.set(told.statusCode, (seen.get(told.statusCode) ?? 0) + 1)
    const json = String(told.headers['content-type']).includes('json')
    const answer = { status: told.statusCode, headers: told.headers, body: json ? told.json() : told.body }
    assertDocumented(edge.openapi, { method, path, answer })
    if (told.statusCode === 201) ids.splice(0, ids.length, ...[answer.body.id, ...ids].slice(0, 4))
  }
  t.diagnostic([...seen].map(([status, times]) => `${status} ${times}`).join(', '))
  assert.deepEqual(edge.log, [])
  for (const status of [200, 201, 401, 403, 404, 409, 422])
    assert.ok(seen.has(status), `${status} in ${[...seen].join(' ')}`)
  assert.equal((await edge.get('/v2/trial-balance?currency=EUR', admin)).body.difference, '0.00')
  await edge.close()
})

/** What HTTP cannot carry in a header is another test's. */
function onlyHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(headers as Record<string, string>)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '?').trim()]),
  )
}
