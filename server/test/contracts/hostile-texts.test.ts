/**
 * SQL, and whatever else a text can hold that means something to somebody, in every string that REST takes, one by one, as
 * /openapi.json lists them: it is refused, or it is a text like any other and read back as it came. Afterwards the ledger
 * is proven.
 */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { createMovableClock } from '#adapters/runtime-node/clock.ts'
import { createEdge, type Ask, type Edge, type Loose } from '#test/http-edge.ts'
import { assertProven } from '#test/proven.ts'
import { SHARED_STORES, type Ledger } from '#test/stores.ts'

/** The first is right wherever SQL is put together from texts, the others in literals of arrays, JSON, LIKE and times. */
const HOSTILE = [
  `'); drop table florin.accounts cascade; --`,
  `","{},NULL\\"}',E'\\x00'||$1::text||$$`,
  'NULL',
  `%_\\u0000\\0{"a":[]}`,
  'infinity',
  '‮é🪙\uFEFF\t\r\n',
]
/** It moves the clock of everything that follows. */
const LEFT_OUT = ['advanceTestClock']

const SOURCE = '1001'
const DESTINATION = '2002'
/** One that a policy may be for, without getting in the way of the others. */
const OTHER = '3003'
const TRANSFER = { source: SOURCE, destination: DESTINATION, amount: '0.01', currency: 'EUR' }
/** What is asked for where the fields that must be there do not say enough. */
const BASES: Loose = {
  createTransfer: TRANSFER,
  simulateTransfer: TRANSFER,
  createTransfers: { mode: 'independent', items: [TRANSFER] },
  createHold: TRANSFER,
  createPolicy: { account_id: OTHER, rules: {} },
  createCurrency: { code: 'GEM', scale: 2, name: 'Gem' },
  createAccount: { currency: 'EUR' },
  createUser: {},
}

for (const underTest of SHARED_STORES) {
  after(() => underTest.stop())

  test(`${underTest.name}: no text is more than a text`, { skip: underTest.skip }, async (t) => {
    const ledger = await underTest.open(createMovableClock())
    const edge = await createEdge({ store: ledger.store })
    t.after(async () => {
      await edge.close()
      await ledger.close()
    })
    const ids = await furnish(edge)
    let [refused, taken] = [0, 0]
    for (const { path, ask } of hostileRequests(edge, ids)) {
      const { status, headers, body } = await edge.ask(path, ask)
      const what = `${ask.method} ${path} ${JSON.stringify(ask.body ?? ask.headers)}`
      assert.ok(status < 500, `${what}: ${status}`)
      if (status < 400) taken += 1
      else refused += 1
      const { location } = headers
      if (status === 201 && typeof location === 'string') await readsBack(edge, location, body, what)
    }
    t.diagnostic(`${refused} refused, ${taken} taken`)
    assert.ok(refused > 500 && taken > 300)
    assert.deepEqual(edge.log, [])
    await assertProven(ledger.url as string)
  })
}

/** Makes one of each thing that a path can name; answers their ids by the names of the paths' parameters. */
async function furnish(edge: Edge<Ledger>): Promise<Record<string, string>> {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await edge.post(path, body)
    assert.equal(answer.status, 201, path)
    return answer.body.id
  }
  for (const id of [SOURCE, DESTINATION, OTHER]) {
    await made('/v2/accounts', { id, currency: 'EUR', initial_balance: '1000' })
  }
  return {
    account_id: SOURCE,
    user_id: await made('/v2/users', {}),
    transfer_id: await made('/v2/transfers', TRANSFER),
    hold_id: await made('/v2/holds', TRANSFER),
    policy_id: await made('/v2/policies', { account_id: DESTINATION, rules: { maximum: '500' } }),
    api_key_id: await made('/v2/api-keys', { name: 'a key', scopes: ['users:read'] }),
  }
}

/** What was made is found again, with every text as it was answered. */
async function readsBack(edge: Edge<Ledger>, location: string, made: Loose, what: string): Promise<void> {
  const found = await edge.get(location)
  assert.equal(found.status, 200, what)
  for (const field of ['name', 'email', 'reference', 'metadata'].filter((one) => one in made)) {
    assert.deepEqual(found.body[field], made[field], what)
  }
}

/** Every hostile text in every place of every operation, with no more of the request than must be there. */
function* hostileRequests(
  { openapi }: Edge<Ledger>,
  ids: Readonly<Record<string, string>>,
): Generator<{ path: string; ask: Ask }> {
  const { schemas } = openapi.components
  for (const [template, methods] of Object.entries(openapi.paths)) {
    for (const [name, operation] of Object.entries(methods)) {
      if (LEFT_OUT.includes(operation.operationId)) continue
      const method = name.toUpperCase() as NonNullable<Ask['method']>
      const schema = (operation.requestBody as Loose)?.content['application/json'].schema
      const base = schema && (BASES[operation.operationId] ?? leastOf(schema, schemas))
      const pathWith = (place: string | null, text: string): string =>
        template.replaceAll(/\{(\w+)\}/g, (_, one) =>
          encodeURIComponent(one === place ? text : (ids[one] ?? '1')),
        )
      for (const text of HOSTILE) {
        for (const { name: place, in: where } of (operation.parameters ?? []) as readonly Loose[]) {
          const query = where === 'query' ? `?${place}=${encodeURIComponent(text)}` : ''
          const headers = where === 'header' && /^[\x20-\x7e]+$/.test(text) ? { [place]: text } : {}
          const path = pathWith(where === 'path' ? place : null, text) + query
          yield { path, ask: { method, headers, ...(schema && { body: base }) } }
        }
        for (const body of schema ? withText(schema, schemas, { base, text }) : []) {
          yield { path: pathWith(null, ''), ask: { method, body } }
        }
      }
    }
  }
}

/** What a schema describes, once for each string in it, with the text there, and otherwise as little as may be. */
function* withText(
  schema: Loose,
  schemas: Loose,
  { base, text }: { readonly base?: Loose; readonly text: string },
): Generator<Loose> {
  if (schema.$ref) return yield* withText(schemas[schema.$ref.split('/').at(-1)], schemas, { base, text })
  for (const choice of schema.properties ? [] : (schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [])) {
    yield* withText(choice, schemas, { base, text })
  }
  if (schema.type === 'string') yield text
  if (schema.type === 'array') {
    for (const item of withText(schema.items, schemas, { base: base?.[0], text })) yield [item]
  }
  if (schema.type !== 'object') return
  if (!schema.properties) yield* [{ [text]: 'a value' }, { key: text }]
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    for (const value of withText(member, schemas, { base: base?.[name], text })) {
      yield { ...(base ?? leastOf(schema, schemas)), [name]: value }
    }
  }
}

/** A value that a schema describes, with no more than must be there. */
function leastOf(schema: Loose, schemas: Loose): Loose {
  if (schema.$ref) return leastOf(schemas[schema.$ref.split('/').at(-1)], schemas)
  if (schema.examples) return schema.examples[0]
  if (schema.enum) return schema.enum[0]
  const [choice] = schema.properties ? [] : (schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [])
  if (choice) return leastOf(choice, schemas)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name: string) => [name, leastOf(schema.properties[name], schemas)]),
      )
    case 'array':
      return [leastOf(schema.items, schemas)]
    case 'integer':
      return 1
    case 'boolean':
      return true
    case 'string':
      return 'a text'
    default:
      return schema.const ?? null
  }
}
