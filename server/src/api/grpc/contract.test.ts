// That a message has the fields of what REST shows by the same name, and its enums the same words.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import protobuf, { type Enum, type Type } from 'protobufjs'
import { createEdge, type Loose } from '#test/http-edge.ts'
import { typeOf } from './contract.ts'

/** Said otherwise: an absent list is none that is empty; types of events will be more; what an event says is a Struct. */
const DIFFERENT = new Set(['Rules.allowed_destinations', 'Event.type', 'Event.data'])

const PAIRS = {
  'florin.v1.Account': 'AccountV1',
  'florin.v1.Transfer': 'TransferV1',
  'florin.v2.Account': 'Account',
  'florin.v2.ApiKey': 'ApiKey',
  'florin.v2.Books': 'Books',
  'florin.v2.Currency': 'Currency',
  'florin.v2.Entry': 'Entry',
  'florin.v2.Event': 'Event',
  'florin.v2.Explanation': 'Explanation',
  'florin.v2.GetTrialBalanceResponse': 'TrialBalance',
  'florin.v2.Hold': 'Hold',
  'florin.v2.Policy': 'Policy',
  'florin.v2.Posting': 'Posting',
  'florin.v2.Quote': 'Quote',
  'florin.v2.Rules': 'Rules',
  'florin.v2.TestClock': 'TestClock',
  'florin.v2.Transfer': 'Transfer',
  'florin.v2.User': 'User',
}

test('messages have the fields and words of REST', async () => {
  const rest = await createEdge()
  const { schemas } = rest.openapi.components
  await rest.close()
  for (const [message, name] of Object.entries(PAIRS)) compare(schemas[name], typeOf(message))

  function compare(schema: Loose, type: Type): void {
    const fields = type.fieldsArray
    assert.deepEqual(
      fields.map(({ name }) => name).sort(),
      Object.keys(schema.properties).sort(),
      type.fullName,
    )
    for (const field of fields) {
      if (DIFFERENT.has(`${type.name}.${field.name}`)) continue
      const property = resolve(schema.properties[field.name])
      const inner = field.resolvedType
      if (inner instanceof protobuf.Enum) {
        assert.deepEqual(wordsOf(inner), property.enum.filter(Boolean), `${type.fullName}.${field.name}`)
      }
      if (property.properties) compare(property, inner as Type)
    }
  }

  /** Without null, and behind its reference. */
  function resolve(property: Loose): Loose {
    const some = property.anyOf?.find((one: Loose) => one.type !== 'null') ?? property
    if (some.type === 'array') return resolve(some.items)
    return some.$ref === undefined ? some : schemas[some.$ref.split('/').at(-1)]
  }
})

function wordsOf({ name, values }: Enum): string[] {
  const prefix = `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_`
  const [unspecified, ...words] = Object.keys(values)
  assert.equal(unspecified, `${prefix}UNSPECIFIED`)
  return words.map((word) => word.slice(prefix.length).toLowerCase())
}
