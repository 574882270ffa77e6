import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import { parseAccountId, parseUuidV7 } from './ids.ts'

test('an account id is a positive int64 in plain digits', () => {
  for (const text of ['1', '42', '9007199254740993', '9223372036854775807']) {
    assert.deepEqual(parseAccountId(text), { ok: true, value: text })
  }
})

test('nonsense is no account id', () => {
  const nonsense = [
    [
      '',
      '0',
      '00',
      '01',
      '-1',
      '+1',
      ' 1',
      '1 ',
      '1\n',
      '1.0',
      '1e3',
      '0x1',
      '1n',
      'abc',
      '1,000',
      '١',
      '１',
    ],
    ['9223372036854775808', '18446744073709551616', '9'.repeat(19), '9'.repeat(20), '9'.repeat(10_000)],
  ].flat()
  for (const text of nonsense) assert.equal(parseAccountId(text).ok, false, text.slice(0, 30))
})

test('every int64 above zero is an account id, and no other number', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (n) => {
      assert.equal(parseAccountId(n.toString()).ok, n > 0n && n < 2n ** 63n)
    }),
    { seed: testSeed() },
  )
})

const UUID = '01900000-0000-7000-8000-0000000000ff'

test('transfer and user ids are UUIDs of version 7, in lower case whatever came', () => {
  for (const parse of [parseUuidV7]) {
    assert.deepEqual(parse(UUID), { ok: true, value: UUID })
    assert.deepEqual(parse(UUID.toUpperCase()), { ok: true, value: UUID })
    const nonsense = [
      '',
      'x',
      UUID.slice(1),
      `${UUID}0`,
      ` ${UUID}`,
      `${UUID}\n`,
      `{${UUID}}`,
      `urn:uuid:${UUID}`,
      UUID.replaceAll('-', ''),
      UUID.replace('-7', '-4'),
      UUID.replace('-8', '-c'),
      UUID.replace('f', 'g'),
      '00000000-0000-0000-0000-000000000000',
    ]
    for (const text of nonsense) assert.equal(parse(text).ok, false, text)
  }
})
