import assert from 'node:assert/strict'
import test from 'node:test'
import { createBareLedger } from '#test/bare-ledger.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { transferOf } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import { expectDefined } from './assert.ts'

test('an id that another process gave to another transfer at the same moment is approved for nobody', () => {
  const ledger = createBareLedger(createTestClock())
  const ids = createTestIds()
  const post = (line: string) => ledger.post([toCommand(line, ids)])[0]
  post('open 1 EUR 100.00')
  post('open 2 EUR')
  post('policy p EUR on=1 second=10.00')
  post('pay 1>2 1.00 EUR id=other')
  post('pay 1>2 20.00 EUR id=t wait=60')
  const { state } = ledger
  state.transfers.set(
    transferOf('t'),
    expectDefined(state.transfers.get(transferOf('other')), 'the other transfer'),
  )

  const outcome = post('approve t by=bob')

  assert.ok(outcome?.kind === 'rejected')
  assert.equal(outcome.refusal.code, 'transfer_id_reused')
  assert.equal(state.approvals.get(transferOf('t'))?.status, 'pending')
})
