import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutPassword } from './log.ts'

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
