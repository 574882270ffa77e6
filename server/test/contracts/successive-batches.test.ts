/** Batches given as early as a store takes them: they take effect one after the other. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { Outcome } from '#core/command.ts'
import type { AccountId } from '#core/ids.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { run } from '../postgres-databases.ts'
import { assertProven } from '../proven.ts'
import { toCommand } from '../shorthand.ts'
import { STORES, type Ledger, type StoreUnderTest } from '../stores.ts'
import { inWords } from './ledger-case-run.ts'

const OPENED = ['open 1 EUR 1.00', 'open 2 EUR', 'open 3 EUR']

interface World {
  readonly store: Ledger
  readonly url: string | undefined
  /** Gives each batch when the one before is sent; the answers in words. */
  readonly postAll: (...batches: (readonly string[])[]) => Promise<string[][]>
}

async function withWorld(underTest: StoreUnderTest, body: (world: World) => Promise<void>): Promise<void> {
  const ledger = await underTest.open(createTestClock())
  const { store, url } = ledger
  const ids = createTestIds()
  const commands = (lines: readonly string[]) => lines.map((line) => toCommand(line, ids))

  async function postAll(...[batch, ...others]: (readonly string[])[]): Promise<string[][]> {
    if (batch === undefined) return []
    let rest: Promise<string[][]> | null = null
    const goOn = (): Promise<string[][]> => (rest ??= postAll(...others))
    const outcomes: readonly Outcome[] = await store.post(commands(batch), () => void goOn())
    return [outcomes.map(inWords), ...(await goOn())]
  }

  try {
    await store.post(commands(OPENED))
    await body({ store, url, postAll })
    if (url !== undefined) await assertProven(url)
  } finally {
    await ledger.close()
  }
}

/** The first statement that writes a transfer fails as if the server had chosen it to; only the first. */
const FAIL_ONCE = `
  create sequence florin.written;
  create function florin.fail_once() returns trigger language plpgsql as $$
  begin
    if nextval('florin.written') = 1 then
      raise exception 'planted' using errcode = '40001';
    end if;
    return null;
  end $$;
  create trigger fail_once before insert on florin.transfers execute function florin.fail_once()`
const FAIL_NO_MORE = 'drop function florin.fail_once cascade; drop sequence florin.written'

for (const underTest of STORES) {
  after(() => underTest.stop())
  const { skip } = underTest

  test(`${underTest.name}: a batch sees what the one before it did`, { skip }, () =>
    withWorld(underTest, async ({ store, postAll }) => {
      const [first, second, third] = await postAll(
        ['pay 1>2 1.00 EUR', 'pay 2>3 0.30 EUR key=k id=t'],
        ['pay 1>2 0.01 EUR', 'pay 2>3 0.70 EUR', 'pay 2>3 0.30 EUR key=k id=t'],
        ['pay 3>1 1.00 EUR'],
      )
      assert.deepEqual(first, ['ok', 'ok'])
      assert.deepEqual(second, ['insufficient_funds postings[0].source', 'ok', 'again'])
      assert.deepEqual(third, ['ok'])
      assert.equal((await store.findAccount('1' as AccountId))?.posted, 100n)
    }),
  )

  test(
    `${underTest.name}: a batch of bugs between two others leaves nothing and stops nobody`,
    { skip },
    () =>
      withWorld(underTest, async ({ store, postAll }) => {
        const ids = createTestIds()
        const bug = { ...toCommand('pay 1>2 0.01 EUR', ids), postings: null } as never
        const [before, failed, behind] = await Promise.allSettled([
          postAll(['pay 1>2 1.00 EUR']),
          store.post([bug]),
          postAll(['pay 2>3 1.00 EUR']),
        ])
        assert.deepEqual(before, { status: 'fulfilled', value: [['ok']] })
        assert.equal(failed.status, 'rejected')
        assert.deepEqual(behind, { status: 'fulfilled', value: [['ok']] })
      }),
  )
}

for (const underTest of STORES.filter(({ name }) => name !== 'memory')) {
  const { skip } = underTest

  test(`${underTest.name}: a batch behind one that is rolled back waits for it`, { skip }, () =>
    withWorld(underTest, async ({ url = '', postAll }) => {
      await run(url, FAIL_ONCE)
      try {
        assert.deepEqual(
          await postAll(['pay 1>2 1.00 EUR'], ['pay 2>3 1.00 EUR'], ['pay 3>1 1.00 EUR']),
          [['ok'], ['ok'], ['ok']],
          'none was decided before the one that it needs',
        )
        const written = await run(url, 'select last_value::int as times from florin.written')
        assert.deepEqual(written, [{ times: 4 }], 'the first was written twice, each other once')
      } finally {
        await run(url, FAIL_NO_MORE)
      }
    }),
  )
}
