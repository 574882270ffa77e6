/** Two processes write to one ledger at once: each answer is the one that a single writer could have given. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Outcome } from '#core/command.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import { run } from '../postgres-databases.ts'
import { userOf } from '../shorthand-words.ts'
import { SHARED_STORES, type Ledger } from '../stores.ts'
import { inWords } from './ledger-case-run.ts'
import { shuffled, withTwo } from './two-writers.ts'

const KEYS = Array.from({ length: 10 }, (_, i) => `k${i}`)
const SLOW_KEYS = `
  create function slow_key() returns trigger language plpgsql as 'begin perform pg_sleep(0.02); return new; end';
  create trigger slow before insert on florin.idempotency_records for each row execute function slow_key()`

for (const underTest of SHARED_STORES) {
  after(() => underTest.stop())

  withTwo(
    underTest,
    'the same keys on the same accounts happen once, with equal answers',
    async ({ a, b, post, commands, random }) => {
      const accounts = 12
      for (let id = 1; id <= accounts; id++) await post(`open ${id} EUR 5.00`)
      const account = (): number => 1 + Math.floor(random() * accounts)
      let moved = 0
      for (let round = 0; round < 40; round++) {
        const lines = Array.from({ length: 30 }, (_, i) => {
          const source = account()
          const destination = (source % accounts) + 1
          const id = random() < 0.3 ? ` id=t${round}.${i}` : ''
          return `pay ${source}>${destination} ${1 + Math.floor(random() * 3)}.00 EUR key=k${round}.${i}${id}`
        })
        const [mine, theirs] = [shuffled(lines, random), shuffled(lines, random)]
        const [outcomesOfA, outcomesOfB] = await Promise.all([
          a.post(commands(mine)),
          b.post(commands(theirs)),
        ])
        for (const line of lines) {
          const ofA = outcomesOfA[mine.indexOf(line)] as Outcome
          const ofB = outcomesOfB[theirs.indexOf(line)] as Outcome
          assert.notEqual(ofA.replayed, ofB.replayed, `one of the two did it: ${line}`)
          assert.deepEqual({ ...ofA, replayed: false }, { ...ofB, replayed: false })
          if (ofA.kind === 'accepted') moved += 1
        }
      }
      assert.ok(moved > 100)
      const listed = await a.listAccounts({ limit: 100 })
      const entries = listed.reduce((sum, { lastEntry }) => sum + lastEntry, 0n)
      assert.equal(entries, BigInt(2 * (moved + accounts)))
    },
  )

  withTwo(
    underTest,
    'many batches of either cross without waiting in a circle',
    async ({ a, b, post, commands, random }) => {
      for (let id = 1; id <= 30; id++) await post(`open ${id} EUR 100.00`)
      const writer = async (store: Ledger, name: string): Promise<void> => {
        for (let batch = 0; batch < 40; batch++) {
          const lines = Array.from({ length: 20 }, (_, i) => {
            const source = 1 + Math.floor(random() * 30)
            return `pay ${source}>${(source % 30) + 1} 0.01 EUR key=${name}${batch}.${i}`
          })
          const outcomes = await store.post(commands(lines))
          assert.deepEqual(
            outcomes.map(inWords),
            lines.map(() => 'ok'),
          )
        }
      }
      await Promise.all([writer(a, 'a'), writer(b, 'b')])
    },
  )

  withTwo(
    underTest,
    'the same keys in batches of different accounts, in opposite orders',
    async ({ post, both, a }) => {
      for (let id = 1; id <= 8; id++) await post(`open ${id} EUR 100.00`)
      for (let round = 0; round < 20; round++) {
        const lines = [1, 3, 5, 7].map((id) => `pay ${id}>${id + 1} 0.01 EUR key=k${round}.${id}`)
        const [ofA, ofB] = await both(
          [...lines, `user a${round} key=u${round}`],
          [`user a${round} key=u${round}`, ...lines.toReversed()],
        )
        assert.deepEqual([...ofA, ...ofB].sort(), [
          ...Array<string>(5).fill('again'),
          ...Array<string>(5).fill('ok'),
        ])
      }
      assert.equal((await a.findAccount('1' as AccountId))?.posted, 10000n - 20n)
    },
  )

  withTwo(underTest, 'equal keys in opposite orders, which share no other lock', async ({ both, url }) => {
    await run(url, SLOW_KEYS) // Both are in the middle of their keys at the same time.
    try {
      const [ofA, ofB] = await both(
        KEYS.map((key) => `user a${key} key=${key}`),
        KEYS.toReversed().map((key) => `user b${key} key=${key}`),
      )
      assert.deepEqual(
        [...ofA, ...ofB].sort(),
        ['idempotency_key_reused', 'ok'].flatMap((answer) => KEYS.map(() => answer)),
      )
    } finally {
      await run(url, 'drop function slow_key cascade')
    }
  })

  withTwo(
    underTest,
    'keys are equal and nothing else is: one is done, the other refused',
    async ({ post, both }) => {
      for (let id = 1; id <= 4; id++) await post(`open ${id} EUR 100.00`)
      for (let round = 0; round < 20; round++) {
        const [ofA, ofB] = await both([`pay 1>2 0.01 EUR key=k${round}`], [`pay 3>4 0.02 EUR key=k${round}`])
        assert.deepEqual([...ofA, ...ofB].sort(), ['idempotency_key_reused', 'ok'])
      }
    },
  )

  withTwo(
    underTest,
    'chosen transfer ids are equal: one transfer, or one refusal',
    async ({ post, both }) => {
      for (let id = 1; id <= 4; id++) await post(`open ${id} EUR 100.00`)
      for (let round = 0; round < 20; round++) {
        const same = await both([`pay 1>2 0.01 EUR id=s${round}`], [`pay 1>2 0.01 EUR id=s${round}`])
        assert.deepEqual(same.flat().sort(), ['again', 'ok'])
        const other = await both([`pay 1>2 0.01 EUR id=o${round}`], [`pay 3>4 0.01 EUR id=o${round}`])
        assert.deepEqual(other.flat().sort(), ['ok', 'transfer_id_reused id'])
      }
    },
  )

  withTwo(underTest, 'one account, user or currency is made once', async ({ both }) => {
    for (let round = 0; round < 20; round++) {
      const lines = [
        `open ${round * 3 + 1} EUR 1.00`,
        `user u${round}`,
        `currency C${round + 10} 3`,
        `open ${round * 3 + 2} EUR 1.00`,
      ]
      const [ofA, ofB] = await both(lines, round % 2 === 0 ? lines : lines.toReversed())
      assert.deepEqual([...ofA, ...ofB].sort(), [
        'account_exists id',
        'account_exists id',
        'currency_exists code',
        'ok',
        'ok',
        'ok',
        'ok',
        'user_exists id',
      ])
    }
  })

  withTwo(
    underTest,
    'the first initial balances of a currency come from one external account',
    async ({ a, post, both }) => {
      for (let round = 0; round < 20; round++) {
        const code = `C${round + 10}`
        await post(`currency ${code} 3`)
        const answers = await both(
          [`open ${round * 2 + 1} ${code} 1.00`],
          [`open ${round * 2 + 2} ${code} 2.00`],
        )
        assert.deepEqual(answers, [['ok'], ['ok']])
        const external = (await a.findCurrency(code as CurrencyCode))?.externalAccountId
        assert.equal((await a.findAccount(external as AccountId))?.posted, -3000n)
      }
    },
  )

  withTwo(underTest, 'changes of one user, field by field, are all kept', async ({ a, post, both }) => {
    for (let round = 0; round < 20; round++) {
      await post(`user u${round} name=old email=old${round}@x.org m:a=old`)
      const answers = await both([`edit u${round} email=new${round}@x.org`], [`edit u${round} name=new`])
      assert.deepEqual(answers, [['ok'], ['ok']])
      const user = await a.findUser(userOf(`u${round}`))
      assert.deepEqual([user?.name, user?.email, user?.version], ['new', `new${round}@x.org`, 3])
    }
  })

  withTwo(underTest, 'an address goes to one of two, and one given up is free', async ({ post, both }) => {
    for (let round = 0; round < 20; round++) {
      await post(`user a${round} email=first${round}@x.org`, `user b${round}`, `user c${round}`)
      const wanted = await both(
        [`edit b${round} email=one${round}@x.org`],
        [`edit c${round} email=ONE${round}@x.org`],
      )
      assert.deepEqual(wanted.flat().sort(), ['email_taken email', 'ok'])
      const [given, taken] = await both(
        [`edit a${round} email=-`],
        [`user d${round} email=first${round}@x.org`],
      )
      assert.deepEqual(given, ['ok'])
      assert.ok(taken[0] === 'ok' || taken[0] === 'email_taken email')
    }
  })

  withTwo(underTest, 'of two that name the same version one wins', async ({ post, both }) => {
    await post('open 1 EUR', 'user ann')
    for (let round = 1; round <= 20; round++) {
      const accounts = await both([`set 1 limit=1 if=${round}`], [`set 1 limit=2 if=${round}`])
      assert.deepEqual(accounts.flat().sort(), ['ok', 'version_mismatch If-Match'])
      const users = await both([`edit ann name=A if=${round}`], [`edit ann name=B if=${round}`])
      assert.deepEqual(users.flat().sort(), ['ok', 'version_mismatch If-Match'])
    }
  })

  withTwo(underTest, 'the last cent is spent once, while settings change too', async ({ a, post, both }) => {
    await post('open 1 EUR 0.20 limit=0.00', 'open 2 EUR')
    for (let round = 0; round < 20; round++) {
      const answers = await both(
        [`pay 1>2 0.02 EUR`, `set 1 m:round=${round}`],
        [`pay 2>1 0.01 EUR`, 'pay 1>2 0.02 EUR'],
      )
      assert.ok(answers.flat().every((answer) => /^(ok|insufficient_funds .*)$/.test(answer)))
      const posted = (await a.findAccount('1' as AccountId))?.posted ?? -1n
      assert.ok(posted >= 0n)
    }
  })
}
