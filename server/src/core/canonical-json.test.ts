import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import { canonicalJson, type Json } from './canonical-json.ts'

test('RFC 8785 section 3.2.3: keys are sorted by UTF-16 code unit', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  assert.equal(
    canonicalJson(value),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
      '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  )
})

test('RFC 8785 section 3.2.2.2: strings escape what JSON must, and nothing else', () => {
  const text = '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u2028\u2029/\u007f\b\t\f\r\u0000'
  assert.equal(
    canonicalJson(text),
    '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"\u2028\u2029/\u007f\\b\\t\\f\\r\\u0000"',
  )
})

test('RFC 8785 section 3.2.4: nested values, literals, and no white space', () => {
  assert.equal(
    canonicalJson({ literals: [null, true, false], numbers: [1, 0, -5], b: { d: [], c: {} }, a: '' }),
    '{"a":"","b":{"c":{},"d":[]},"literals":[null,true,false],"numbers":[1,0,-5]}',
  )
})

test('keys that look like array indexes are text like all others', () => {
  assert.equal(
    canonicalJson({ 9: 'nine', 10: 'ten', a: 'a', '-1': 'x', '01': 'y' }),
    '{"-1":"x","01":"y","10":"ten","9":"nine","a":"a"}',
  )
})

test('a key named __proto__ stays a key', () => {
  assert.equal(
    canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":1}}') as Json),
    '{"__proto__":{"x":1},"b":1}',
  )
})

test('any value: the keys’ order does not matter, the text parses back, keys come out sorted', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (parsedOnce) => {
      const value = parsedOnce as Json
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(reversed(value)), text)
      assert.equal(text, slowly(value))
    }),
    { seed: testSeed(), numRuns: 1000 },
  )
})

function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(reversed)
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

/** The definition, with nothing done for speed. */
function slowly(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(slowly).join()}]`
  const object = value as Record<string, Json>
  const byCodeUnit = (a: string, b: string): number => {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.charCodeAt(i) - b.charCodeAt(i)
    }
    return a.length - b.length
  }
  const members = Object.keys(object)
    .sort(byCodeUnit)
    .map((key) => `${JSON.stringify(key)}:${slowly(object[key] as Json)}`)
  return `{${members.join()}}`
}
