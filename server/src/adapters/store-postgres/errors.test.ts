import assert from 'node:assert/strict'
import test from 'node:test'
import { DatabaseError } from 'pg'
import { AppError } from '#core/errors.ts'
import { faultOf, orUnavailable, type Fault } from './errors.ts'

function serverError(code: string | undefined): DatabaseError {
  return Object.assign(new DatabaseError('no text is matched', 0, 'error'), { code })
}

const CASES: readonly (readonly [error: Error, fault: Fault])[] = [
  [serverError('08006'), 'lost'],
  [serverError('57P01'), 'lost'],
  [serverError('40001'), 'conflict'],
  [serverError('40P01'), 'conflict'],
  [serverError('55P03'), 'conflict'],
  [serverError('23505'), 'collision'],
  [serverError('53100'), 'trouble'],
  [serverError('57014'), 'trouble'],
  [serverError('58030'), 'trouble'],
  [serverError('23514'), 'bug'],
  [serverError('XX000'), 'bug'],
  [serverError(undefined), 'lost'], // how the driver tells of an answer that it cannot read
  [new Error('Connection terminated unexpectedly'), 'lost'],
  [new Error('Query read timeout'), 'lost'],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'lost'],
]

test('what the driver throws, by SQLSTATE; what has none may be a lost connection', () => {
  for (const [error, fault] of CASES) assert.equal(faultOf(error), fault, error.message)
})

test('a database that cannot answer is unavailable, with the reason; any other error is passed on', async () => {
  for (const [error, fault] of CASES) {
    await assert.rejects(orUnavailable(Promise.reject(error)), (thrown) =>
      fault === 'lost' || fault === 'trouble'
        ? thrown instanceof AppError && thrown.kind === 'unavailable' && thrown.cause === error
        : thrown === error,
    )
  }
  assert.equal(await orUnavailable(Promise.resolve(5)), 5)
})
