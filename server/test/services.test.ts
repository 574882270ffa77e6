import assert from 'node:assert/strict'
import test from 'node:test'
import { requireService } from './services.ts'

const URL = 'postgres://127.0.0.1/florin'

test('a service that is there gives its URL', () => {
  assert.deepEqual(requireService('postgres', { FLORIN_TEST_POSTGRES_URL: URL }), { url: URL, skip: false })
})

test('an absent service gives a reason to skip that says what to do', () => {
  const { url, skip } = requireService('postgres', {})
  assert.equal(url, undefined)
  assert.match(skip, /FLORIN_TEST_POSTGRES_URL/)
})

test('an absent service that is required throws instead of skipping', () => {
  assert.throws(() => requireService('postgres', { FLORIN_TEST_REQUIRE: 'all' }), /postgres is not there/)
  assert.throws(
    () => requireService('postgres', { FLORIN_TEST_REQUIRE: 'redis, postgres' }),
    /postgres is not there/,
  )
  assert.notEqual(requireService('postgres', { FLORIN_TEST_REQUIRE: 'redis' }).skip, false)
})
