/**
 * A second opinion on the ledger: it knows nothing of the decide functions. It adds up what the outcomes say, and holds
 * against it what the store's readers show, batch by batch.
 */
import assert from 'node:assert/strict'
import type { Account } from '#core/account.ts'
import type { Command, Outcome } from '#core/command.ts'
import type { AccountId } from '#core/ids.ts'
import type { Posting } from '#core/transfer.ts'
import type { Ledger } from '../stores.ts'

/** What an account must show by now. */
interface Tally {
  posted: bigint
  lastEntry: bigint
}

/** Watches a store. */
export interface Audit {
  /** Throws when the store is not as the outcomes so far say. Call it after each batch. */
  check(commands: readonly Command[], outcomes: readonly Outcome[]): Promise<void>
}

const ACCOUNTS_MAX = 1000
const ENTRIES_MAX = 1000

/** Starts watching an empty store. */
export function createAudit(store: Ledger): Audit {
  const tallies = new Map<AccountId, Tally>()
  let before = new Map<AccountId, Account>()

  return {
    async check(commands, outcomes) {
      const accounts = await store.listAccounts({ limit: ACCOUNTS_MAX })
      assert.ok(accounts.length < ACCOUNTS_MAX, 'the audit sees every account')
      const moved = add(commands, outcomes, accounts)
      const ids = new Set(accounts.map(({ id }) => id))
      for (const id of moved) assert.ok(ids.has(id), `account ${id} is there, for money moved to it`)
      checkSums(accounts)
      for (const account of accounts) checkAccount(account)
      await Promise.all(accounts.filter(({ id }) => moved.has(id)).map(checkEntries))
      const changed = new Set([...moved, ...changedSettings(commands, outcomes)])
      for (const account of accounts) {
        const known = before.get(account.id)
        if (known !== undefined && !changed.has(account.id))
          assert.deepEqual(account, known, 'untouched means unchanged')
      }
      before = new Map(accounts.map((account) => [account.id, account]))
    },
  }

  /** Adds the postings of this batch's acceptances, and of nothing else, to the tallies. */
  function add(
    commands: readonly Command[],
    outcomes: readonly Outcome[],
    accounts: readonly Account[],
  ): Set<AccountId> {
    assert.equal(outcomes.length, commands.length, 'one outcome a command')
    const moved = new Set<AccountId>()
    commands.forEach((command, i) => {
      for (const { source, destination, amount } of movedBy(command, outcomes[i] as Outcome, accounts)) {
        for (const [id, signed] of [
          [source, -amount],
          [destination, amount],
        ] as const) {
          const tally = tallies.get(id) ?? { posted: 0n, lastEntry: 0n }
          tallies.set(id, { posted: tally.posted + signed, lastEntry: tally.lastEntry + 1n })
          moved.add(id)
        }
      }
    })
    return moved
  }

  function checkAccount({ id, kind, posted, lastEntry, creditLimit }: Account): void {
    const tally = tallies.get(id) ?? { posted: 0n, lastEntry: 0n }
    assert.deepEqual(
      { posted, lastEntry },
      tally,
      `account ${id} has what was moved to it, less what was moved away`,
    )
    assert.equal(creditLimit === null, kind === 'external')
    assert.ok(creditLimit === null || posted >= -creditLimit, `account ${id} keeps its floor`)
  }

  function checkSums(accounts: readonly Account[]): void {
    const sums = new Map<string, bigint>()
    for (const { currency, posted } of accounts) sums.set(currency, (sums.get(currency) ?? 0n) + posted)
    for (const [currency, sum] of sums) assert.equal(sum, 0n, `all balances in ${currency} sum to zero`)
  }

  /** New entries go on where the known ones ended: no gap, and each leaves the balance that it says. */
  async function checkEntries({ id, lastEntry, posted }: Account): Promise<void> {
    const known = before.get(id)
    const fresh = lastEntry - (known?.lastEntry ?? 0n)
    assert.ok(fresh > 0n && fresh <= ENTRIES_MAX, `account ${id} has new entries`)
    const entries = (await store.listEntries({ accountId: id, limit: Number(fresh) })).toReversed()
    let { number, sum } = { number: known?.lastEntry ?? 0n, sum: known?.posted ?? 0n }
    for (const entry of entries) {
      assert.equal(entry.number, number + 1n, `entries of account ${id} have no gap`)
      assert.equal(
        entry.balanceAfter,
        sum + entry.amount,
        `entry ${entry.number} of account ${id} leaves what it says`,
      )
      number = entry.number
      sum = entry.balanceAfter
    }
    assert.equal(number, lastEntry, `account ${id} has as many entries as it says`)
    assert.equal(sum, posted, `the balance of account ${id} is the sum of its entries`)
  }
}

/** The postings that this outcome says were carried out now; an initial balance comes from the external account. */
function movedBy(
  command: Command,
  outcome: Outcome,
  accounts: readonly Account[],
): readonly Pick<Posting, 'source' | 'destination' | 'amount'>[] {
  if (outcome.kind === 'rejected' || outcome.replayed) return []
  if (command.kind === 'post_transfer') return command.postings
  if (command.kind !== 'create_account' || command.initialBalance === 0n) return []
  const { currency, id, initialBalance } = command
  const externals = accounts.filter(
    (account) => account.kind === 'external' && account.currency === currency.code,
  )
  assert.equal(externals.length, 1, `${currency.code} has one external account`)
  return [{ source: externals[0]?.id as AccountId, destination: id, amount: initialBalance }]
}

function changedSettings(commands: readonly Command[], outcomes: readonly Outcome[]): AccountId[] {
  return commands.flatMap((command, i) =>
    command.kind === 'update_account' && outcomes[i]?.kind === 'accepted' && !outcomes[i].replayed
      ? [command.id]
      : [],
  )
}
