import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate as later } from 'node:timers/promises'
import { createTurns } from './turns.ts'

test('turns come one by one, in the order in which they were asked for', async () => {
  const turns = createTurns()
  const begun: string[] = []
  const take = async (name: string) => {
    const turn = await turns.take()
    begun.push(name)
    return turn
  }
  const [first, second, third] = [take('a'), take('b'), take('c')]
  await later()
  assert.deepEqual(begun, ['a'])
  const a = await first
  a.pass()
  await later()
  assert.deepEqual(begun, ['a', 'b'], 'passed, though not at its end')
  const b = await second
  b.end({ committed: true })
  await third
  assert.deepEqual(begun, ['a', 'b', 'c'])
})

for (const committed of [true, false]) {
  test(`whoever has its turn behind a commit hears that it ${committed ? 'succeeded' : 'failed'}`, async () => {
    const turns = createTurns()
    const first = await turns.take()
    first.pass()
    const second = await turns.take()
    let heard: boolean | null = null
    void second.before.then((succeeded) => (heard = succeeded))
    await later()
    assert.equal(heard, null, 'nobody knows yet')
    first.end({ committed })
    await later()
    assert.equal(heard, committed)
  })
}

test('a turn that ends before it sent a commit leaves nothing to stand behind', async () => {
  const turns = createTurns()
  const first = await turns.take()
  assert.equal(await first.before, true)
  first.end({ committed: false })
  assert.equal(await (await turns.take()).before, true)
})
