import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestIds } from '#test/ids.ts'
import { userOf } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import type { CreateUser, UpdateUser } from './command.ts'
import { decideCreateUser, decideUpdateUser } from './decide-user.ts'
import { startDraft } from './draft.ts'
import type { Instant } from './instant.ts'
import { emptyWorkingSet } from './working-set.ts'

const AT = '2026-01-01T00:00:00.000000Z' as Instant

function newLedger() {
  const draft = startDraft(emptyWorkingSet(), AT)
  const ids = createTestIds()
  return {
    draft,
    user: (line: string) => decideCreateUser(draft, toCommand(`user ${line}`, ids) as CreateUser),
    edit: (line: string) => decideUpdateUser(draft, toCommand(`edit ${line}`, ids) as UpdateUser),
  }
}

test('a user begins at version 1', () => {
  const outcome = newLedger().user('ann name=Ann email=Ann@x.org m:a=b')
  const result = {
    id: userOf('ann'),
    name: 'Ann',
    email: 'Ann@x.org',
    metadata: { a: 'b' },
    version: 1,
    createdAt: AT,
    updatedAt: AT,
    erasedAt: null,
  }
  assert.deepEqual(outcome, { kind: 'accepted', replayed: false, made: 'user', result })
})

test('what an update does not name stays', () => {
  const { user, edit } = newLedger()
  user('ann name=Ann email=ann@x.org m:a=b')
  const outcome = edit('ann name=-')
  assert.ok(outcome.kind === 'accepted')
  const { name, email, metadata, version } = outcome.result
  assert.deepEqual([name, email, metadata, version], [null, 'ann@x.org', { a: 'b' }, 2])
})

test('the working set knows at every moment who has which address', () => {
  const { draft, user, edit } = newLedger()
  user('ann email=A@x.org')
  user('bob')
  assert.deepEqual([...draft.state.emails], [['a@x.org', userOf('ann')]])
  edit('ann email=b@x.org')
  edit('bob email=a@X.org')
  assert.deepEqual(
    draft.state.emails,
    new Map([
      ['a@x.org', userOf('bob')],
      ['b@x.org', userOf('ann')],
    ]),
  )
  edit('bob email=-')
  assert.deepEqual([...draft.state.emails], [['b@x.org', userOf('ann')]])
})

test('a refused command leaves the draft as it was', () => {
  const { draft, user, edit } = newLedger()
  user('ann email=a@x.org')
  user('bob')
  const before = structuredClone({ state: draft.state, changes: draft.changes })
  for (const outcome of [
    user('ann'),
    user('cid email=A@X.ORG'),
    edit('bob email=a@x.org'),
    edit('ann if=2'),
    edit('zoe'),
  ]) {
    assert.equal(outcome.kind, 'rejected')
  }
  assert.deepEqual({ state: draft.state, changes: draft.changes }, before)
})
