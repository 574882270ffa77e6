import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEventLoop } from './event-loop.ts'

test('a busy loop is late', async () => {
  const loop = createEventLoop()
  await sleep(100)
  loop.delayMs()
  const end = performance.now() + 400
  while (performance.now() < end);
  await sleep(50)
  const delayMs = loop.delayMs()
  assert.ok(delayMs > 40, String(delayMs))
  assert.equal(loop.delayMs(), 0, 'nothing was seen since')
})
