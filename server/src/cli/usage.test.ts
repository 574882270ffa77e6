import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCall, parseCount, unknown } from './usage.ts'

const args = {
  action: { type: 'positional' },
  users: { type: 'string' },
  yes: { type: 'boolean' },
} as const

test('a call that the command knows passes', () => {
  for (const call of [[], ['up'], ['--users', '3', 'up'], ['--users=3', '--yes'], ['--no-yes']]) {
    checkCall(call, args)
  }
})

const wrong: [call: string[], message: RegExp][] = [
  [['--user', '3'], /no option --user; did you mean --users\?/],
  [['-x'], /no option -x/],
  [['-users'], /no option -users; did you mean --users\?/],
  [['--users'], /--users needs a value/],
  [['--users', '--yes'], /--users needs a value/],
  [['up', 'down'], /"down" is one word too many/],
  [['--'], /no option --/],
  [['--constructor'], /no option --constructor/],
]

for (const [call, message] of wrong) {
  test(`"${call.join(' ')}" is refused`, () => {
    assert.throws(() => checkCall(call, args), { code: 'usage', message })
  })
}

test('a count is a whole number within its limits', () => {
  assert.equal(parseCount('users', '0', { min: 0, max: 9 }), 0)
  for (const text of ['', '-1', '1.5', '1e3', '10', 'x', '9'.repeat(30)]) {
    assert.throws(
      () => parseCount('users', text, { min: 0, max: 9 }),
      /--users must be a whole number from 0 to 9/,
    )
  }
})

test('what is like nothing known gets no advice', () => {
  assert.equal(
    unknown('command "frobnicate"', 'frobnicate', ['serve']).message,
    'there is no command "frobnicate"',
  )
})
