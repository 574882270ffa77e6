import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#core/errors.ts'
import { createLoad, firstProblem } from './load.ts'

function loadOf(limits: { loopDelayMaxMs?: number; requestsMax?: number }) {
  const late = { ms: 0 }
  const load = createLoad({ delayMs: () => late.ms }, { loopDelayMaxMs: 100, requestsMax: 10, ...limits })
  const isOpen = (): boolean => {
    try {
      load.enter()
      load.leave()
      return true
    } catch (error) {
      assert(error instanceof AppError && error.kind === 'unavailable' && error.retry === 'temporary')
      return false
    }
  }
  return { late, load, isOpen }
}

describe('the load', () => {
  it('is too much when the process is late, and not by one pause', async () => {
    const { late, load, isOpen } = loadOf({})
    late.ms = 150
    const seen = []
    for (const ms of [150, 0, 150, 150, 150, 80, 80, 20]) {
      late.ms = ms
      await load.look()
      seen.push(isOpen())
    }
    // Averages of 75, 37.5, 94, 122, 136, 108, 94, and 57, which is still more than half.
    assert.deepEqual(seen, [true, true, true, false, false, false, false, false])
    assert.match(load.problem() ?? '', /too much to do/)
    late.ms = 0
    await load.look()
    assert.deepEqual([isOpen(), load.problem()], [true, null])
  })

  it('is too much with too many requests, until there are clearly fewer', () => {
    const { load, isOpen } = loadOf({ requestsMax: 10 })
    for (let i = 0; i < 10; i++) load.enter()
    assert.deepEqual([isOpen(), load.problem()], [false, '10 requests are under way already'])
    load.leave()
    assert.equal(isOpen(), true)
    load.enter()
    assert.equal(isOpen(), false)
  })

  it('tells the first problem of several', () => {
    const parts = [null, 'b', 'c'].map((problem) => ({ problem: () => problem }))
    assert.equal(firstProblem(...parts).problem(), 'b')
    assert.equal(firstProblem().problem(), null)
  })
})
