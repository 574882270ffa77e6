import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toErrorFields, withoutPassword } from './log.ts'

test('of an error only what it is about is told, and its causes', () => {
  const cause = Object.assign(new Error('lost'), { code: '57P01', client: { password: 'hunter2' } })
  const error = new Error('cannot commit', { cause })
  const fields = toErrorFields(error) as { message: string; cause: Record<string, unknown> }
  assert.equal(fields.message, 'cannot commit')
  assert.deepEqual(Object.keys(fields.cause), ['type', 'message', 'code', 'stack'])
  assert.doesNotMatch(JSON.stringify(fields), /hunter2/)
  const circle = new Error('circle')
  circle.cause = circle
  assert.ok(JSON.stringify(toErrorFields(circle)).length < 20_000)
})

test('a URL is shown without its password', () => {
  for (const url of [
    'postgresql://florin:hunter2@db.example:5432/florin',
    'postgresql://db.example/florin?user=florin&password=hunter2',
    'postgres://a:hunter2hunter2@[::1]/x?sslpassword=hunter2',
  ]) {
    const shown = withoutPassword(url)
    assert.doesNotMatch(shown, /hunter2/)
    assert.match(shown, /^postgres/)
  }
  assert.equal(withoutPassword('hunter2'), '(not a URL)')
})
