import assert from 'node:assert/strict'
import test from 'node:test'
import type { AccountId } from '#core/ids.ts'
import type { AccountOwner } from '#ports/access-reader.ts'
import { createAccountOwners } from './account-owners.ts'

const idOf = (n: number) => `${n}` as AccountId
const ownerOf = (id: AccountId): AccountOwner => ({ id, userId: null, kind: 'standard' })

/** A reader that answers one read at a time, when it is told to; account 404 does not exist. */
function createHeldReader() {
  const reads: {
    readonly ids: readonly AccountId[]
    readonly answer: () => void
    readonly fail: () => void
  }[] = []
  let came = Promise.withResolvers<void>()
  return {
    reads,
    findAccountOwners(ids: readonly AccountId[]) {
      const { promise, resolve, reject } = Promise.withResolvers<AccountOwner[]>()
      reads.push({
        ids,
        answer: () => resolve(ids.filter((id) => id !== '404').map(ownerOf)),
        fail: () => reject(new Error('away')),
      })
      came.resolve()
      came = Promise.withResolvers()
      return promise
    },
    async read(i: number) {
      while (reads[i] === undefined) await came.promise
      return reads[i]
    },
  }
}

test('all who miss an account while a read is under way share the next one', async () => {
  const reader = createHeldReader()
  const owners = createAccountOwners(reader)
  const first = [owners.of([idOf(1), idOf(2)]), owners.of([idOf(2), idOf(3)])]
  const firstRead = await reader.read(0)
  assert.deepEqual(firstRead.ids, ['1', '2', '3'])
  const second = [owners.of([idOf(3), idOf(4)]), owners.of([idOf(5)]), owners.of([idOf(404)])]
  assert.equal(reader.reads.length, 1)

  firstRead.answer()
  assert.deepEqual(
    (await Promise.all(first)).map((found) => [...found.keys()]),
    [
      ['1', '2'],
      ['2', '3'],
    ],
  )
  const secondRead = await reader.read(1)
  assert.deepEqual(secondRead.ids, ['3', '4', '5', '404'])
  secondRead.answer()
  assert.deepEqual(
    (await Promise.all(second)).map((found) => [...found.keys()]),
    [['3', '4'], ['5'], []],
  )
})

test('what is known is not read again, and what was not there is', async () => {
  const reader = createHeldReader()
  const owners = createAccountOwners(reader)
  const first = owners.of([idOf(1), idOf(404)])
  ;(await reader.read(0)).answer()
  await first
  assert.deepEqual([...(await owners.of([idOf(1)])).keys()], ['1'])

  const again = owners.of([idOf(1), idOf(404)])
  const read = await reader.read(1)
  assert.deepEqual(read.ids, ['404'])
  read.answer()
  assert.deepEqual([...(await again).keys()], ['1'])
})

test('a read that fails fails who asked for it, and nobody after them', async () => {
  const reader = createHeldReader()
  const owners = createAccountOwners(reader)
  const failing = owners.of([idOf(1)])
  const read = await reader.read(0)
  const next = owners.of([idOf(1)])
  read.fail()
  await assert.rejects(failing, /away/)
  ;(await reader.read(1)).answer()
  assert.deepEqual([...(await next).keys()], ['1'])
})

test('a read has a bound, and those beyond it have the next', async () => {
  const reader = createHeldReader()
  const owners = createAccountOwners(reader)
  const asked = Array.from({ length: 2500 }, (_, i) => owners.of([idOf(i + 1)]))
  for (const [i, size] of [1000, 1000, 500].entries()) {
    const read = await reader.read(i)
    assert.equal(read.ids.length, size)
    assert.equal(reader.reads.length, i + 1)
    read.answer()
  }
  assert.equal((await Promise.all(asked)).length, 2500)
})
