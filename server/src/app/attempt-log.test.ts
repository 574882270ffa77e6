import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Attempt } from '#core/attempt.ts'
import type { Command } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import { AppError } from '#core/errors.ts'
import { createTestClock } from '#test/clock.ts'
import { createAttemptLog, type RefusedAttempt } from './attempt-log.ts'

const KNOWN: RefusedAttempt = {
  principal: 'key:1' as Principal,
  credential: null,
  address: '10.0.0.1',
  requestId: 'r1',
  operation: 'createUser',
  code: 'scope_missing',
  target: null,
}
const UNKNOWN: RefusedAttempt = {
  ...KNOWN,
  principal: 'anonymous' as Principal,
  code: 'unauthenticated',
}

function createLog(limits?: { burst: number; perFlush: number }) {
  const clock = createTestClock()
  const recorded: (readonly Attempt[])[] = []
  let fault: Error | null = null
  const submit = async (command: Command) => {
    if (fault !== null) throw fault
    assert(command.kind === 'record_attempts')
    recorded.push(command.attempts)
    return { kind: 'accepted', replayed: false, made: 'attempts', result: { recorded: 0 } } as never
  }
  const log = createAttemptLog({ batcher: { submit }, clock, ...(limits === undefined ? {} : { limits }) })
  const break_ = (error: Error | null): void => {
    fault = error
  }
  return { log, clock, recorded, setFault: break_ }
}

describe('the log of attempts', () => {
  it('tells equal attempts as one, with the request of the first', async () => {
    const { log, clock, recorded } = createLog()
    const since = clock.now()
    log.note(KNOWN)
    clock.turn(1_000_000)
    log.note({ ...KNOWN, requestId: 'r2' })
    log.note({ ...KNOWN, target: 'account:1' })
    await log.flush()
    assert.deepEqual(recorded, [
      [
        { ...KNOWN, count: 2, since },
        { ...KNOWN, target: 'account:1', count: 1, since: clock.now() },
      ],
    ])
  })

  it('writes nothing when there was nothing', async () => {
    const { log, recorded } = createLog()
    await log.flush()
    log.note(KNOWN)
    await log.flush()
    await log.flush()
    assert.equal(recorded.length, 1)
  })

  it('tells a flood as sums, and goes on telling of callers who are known', async () => {
    const { log, recorded } = createLog({ burst: 5, perFlush: 2 })
    const flood = (): void => {
      for (let i = 0; i < 1000; i++) log.note({ ...UNKNOWN, address: `10.0.${i % 250}.${i}` })
    }
    flood()
    log.note(KNOWN)
    await log.flush()
    const [first = []] = recorded
    const sum = first.at(-1)
    assert.equal(first.length, 7)
    assert.deepEqual(first[0]?.principal, KNOWN.principal)
    assert.deepEqual(
      [sum?.count, sum?.address, sum?.operation, sum?.code],
      [995, null, null, 'unauthenticated'],
    )
    for (let i = 0; i < 20; i++) {
      flood()
      await log.flush()
    }
    assert.deepEqual(
      recorded.slice(1).map(({ length }) => length),
      Array.from({ length: 20 }, () => 3),
    )
    const told = recorded.flat().reduce((all, { count }) => all + count, 0)
    assert.equal(told, 21_001)
  })

  it('has it all the more details again after a quiet time', async () => {
    const { log, recorded } = createLog({ burst: 5, perFlush: 2 })
    const tell = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) log.note({ ...KNOWN, target: `account:${i + 1}` })
      await log.flush()
    }
    for (const count of [9, 1, 1, 1, 9]) await tell(count)
    assert.deepEqual(
      recorded.map(({ length }) => length),
      [6, 1, 1, 1, 6],
    )
  })

  it('loses nothing while the ledger is away', async () => {
    const { log, recorded, setFault } = createLog()
    log.note(KNOWN)
    setFault(new AppError('unavailable', 'away'))
    await assert.rejects(log.flush(), /away/)
    log.note({ ...KNOWN, requestId: 'r2' })
    setFault(null)
    await log.flush()
    assert.deepEqual(
      recorded.flat().map(({ count, requestId }) => [count, requestId]),
      [[2, 'r1']],
    )
  })
})
