/** Two processes at one ledger: holds, reversals and quotes from both sides at once, and rules that change meanwhile. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { AccountId } from '#core/ids.ts'
import type { Fact } from '#core/facts.ts'
import { holdOf, transferOf } from '../shorthand-words.ts'
import { SHARED_STORES, type Ledger } from '../stores.ts'
import { inWords } from './ledger-case-run.ts'
import { withTwo } from './two-writers.ts'

const ROUNDS = 20

/** What one of two was told and the other was told, in whatever order. */
function told(answers: readonly (readonly string[])[]): string[] {
  return answers.flat().sort()
}

async function factsOf(ledger: Ledger): Promise<Fact[]> {
  const facts: Fact[] = []
  let after = { page: 0, position: 0 }
  for (;;) {
    const events = await ledger.read({ after, limit: 1000 })
    const last = events.at(-1)
    if (last === undefined) return facts
    facts.push(...events.map(({ fact }) => fact))
    after = { page: last.page, position: last.position }
  }
}

function postedOf(ledger: Ledger, id: string): Promise<bigint | undefined> {
  return ledger.findAccount(id as AccountId).then((account) => account?.posted)
}

for (const underTest of SHARED_STORES) {
  after(() => underTest.stop())

  withTwo(underTest, 'a hold is captured no further than it reserves', async ({ a, post, both }) => {
    await post('open 1 EUR 1000.00', 'open 2 EUR')
    for (let round = 0; round < ROUNDS; round++) {
      await post(`hold h${round} 1>2 10.00 EUR`)
      const parts = await both([`capture h${round} 6.00 EUR`], [`capture h${round} 6.00 EUR`])
      assert.deepEqual(told(parts), ['capture_exceeds_hold amount', 'ok'])
      const rest = await both([`capture h${round}`], [`release h${round}`])
      assert.ok(['hold_captured hold_id ok', 'hold_released hold_id ok'].includes(told(rest).join(' ')))
      const hold = await a.findHold(holdOf(`h${round}`))
      assert.equal(hold?.captured, hold?.status === 'captured' ? 1000n : 600n)
    }
    const account = await a.findAccount('1' as AccountId)
    assert.deepEqual([account?.held, account?.openHolds], [0n, 0])
  })

  withTwo(underTest, 'many captures of a few holds, from both sides', async ({ a, post, both, random }) => {
    await post('open 1 EUR 1000.00', 'open 2 EUR', 'open 3 EUR')
    for (let round = 0; round < ROUNDS; round++) {
      const names = ['x', 'y', 'z'].map((name) => `${name}${round}`)
      await post(...names.map((name, i) => `hold ${name} 1>${2 + (i % 2)} 1.00 EUR`))
      const lines = () =>
        Array.from({ length: 12 }, () => {
          const name = names[Math.floor(random() * names.length)]
          return random() < 0.1 ? `release ${name}` : `capture ${name} 0.${1 + Math.floor(random() * 4)}0 EUR`
        })
      await both(lines(), lines())
      for (const name of names) {
        const hold = await a.findHold(holdOf(name))
        assert.ok(hold !== undefined && hold.captured <= hold.amount)
      }
    }
    const accounts = await a.listAccounts({ limit: 10 })
    const open = (await a.listHolds({ status: 'open', limit: 100 })).reduce(
      (sum, { amount, captured }) => sum + amount - captured,
      0n,
    )
    const sum = (of: 'held' | 'incoming') => accounts.reduce((total, account) => total + account[of], 0n)
    assert.deepEqual([sum('held'), sum('incoming')], [open, open])
  })

  withTwo(underTest, 'a transfer is undone once, whole or in parts', async ({ a, post, both }) => {
    await post('open 1 EUR 1000.00', 'open 2 EUR')
    for (let round = 0; round < ROUNDS; round++) {
      await post(`pay 1>2 5.00 EUR id=t${round}`)
      const parts = await both([`reverse t${round} 3.00 EUR`], [`reverse t${round} 3.00 EUR`])
      assert.deepEqual(told(parts), ['ok', 'reversal_exceeds_original amount'])
      const rest = await both([`reverse t${round}`], [`reverse t${round}`])
      assert.deepEqual(told(rest), ['ok', 'reversal_exceeds_original amount'])
      const transfer = await a.findTransfer(transferOf(`t${round}`))
      assert.ok(transfer?.status === 'posted')
      assert.equal(transfer.postings[0]?.reversed, 500n)
    }
    assert.equal(await postedOf(a, '2'), 0n)
  })

  withTwo(underTest, 'a quote is converted by one of two', async ({ a, post, both }) => {
    await post('open 1 EUR 1000.00', 'open 2 USD', 'open 3 EUR 1000.00', 'open 4 USD')
    await post('open 8 EUR', 'open 9 USD 1000.00')
    for (let round = 0; round < ROUNDS; round++) {
      await post(`quote q${round} 1.00 EUR 1.10 USD via=8>9`)
      const answers = await both([`convert q${round} 1>2`], [`convert q${round} 3>4`])
      assert.deepEqual(told(answers), ['ok', 'quote_used quote_id'])
    }
    assert.equal(await postedOf(a, '8'), BigInt(100 * ROUNDS))
  })

  withTwo(underTest, 'a window holds, however many send', async ({ a, post, both }) => {
    await post('open 1 EUR 1000.00', 'open 2 EUR', 'open 9 EUR')
    await post('policy p EUR on=1 day=5.00/30 fee=9:0.01')
    for (let round = 0; round < ROUNDS; round++) {
      await both(
        ['pay 1>2 0.20 EUR', `hold h${round} 1>2 0.10 EUR`],
        ['pay 1>2 0.30 EUR', `capture h${round}`, `release h${round - 1}`],
      )
    }
    const account = await a.findAccount('1' as AccountId)
    assert.ok(account !== undefined && account.debited + account.held <= 500n)
    assert.ok(account.debited > 400n, 'and is used')
  })

  withTwo(
    underTest,
    'no transfer decided under an old policy comes after the new one',
    async ({ a, b, post, commands }) => {
      await post('open 1 EUR 100000.00', 'open 2 EUR', 'policy p EUR on=1 max=1.00')
      const payer = async (): Promise<void> => {
        for (let i = 0; i < 60; i++)
          await a.post(commands(Array.from({ length: 10 }, () => 'pay 1>2 1.00 EUR')))
      }
      const ruler = async (): Promise<void> => {
        for (let i = 0; i < ROUNDS; i++) {
          const [outcome] = await b.post(commands([`repolicy p EUR max=${i % 2 === 0 ? '0.50' : '1.00'}`]))
          assert.equal(inWords(outcome), 'ok')
        }
      }
      await Promise.all([payer(), ruler()])
      let allowed = true
      let posted = 0
      for (const { type, data } of await factsOf(a)) {
        if (type === 'policy.updated') allowed = (data['rules'] as { maximum: string }).maximum === '1.00'
        const pays =
          type.startsWith('transfer.') && (data['postings'] as { source: string }[])[0]?.source === '1'
        if (!pays) continue
        assert.equal(type, allowed ? 'transfer.posted' : 'transfer.failed')
        if (type === 'transfer.posted') posted += 1
      }
      assert.ok(posted > 0)
    },
  )

  withTwo(underTest, 'a target has one policy, whoever makes it', async ({ post, both }) => {
    for (let id = 1; id <= ROUNDS; id++) {
      await post(`open ${id} EUR`)
      const answers = await both(
        [`policy a${id} EUR on=${id} max=1.00`],
        [`policy b${id} EUR on=${id} max=2.00`],
      )
      assert.deepEqual(told(answers), ['ok', 'policy_exists target'])
    }
  })

  withTwo(underTest, 'nothing takes effect in closed books', async ({ a, b, post, commands, clock }) => {
    await post('open 1 EUR 1000.00', 'open 2 EUR')
    clock.turn(3_600_000_000)
    const payer = async (): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await a.post(commands([`pay 1>2 0.01 EUR eff=00:${(i % 30).toString().padStart(2, '0')}`]))
      }
    }
    const closer = async (): Promise<void> => {
      for (let minute = 1; minute < 30; minute++)
        await b.post(commands([`books 00:${minute.toString().padStart(2, '0')}`]))
    }
    await Promise.all([payer(), closer()])
    let closed = ''
    for (const { type, data } of await factsOf(a)) {
      if (type === 'period.closed') closed = data['through'] as string
      if (type === 'transfer.posted' && 'effective_at' in data)
        assert.ok((data['effective_at'] as string) > closed)
    }
  })

  withTwo(underTest, 'an account is closed, or holds something, and not both', async ({ a, post, both }) => {
    await post('open 1 EUR 1000.00')
    for (let round = 0; round < ROUNDS; round++) {
      const id = 10 + round
      await post(`open ${id} EUR`)
      const [closed, held] = await both([`close ${id}`], [`hold h${round} 1>${id} 1.00 EUR`])
      const account = await a.findAccount(`${id}` as AccountId)
      assert.equal(account?.closedAt === null, closed[0] === 'holds_open id')
      assert.equal(held[0], account?.closedAt === null ? 'ok' : 'account_closed destination')
    }
  })

  withTwo(underTest, 'groups of either cross, whole', async ({ a, post, both }) => {
    for (let id = 1; id <= 4; id++) await post(`open ${id} EUR 5.00`)
    let moved = 0
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await both(
        [`group key=a${round} | pay 1>2 1.00 EUR | pay 2>3 1.50 EUR | pay 3>4 2.00 EUR`],
        [`group key=b${round} | pay 4>3 1.00 EUR | pay 3>2 1.50 EUR | pay 2>1 2.00 EUR`],
      )
      moved += answers.flat().filter((answer) => answer === 'ok').length
    }
    assert.ok(moved > 0)
    const accounts = await a.listAccounts({ limit: 10 })
    const entries = accounts.reduce((sum, { lastEntry }) => sum + lastEntry, 0n)
    assert.equal(entries, BigInt(6 * moved + 8))
  })

  withTwo(
    underTest,
    'the same hold, capture and reversal under one key happen once',
    async ({ a, post, both }) => {
      await post('open 1 EUR 1000.00', 'open 2 EUR')
      for (let round = 0; round < ROUNDS; round++) {
        await post(`hold h${round} 1>2 5.00 EUR`, `pay 1>2 5.00 EUR id=t${round}`)
        const lines = [
          `capture h${round} 1.00 EUR key=c${round}`,
          `reverse t${round} 1.00 EUR key=r${round}`,
          `group key=g${round} | pay 1>2 0.01 EUR`,
        ]
        const answers = await both(lines, lines.toReversed())
        assert.deepEqual(told(answers), ['again', 'again', 'again', 'ok', 'ok', 'ok'])
      }
      const expected = BigInt(ROUNDS * (500 + 100 - 100 + 1))
      assert.equal(await postedOf(a, '2'), expected)
    },
  )
}
