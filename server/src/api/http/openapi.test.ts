import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { edgeMeanings, errorMeanings, refusalMeanings } from './problems.ts'
import { assertDocumented, createEdge, type Edge } from '#test/http-edge.ts'

describe('/openapi.json', () => {
  let edge: Edge
  before(async () => void (edge = await createEdge()))
  after(() => edge.close())

  const operations = () =>
    Object.entries(edge.openapi.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    )

  it('is OpenAPI 3.1', () => assert.match(edge.openapi.openapi, /^3\.1\./))

  it('has every route', () => {
    const routed = edge.app
      .printRoutes({ commonPrefix: false, includeHooks: false })
      .split('\n')
      .filter((line) => line.includes('('))
    const documented = operations()
    assert.ok(documented.length >= 50)
    // GET brings HEAD along; /openapi.json does not describe itself.
    const wanted = routed.flatMap((line) => /\(([^)]*)\)/.exec(line)?.[1]?.split(', ') ?? [])
    const count = wanted.filter((method) => method !== 'HEAD').length
    assert.equal(documented.length, count - 1)
  })

  it('has an operation id of its own, problems and a request id for each', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
    for (const { path, method, operation } of operations()) {
      const statuses = Object.keys(operation.responses)
      const wanted =
        method === 'GET' ? ['400', '422', '500', '503'] : ['400', '413', '415', '422', '500', '503']
      for (const status of wanted) assert.ok(statuses.includes(status), `${method} ${path} ${status}`)
      for (const response of Object.values(operation.responses)) {
        assert.ok('X-Request-Id' in (response.headers ?? {}), `${method} ${path}`)
      }
      const headers = operation.parameters?.filter((one) => one.in === 'header').map(({ name }) => name) ?? []
      // What comes to the same when it is done twice, or whose answer nobody may be shown again.
      const isLogin = path.startsWith('/v2/auth/') || /\/(password|roles|sessions)\b/.test(path)
      const keyless =
        method === 'GET' || isLogin || ['/v2/transfers/simulate', '/v2/test-clock/advance'].includes(path)
      assert.equal(headers.includes('Idempotency-Key'), !keyless, path)
      const versioned =
        (['PATCH', 'PUT', 'DELETE'].includes(method) && !isLogin && !path.startsWith('/v2/api-keys/')) ||
        path.endsWith('}/close')
      assert.equal(headers.includes('If-Match'), versioned, path)
    }
  })

  it('says of every read that it has a tag, and of every body whether it is needed', () => {
    const optional: string[] = []
    for (const { path, method, operation } of operations()) {
      const isRead = method === 'GET'
      const headers = operation.parameters?.map(({ name }) => name) ?? []
      assert.equal(headers.includes('If-None-Match'), isRead, path)
      assert.equal('ETag' in (operation.responses['304']?.headers ?? {}), isRead, path)
      if (operation.requestBody?.required === false) optional.push(operation.operationId)
    }
    const bodiless = ['approveTransfer', 'captureHold', 'closeAccount', 'logout', 'rejectTransfer', 'releaseHold', 'reverseTransfer', 'rotateApiKey'] // prettier-ignore
    assert.deepEqual(optional.sort(), bodiless)
  })

  it('has no schema that is unused, none that is missing, and closed objects', () => {
    const text = JSON.stringify(edge.openapi)
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name))
    assert.deepEqual(used, new Set(Object.keys(edge.openapi.components.schemas)))
    for (const [name, schema] of Object.entries(edge.openapi.components.schemas)) {
      assert.equal((schema as { additionalProperties?: unknown }).additionalProperties, false, name)
    }
  })

  it('is what every answer of the tests is compared with: a field too many or an unknown status fails', () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const check = (status: number, body: object) => () =>
      assertDocumented(edge.openapi, {
        method: 'GET',
        path: '/v1/accounts/1',
        answer: { status, headers, body },
      })
    assert.doesNotThrow(check(200, { account_id: 1, balance: '1' }))
    assert.throws(check(200, { account_id: 1, balance: '1', extra: true }))
    assert.throws(check(200, { account_id: 1, balance: 1 }))
    assert.throws(check(418, { account_id: 1, balance: '1' }))
  })

  it('names every code of a problem', () => {
    const text = JSON.stringify(edge.openapi.components.schemas['Problem'])
    const codes = [
      ...Object.keys(refusalMeanings),
      ...Object.keys(edgeMeanings),
      'outcome_unknown',
      'user_not_found',
    ]
    for (const code of codes) assert.ok(text.includes(code), code)
    const meanings = [refusalMeanings, errorMeanings, edgeMeanings].flatMap((table) => Object.values(table))
    for (const { status, title } of meanings) assert.ok(status >= 400 && status < 600 && title.length > 5)
  })
})
