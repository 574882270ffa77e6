import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '#core/errors.ts'
import { createEdge } from '#test/http-edge.ts'
import { makeUser } from './users.ts'

const ann = {
  profile: { name: null, email: 'ann@example.org', metadata: {} },
  roles: ['admin'],
  password: 'the password of a test',
} as const

test('a user who was made before the database went away is told, with what is left to do', async () => {
  const edge = await createEdge()
  try {
    const { users, logins } = edge.florin
    const cause = new AppError('unavailable', 'the database cannot be reached')
    const setPassword = () => Promise.reject(cause)
    const message =
      /^user \S{36} is made, but cannot log in yet: "users roles" and "users password" do the rest$/
    await assert.rejects(makeUser({ users, logins: { ...logins, setPassword } }, ann), { message, cause })
  } finally {
    await edge.close()
  }
})

test('who has the address of another is refused, and nobody is made', async () => {
  const edge = await createEdge()
  try {
    await makeUser(edge.florin, ann)
    await assert.rejects(makeUser(edge.florin, ann), { kind: 'domain', code: 'email_taken' })
    assert.equal((await edge.florin.directory.listUsers({ limit: 10 })).length, 1)
  } finally {
    await edge.close()
  }
})
