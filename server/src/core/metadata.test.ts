import assert from 'node:assert/strict'
import test from 'node:test'
import { isStorableText, sameMetadata } from './metadata.ts'

test('text without NUL and lone surrogates can be stored', () => {
  for (const text of ['', 'a', 'ключ', '😀', '\u0001', '\u2028', '\ufffd', '\ufeff'])
    assert.ok(isStorableText(text), text)
  for (const text of ['\u0000', 'a\u0000b', '\ud83d', '\ude00\ud83d', 'a\udfff'])
    assert.ok(!isStorableText(text))
})

test('metadata are the same when they hold the same, in whatever order', () => {
  assert.ok(sameMetadata({}, {}))
  assert.ok(sameMetadata({ a: '1', b: '2' }, { b: '2', a: '1' }))
  assert.ok(!sameMetadata({ a: '1' }, { a: '2' }))
  assert.ok(!sameMetadata({ a: '1' }, { b: '1' }))
  assert.ok(!sameMetadata({ a: '1' }, { a: '1', b: '2' }))
  assert.ok(!sameMetadata({ a: '1', b: '2' }, { a: '1' }))
  // What every object inherits is not in it.
  assert.ok(!sameMetadata({ toString: 'x' }, { x: 'y' }))
  assert.ok(!sameMetadata({ a: '1' }, JSON.parse('{"__proto__":"1"}') as Record<string, string>))
})
