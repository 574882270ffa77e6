import assert from 'node:assert/strict'
import { test, mock } from 'node:test'
import { runLoop } from './loop.ts'

const quiet = { debug: () => {}, error: () => {} }

test('a loop steps again at once while there is more, and then waits', async () => {
  const steps: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const loop = runLoop({
    name: 't',
    everyMs: 5,
    betweenMs: 0,
    log: quiet,
    async step() {
      steps.push(steps.length)
      if (steps.length === 4) resolve()
      return steps.length < 3 ? 'more' : 'done'
    },
  })
  await promise
  await loop.stop()
  const { length } = steps
  await new Promise((done) => setTimeout(done, 20))
  assert.equal(steps.length, length, 'no step follows stop')
})

test('a failing step is logged and tried again, later each time', async () => {
  const error = mock.fn()
  let failures = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const startedAt = performance.now()
  const loop = runLoop({
    name: 't',
    everyMs: 4,
    random: () => 0.5,
    log: { ...quiet, error },
    async step() {
      if (failures === 3) resolve()
      failures += 1
      throw new Error('no')
    },
  })
  await promise
  await loop.stop()
  assert.ok(error.mock.callCount() >= 3)
  assert.ok(performance.now() - startedAt >= 4 + 4 + 8 + 16 - 4, 'waits 4, then 4, 8 and 16 ms')
})

test('stop waits for the step under way and tells it', async () => {
  let ended = false
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  const loop = runLoop({
    name: 't',
    everyMs: 0,
    log: quiet,
    async step(signal) {
      resolve()
      await new Promise((done) => signal.addEventListener('abort', done))
      ended = true
      return 'more'
    },
  })
  await begun
  await loop.stop()
  assert.ok(ended)
})
