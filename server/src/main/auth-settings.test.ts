import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '#core/errors.ts'
import { readConfig } from './config.ts'

const SECRET = 'q8Zr2nK0vXw7Tj5LbY1cFhUeGm4sDpA9iRoHk3NzWuE='
const SECRET_IN_HEX = '9f1c27b04ad86e35f07c1be29d5a834670fb12c9ade0548371f6b92ce8d4057a'

/** What the settings come to: authentication on or off, or the setting that is wrong. */
function outcomeOf(settings: Record<string, string>): string {
  try {
    const { auth, authSecret } = readConfig(
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [`FLORIN_${name}`, value])),
    )
    return authSecret === null ? auth : `${auth} with keys`
  } catch (error) {
    assert.ok(error instanceof AppError)
    return error.fields.map(({ field }) => field).join(' ')
  }
}

const cases: [settings: Record<string, string>, outcome: string][] = [
  [{}, 'off'],
  [{ HOST: 'localhost' }, 'off'],
  [{ HOST: '::1' }, 'off'],
  [{ HOST: '127.1.2.3', AUTH: 'off' }, 'off'],
  [{ AUTH: 'off', AUTH_SECRET: SECRET }, 'off with keys'],
  [{ AUTH_SECRET: SECRET }, 'on with keys'],
  [{ AUTH: 'on', AUTH_SECRET: SECRET_IN_HEX }, 'on with keys'],
  [{ AUTH: 'on' }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '0.0.0.0' }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '::' }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '192.168.1.4' }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: 'florin.example' }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '0.0.0.0', AUTH_SECRET: SECRET }, 'on with keys'],
  [{ HOST: '0.0.0.0', AUTH_SECRET: SECRET, AUTH: 'off' }, 'FLORIN_AUTH'],
  [{ HOST: '0.0.0.0', AUTH: 'off' }, 'FLORIN_AUTH'],
  [{ MODE: 'production' }, 'FLORIN_AUTH_SECRET'],
  [{ MODE: 'production', AUTH_SECRET: SECRET }, 'on with keys'],
  [{ MODE: 'production', AUTH: 'off', AUTH_SECRET: SECRET }, 'FLORIN_AUTH'],
  [{ AUTH_SECRET: 'a'.repeat(40) }, 'on with keys'],
  [{ MODE: 'production', AUTH_SECRET: 'a'.repeat(40) }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '0.0.0.0', AUTH_SECRET: 'ChangeMe-please-6gT1xq0Zr8KvLwNb2' }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '0.0.0.0', AUTH_SECRET: SECRET.slice(0, 31) }, 'FLORIN_AUTH_SECRET'],
  [{ HOST: '0.0.0.0', LOG_LEVEL: 'loud' }, 'FLORIN_LOG_LEVEL FLORIN_AUTH_SECRET'],
  [{ HOST: 'no host', AUTH: 'on' }, 'FLORIN_HOST'],
]

for (const [settings, outcome] of cases) {
  test(`authentication with ${JSON.stringify(settings)}: ${outcome}`, () => {
    assert.equal(outcomeOf(settings), outcome)
  })
}

test('what is wrong says why, and what to set, and not the secret', () => {
  const secret = 'my-very-own-password-for-florin-2026'
  for (const settings of [
    { FLORIN_HOST: '0.0.0.0' },
    { FLORIN_HOST: '0.0.0.0', FLORIN_AUTH_SECRET: secret },
  ]) {
    assert.throws(
      () => readConfig(settings),
      (error: AppError) => {
        assert.match(error.fields[0]?.message ?? '', /openssl rand -base64 32/)
        assert.doesNotMatch(JSON.stringify(error.fields), new RegExp(secret))
        return true
      },
    )
  }
  assert.throws(
    () => readConfig({ FLORIN_HOST: '0.0.0.0' }),
    /anyone who reaches 0\.0\.0\.0 could move money/,
  )
})
