import assert from 'node:assert/strict'
import test from 'node:test'
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js'
import { serviceOf } from './contract.ts'
import { UNSENT_MAX, writeAhead } from './write-ahead.ts'

/** A call that sends nothing until it is told to. */
function createHeldCall() {
  const unsent: { readonly message: unknown; readonly sent: () => void }[] = []
  const call = {
    sendMetadata() {},
    sendMessage: (message: unknown, sent: () => void) => void unsent.push({ message, sent }),
  } as unknown as ServerInterceptingCallInterface
  return { call, unsent }
}

function methodOf(name: string) {
  const method = serviceOf('florin.v2.TransferService')[name]
  assert.ok(method)
  return method
}

test('a stream takes messages ahead of those that have left, up to a bound', () => {
  const { call, unsent } = createHeldCall()
  const stream = writeAhead(methodOf('PostTransfers'), call)
  let given = 0
  const give = (): void => {
    const number = given++
    if (number < 3 * UNSENT_MAX) stream.sendMessage(number, give)
  }
  give()
  assert.equal(unsent.length, UNSENT_MAX)
  for (let left = 0; left < 2 * UNSENT_MAX; left++) {
    unsent[left]?.sent()
    assert.equal(unsent.length, UNSENT_MAX + left + 1)
  }
  assert.deepEqual(
    unsent.map(({ message }) => message),
    Array.from({ length: 3 * UNSENT_MAX }, (_, i) => i),
  )
})

test('a call with one answer ends when that has left', () => {
  const { call, unsent } = createHeldCall()
  let ended = false
  writeAhead(methodOf('CreateTransfer'), call).sendMessage('answer', () => (ended = true))
  assert.equal(ended, false)
  unsent[0]?.sent()
  assert.equal(ended, true)
})
