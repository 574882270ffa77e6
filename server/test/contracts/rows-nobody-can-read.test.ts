/** Rows that no Florin wrote are a bug, told as one: they are not taken for a database that is away. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { createPostgresAudit } from '#adapters/store-postgres/audit.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { run } from '../postgres-databases.ts'
import { transferOf } from '../shorthand-words.ts'
import { toCommand } from '../shorthand.ts'
import { SHARED_STORES, type Ledger } from '../stores.ts'
import { inWords } from './ledger-case-run.ts'

interface World {
  readonly store: Ledger
  readonly url: string
  readonly post: (...lines: string[]) => Promise<string[]>
}

/** Neither an AppError nor a failure of the driver. */
const BUG = { name: /^(Error|SyntaxError)$/, message: /no transfer|is missing|JSON|Cannot convert/ }

for (const underTest of SHARED_STORES) {
  after(() => underTest.stop())

  function onLedger(name: string, body: (world: World) => Promise<void>): void {
    test(`${underTest.name}: ${name}`, { skip: underTest.skip }, async () => {
      const opened = await underTest.open(createTestClock())
      const { store, url } = opened
      const ids = createTestIds()
      try {
        const post = async (...lines: string[]): Promise<string[]> =>
          (await store.post(lines.map((line) => toCommand(line, ids)))).map(inWords)
        await post('open 1 EUR 5.00', 'open 2 EUR', 'pay 1>2 1.00 EUR id=t1 key=k1')
        await body({ store, url: url as string, post })
      } finally {
        await opened.close()
      }
    })
  }

  onLedger(
    'a batch over a row that cannot be read fails, and the next one goes on',
    async ({ url, post }) => {
      await run(url, `delete from florin.transfers where id = '${transferOf('t1')}'`)
      await assert.rejects(post('pay 1>2 1.00 EUR id=t1 key=k1'), BUG)
      assert.deepEqual(await post('pay 1>2 1.00 EUR'), ['ok'])
      const writers = `select count(*)::int from pg_stat_activity where application_name = 'florin writer' and datname = current_database()`
      assert.deepEqual(await run(url, writers), [{ count: 1 }])
    },
  )

  onLedger('a read of a row that cannot be read fails', async ({ url, store }) => {
    await run(url, `update florin.journal_pages set facts = 'nonsense'`)
    await assert.rejects(store.read({ after: { page: 0, position: 0 }, limit: 10 }), BUG)
    await run(
      url,
      `update florin.transfers set postings = jsonb_set(postings, '{0,amount}', '"much"') where id = '${transferOf('t1')}'`,
    )
    await assert.rejects(store.findTransfer(transferOf('t1')), BUG)
  })

  onLedger('a bug of whoever audits is passed on as it is', async ({ url }) => {
    const bug = new TypeError('a bug')
    const auditing = createPostgresAudit({ url }).inSnapshot(() => Promise.reject(bug))
    await assert.rejects(auditing, (error) => error === bug)
  })
}
